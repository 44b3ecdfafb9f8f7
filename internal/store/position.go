package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gaol/internal/ticket"
)

// AddJails makes jails known and enabled, in one transaction. Bans and positions of an unknown jail are refused.
func (s *Store) AddJails(jails ...string) error {
	return s.eachJail(jails, `INSERT INTO jails (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET enabled = 1`)
}

// DisableJails marks jails as stopped: once one has no bans any more, Purge forgets it.
func (s *Store) DisableJails(jails ...string) error {
	return s.eachJail(jails, `UPDATE jails SET enabled = 0 WHERE name = ?`)
}

// eachJail runs statement for each of jails, and returns when that is committed.
func (s *Store) eachJail(jails []string, statement string) error {
	if len(jails) == 0 {
		return nil
	}
	return s.do("jails "+strings.Join(jails, ", "), func(tx *sql.Tx) error {
		for _, name := range jails {
			if _, err := tx.Exec(statement, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Position returns where jail is to read on in the file (or journal) at path; zero if it never read that.
func (s *Store) Position(jail, path string) (ticket.Position, error) {
	s.Flush()
	var hash sql.NullString
	var offset sql.NullFloat64 // the journal's is a time with a fraction
	err := s.db.QueryRowContext(context.Background(),
		`SELECT firstlinemd5, lastfilepos FROM logs WHERE jail = ? AND path = ?`, jail, path).Scan(&hash, &offset)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ticket.Position{}, nil
	case err != nil:
		return ticket.Position{}, fmt.Errorf("read position in %s: %w", path, err)
	}
	return ticket.Position{Offset: int64(offset.Float64), Hash: hash.String}, nil
}

// SavePosition stores where jail is to read on. It is committed after all that was written before it. An error means that
// the store is closed.
func (s *Store) SavePosition(jail, path string, p ticket.Position) error {
	return s.enqueue(change{what: "the position in " + path, apply: func(tx *sql.Tx) error { return savePosition(tx, jail, path, p) }})
}

func savePosition(tx *sql.Tx, jail, path string, p ticket.Position) error {
	_, err := tx.Exec(`INSERT INTO logs (jail, path, firstlinemd5, lastfilepos) VALUES (?, ?, ?, ?)
		ON CONFLICT (jail, path) DO UPDATE SET firstlinemd5 = excluded.firstlinemd5, lastfilepos = excluded.lastfilepos`,
		jail, path, p.Hash, p.Offset)
	return err
}
