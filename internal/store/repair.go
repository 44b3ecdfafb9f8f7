package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// repair puts the malformed file at path aside and leaves a new database with what could be read of it.
func repair(ctx context.Context, path string, log *slog.Logger) error {
	log.Info("Trying to repair database " + path)
	backup := backupName(path)
	if err := os.Rename(path, backup); err != nil {
		return err
	}
	// A left-over journal belongs to the old file and would be played into the new one.
	if err := os.Rename(path+"-journal", backup+"-journal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	log.Info("  Database backup created: " + backup)
	if err := makeFile(path); err != nil {
		return err
	}
	size := int64(0)
	rows, err := salvage(ctx, backup, path)
	if err == nil && rows > 0 {
		size = fileSize(path)
	}
	if size == 0 {
		log.Info("  Repair seems to be failed, restored 0 byte(s).")
		log.Error(fmt.Sprintf("  Error repairing of fail2ban database '%s': Recreate ...", path))
		return errors.Join(os.Remove(path), makeFile(path))
	}
	log.Info(fmt.Sprintf("  Repair seems to be successful, restored %d byte(s).", size))
	return nil
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// columns of the tables worth saving; those that name a jail come after jails.
var columns = []struct {
	table string
	names []string
}{
	{"jails", []string{"name", "enabled"}},
	{"logs", []string{"jail", "path", "firstlinemd5", "lastfilepos"}},
	{"bans", []string{"jail", "ip", "timeofban", "bantime", "bancount", "data"}},
	{"bips", []string{"ip", "jail", "timeofban", "bantime", "bancount", "data"}},
}

// salvage copies all readable rows from one database to an empty one and returns how many there were.
func salvage(ctx context.Context, from, to string) (rows int, err error) {
	source, err := connect(from, "?mode=ro")
	if err != nil {
		return 0, err
	}
	defer source.Close()
	target, err := connect(to, "?_synchronous=OFF&_foreign_keys=0")
	if err != nil {
		return 0, err
	}
	defer target.Close()
	err = transact(ctx, target, func(tx *sql.Tx) error {
		if err := createSchema(tx); err != nil {
			return err
		}
		for _, c := range columns {
			// From both ends: what lies behind the damage is mostly intact.
			for _, order := range []string{"ASC", "DESC"} {
				n, readErr, err := copyRows(ctx, source, tx, c.table, c.names, order)
				if rows += n; err != nil {
					return err
				}
				if readErr == nil {
					break
				}
			}
		}
		return run(tx, `INSERT OR IGNORE INTO jails (name, enabled)
			SELECT jail, 0 FROM bans UNION SELECT jail, 0 FROM bips UNION SELECT jail, 0 FROM logs`)
	})
	return rows, err
}

// copyRows copies rows until the end or the first that cannot be read, which is readErr.
func copyRows(ctx context.Context, source *sql.DB, tx *sql.Tx, table string, names []string, order string) (n int, readErr, err error) {
	list := "rowid, " + strings.Join(names, ", ")
	insert, err := tx.PrepareContext(ctx, fmt.Sprintf(`INSERT OR IGNORE INTO %s (%s) VALUES (?%s)`,
		table, list, strings.Repeat(", ?", len(names))))
	if err != nil {
		return 0, nil, err
	}
	defer insert.Close()
	rows, readErr := source.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM %s ORDER BY rowid %s`, list, table, order))
	if readErr != nil {
		return 0, readErr, nil
	}
	defer rows.Close()
	values := make([]any, len(names)+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if readErr = rows.Scan(into...); readErr != nil {
			return n, readErr, nil
		}
		result, err := insert.ExecContext(ctx, values...)
		if err != nil {
			return n, nil, err
		}
		added, _ := result.RowsAffected() // always known to SQLite
		n += int(added)
	}
	return n, rows.Err(), nil
}
