package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// Merged returns the lines of all stored bans of id, the latest MaxMatches of them joined by newlines with the oldest first,
// and the sum of the failures: in jail or, if that is empty, in all jails. What cannot be read is logged and left out.
func (s *Store) Merged(id addr.ID, jail string) (matches string, failures int) {
	s.Flush()
	rows, err := s.db.QueryContext(context.Background(), `SELECT data FROM bans
		WHERE ip = ?1 AND (?2 = '' OR jail = ?2) ORDER BY timeofban DESC, rowid DESC`, idText(id), jail)
	if err != nil {
		s.log.Error(fmt.Sprintf("cannot read earlier bans of %s: %v", id, err))
		return "", 0
	}
	defer rows.Close()
	limit := s.MaxMatches()
	var newest []ticket.Match // the latest line first
	for rows.Next() {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			continue
		}
		d, _ := decodeData(raw) // unreadable data is logged when restored; here it counts as one failure
		if !d.counted {
			d.failures = 1
		}
		failures += d.failures
		for _, m := range slices.Backward(d.matches) {
			if len(newest) < limit {
				newest = append(newest, m)
			}
		}
	}
	if err := rows.Err(); err != nil {
		s.log.Error(fmt.Sprintf("cannot read all earlier bans of %s: %v", id, err))
	}
	slices.Reverse(newest)
	return ticket.JoinMatches(newest), failures
}
