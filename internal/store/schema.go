package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"

	"gaol/internal/failure"
)

// schemaVersion is the one that the original has written since its 0.11.
const schemaVersion = 4

// The tables. bans is the history, one row a ban; bips holds the latest ban of each id and jail. data is JSON, see data.go.
// firstlinemd5 is a SHA-1 in truth: the name is all that is left of another hash.
const (
	versionTable = `CREATE TABLE IF NOT EXISTS fail2banDb (version INTEGER)`

	jailsTable = `CREATE TABLE IF NOT EXISTS jails (
		name TEXT NOT NULL UNIQUE,
		enabled INTEGER NOT NULL DEFAULT 1)`

	logsTable = `CREATE TABLE IF NOT EXISTS logs (
		jail TEXT NOT NULL,
		path TEXT,
		firstlinemd5 TEXT,
		lastfilepos INTEGER DEFAULT 0,
		FOREIGN KEY (jail) REFERENCES jails (name) ON DELETE CASCADE,
		UNIQUE (jail, path),
		UNIQUE (jail, path, firstlinemd5))`

	bansTable = `CREATE TABLE IF NOT EXISTS bans (
		jail TEXT NOT NULL,
		ip TEXT,
		timeofban INTEGER NOT NULL,
		bantime INTEGER NOT NULL,
		bancount INTEGER NOT NULL DEFAULT 1,
		data JSON,
		FOREIGN KEY (jail) REFERENCES jails (name))`

	bipsTable = `CREATE TABLE IF NOT EXISTS bips (
		ip TEXT NOT NULL,
		jail TEXT NOT NULL,
		timeofban INTEGER NOT NULL,
		bantime INTEGER NOT NULL,
		bancount INTEGER NOT NULL DEFAULT 1,
		data JSON,
		PRIMARY KEY (ip, jail),
		FOREIGN KEY (jail) REFERENCES jails (name))`

	// gaolFailures is ours alone; the original does not look at tables that it does not know. data is what package failure makes.
	failuresTable = `CREATE TABLE IF NOT EXISTS gaolFailures (
		jail TEXT NOT NULL,
		format INTEGER NOT NULL,
		data BLOB NOT NULL,
		FOREIGN KEY (jail) REFERENCES jails (name) ON DELETE CASCADE)`
	// dropPending drops the table that development versions had in its place: after such an upgrade counting begins anew.
	dropPending = `DROP TABLE IF EXISTS gaolPending`
)

// dropOtherFormats returns what drops failures that this version cannot read.
func dropOtherFormats() string {
	return fmt.Sprintf(`DELETE FROM gaolFailures WHERE format <> %d`, failure.Format)
}

// schema creates what is missing.
var schema = []string{
	versionTable, jailsTable, logsTable, bansTable, bipsTable, failuresTable,
	`CREATE INDEX IF NOT EXISTS jails_name ON jails (name)`,
	`CREATE INDEX IF NOT EXISTS logs_path ON logs (path)`,
	`CREATE INDEX IF NOT EXISTS logs_jail_path ON logs (jail, path)`,
	`CREATE INDEX IF NOT EXISTS bans_jail_timeofban_ip ON bans (jail, timeofban)`,
	`CREATE INDEX IF NOT EXISTS bans_jail_ip ON bans (jail, ip)`,
	`CREATE INDEX IF NOT EXISTS bans_ip ON bans (ip)`,
	`CREATE INDEX IF NOT EXISTS bips_timeofban ON bips (timeofban)`,
	`CREATE INDEX IF NOT EXISTS bips_ip ON bips (ip)`,
	`DELETE FROM fail2banDb`,
}

// unknownBanTime stands in rows from before ban times were stored.
const unknownBanTime = -2

// rebuildLogs gives logs its second uniqueness; from version 1.
var rebuildLogs = []string{
	`DROP INDEX IF EXISTS logs_path`,
	`DROP INDEX IF EXISTS logs_jail_path`,
	`ALTER TABLE logs RENAME TO logs_old`,
	logsTable,
	`INSERT INTO logs (jail, path, firstlinemd5, lastfilepos) SELECT jail, path, firstlinemd5, lastfilepos FROM logs_old`,
	`DROP TABLE logs_old`,
}

// rebuildBans gives bans its ban times and counts; from version 2. Adding columns would put them behind data, where
// tools that select everything do not expect them.
func rebuildBans() []string {
	return []string{
		`DROP INDEX IF EXISTS bans_jail_timeofban_ip`,
		`DROP INDEX IF EXISTS bans_jail_ip`,
		`DROP INDEX IF EXISTS bans_ip`,
		`ALTER TABLE bans RENAME TO bans_old`,
		bansTable,
		fmt.Sprintf(`INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data)
			SELECT jail, ip, timeofban, %d, 1, data FROM bans_old ORDER BY rowid`, unknownBanTime),
		`DROP TABLE bans_old`,
	}
}

// fillBips takes the latest ban of each id from the history; from version 3.
const fillBips = `INSERT OR REPLACE INTO bips (ip, jail, timeofban, bantime, bancount, data)
	SELECT ip, jail, timeofban, bantime, bancount, data FROM bans WHERE ip IS NOT NULL ORDER BY timeofban, rowid`

func createSchema(tx *sql.Tx) error {
	return run(tx, append(slices.Clip(schema), fmt.Sprintf(`INSERT INTO fail2banDb (version) VALUES (%d)`, schemaVersion))...)
}

func run(tx *sql.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(s); err != nil {
			return err
		}
	}
	return nil
}

// migrate brings a database of an earlier version to the present one, after copying the file.
func migrate(ctx context.Context, db *sql.DB, path string, from int, log *slog.Logger) error {
	if path != memory {
		backup := backupName(path)
		log.Info(fmt.Sprintf("Upgrade database: %s from version '%d'", backup, from))
		if err := copyFile(path, backup); err != nil {
			return fmt.Errorf("back up before the upgrade: %w", err)
		}
		log.Info("  Database backup created: " + backup)
	}
	err := transact(ctx, db, func(tx *sql.Tx) error { return upgrade(tx, from) })
	if err != nil {
		return fmt.Errorf("upgrade from version %d: %w", from, err)
	}
	log.Warn(fmt.Sprintf("Database updated from '%d' to '%d'", from, schemaVersion))
	return nil
}

func upgrade(tx *sql.Tx, from int) error {
	if from < 2 {
		if err := run(tx, rebuildLogs...); err != nil {
			return err
		}
	}
	if from < 3 {
		if err := run(tx, rebuildBans()...); err != nil {
			return err
		}
	}
	if err := createSchema(tx); err != nil {
		return err
	}
	return run(tx, fillBips)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
