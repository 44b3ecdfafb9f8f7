package store

import (
	"database/sql"

	"gaol/internal/ticket"
)

// Purge forgets bans older than PurgeAge, except the latest of an id as long as it may matter: for three times its ban
// time, without end if the ban has none. Stopped jails without bans go too, with their positions. It returns when that is
// committed.
func (s *Store) Purge(now ticket.Unix) error {
	age := s.PurgeAge()
	if age < 0 {
		return nil
	}
	limit := float64(now) - age
	err := s.do("a purge", func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM bans WHERE timeofban < ?`, limit); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM bips WHERE timeofban < ?1 AND bantime <> -1 AND timeofban + 3 * bantime < ?1`, limit)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM jails WHERE enabled = 0
			AND name NOT IN (SELECT jail FROM bans) AND name NOT IN (SELECT jail FROM bips)`)
		return err
	})
	s.known.forget()
	return err
}
