package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// memory is the name of a database without a file.
const memory = ":memory:"

// pragmas of every connection. The journal is deleted after each transaction, as readers of the live file expect that know
// nothing of write-ahead logs; it is a file and synced, unlike the original's, so that neither a kill nor a power cut can
// tear the database. busy_timeout is how many milliseconds a reader (a backup, say) may keep us waiting before bans are lost.
// A cached page takes 8 KiB that are never given back, hence a cache (in KiB of 4 KiB pages) of a quarter of the usual size.
const pragmas = "?_foreign_keys=1&_busy_timeout=30000&_journal_mode=DELETE&_synchronous=NORMAL&_txlock=immediate" +
	"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-500)"

// open connects to path and brings its schema up to date.
func open(ctx context.Context, path string, log *slog.Logger) (*sql.DB, error) {
	if path != memory {
		if err := makeFile(path); err != nil {
			return nil, err
		}
	}
	db, err := connect(path, pragmas)
	if err != nil {
		return nil, err
	}
	if err := arrange(ctx, db, path, log); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// connect opens one connection to path: more would only wait for each other.
func connect(path, parameters string) (*sql.DB, error) {
	name := path
	if path != memory {
		name = "file:" + (&url.URL{Path: path}).EscapedPath() // a "?" or "#" in the path is no parameter
	}
	db, err := sql.Open("sqlite", name+parameters)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// makeFile creates path with its final mode unless it exists.
func makeFile(path string) error {
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// arrange checks the file and its version, and creates or migrates the schema.
func arrange(ctx context.Context, db *sql.DB, path string, log *slog.Logger) error {
	version, err := readVersion(ctx, db)
	if err != nil {
		return err
	}
	log.Info(fmt.Sprintf("Connected to fail2ban persistent database '%s'", path))
	switch {
	case version == 0:
		if err := transact(ctx, db, createSchema); err != nil {
			return err
		}
		log.Warn(fmt.Sprintf("New database created. Version '%d'", schemaVersion))
	case version < schemaVersion:
		return migrate(ctx, db, path, version, log)
	case version == schemaVersion:
		// The original may have made the file, without our table, or an earlier version of this program.
		return transact(ctx, db, func(tx *sql.Tx) error { return run(tx, failuresTable, dropOtherFormats(), dropPending) })
	case version > schemaVersion:
		return fmt.Errorf("%w: version %d, known is %d; choose another dbfile", ErrNewer, version, schemaVersion)
	}
	return nil
}

// readVersion returns the schema's version, 0 for an empty file. It looks at the whole file once: damage found now can be
// repaired, damage met later loses bans.
func readVersion(ctx context.Context, db *sql.DB) (int, error) {
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return 0, err
	}
	if verdict != "ok" {
		return 0, malformed(verdict)
	}
	var tables int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name = 'fail2banDb'`).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT max(version) FROM fail2banDb`).Scan(&version)
	return int(version.Int64), err
}

// malformed is SQLite's word on what is wrong with a file.
type malformed string

func (m malformed) Error() string { return "database disk image is malformed: " + string(m) }

func isMalformed(err error) bool {
	if _, ok := errors.AsType[malformed](err); ok {
		return true
	}
	code := errorCode(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// errorCode returns SQLite's primary result code, 0 for other errors.
func errorCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// transact runs f in a transaction, which is rolled back when f fails.
func transact(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transactOn(ctx, db, f)
}

// transactUnchecked is transact without checks of foreign keys, which can only be switched between transactions.
func transactUnchecked(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA foreign_keys = OFF`); err != nil {
		return err
	}
	defer func() {
		_, again := conn.ExecContext(ctx, `PRAGMA foreign_keys = ON`)
		err = errors.Join(err, again)
	}()
	return transactOn(ctx, conn, f)
}

func transactOn(ctx context.Context, on interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}, f func(*sql.Tx) error) error {
	tx, err := on.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // the cause is err; SQLite may have rolled back by itself
		return err
	}
	return tx.Commit()
}
