package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"gaol/internal/ban"
	"gaol/internal/ticket"
)

// Restore returns the bans of jail that are still in force at now, in order of id, marked as restored. Each has a ban time of
// its own, cut to the longest that the settings allow today: the jail's ban time or, with increment, MaxTime if set. A
// shorter one is kept when the jail's ban time grew.
//
// With an error come the bans that could be read.
func (s *Store) Restore(jail string, now ticket.Unix, settings ban.Settings) ([]*ticket.Ban, error) {
	s.Flush()
	rows, err := s.db.QueryContext(context.Background(), `SELECT ip, timeofban, bantime, bancount, data FROM bips
		WHERE jail = ? AND (bantime < 0 OR timeofban + bantime > ?) ORDER BY ip`, jail, float64(now))
	if err != nil {
		return nil, fmt.Errorf("restore bans of %s: %w", jail, err)
	}
	defer rows.Close()
	var bans []*ticket.Ban
	for rows.Next() {
		b, err := s.scanBan(rows)
		if err != nil {
			s.log.Error(fmt.Sprintf("skip a stored ban of %s: %v", jail, err))
			continue
		}
		b.BanTime = allowed(b.BanTime, settings)
		if end, ends := b.End(b.BanTime); !ends || end > now {
			bans = append(bans, b)
		}
	}
	if err := rows.Err(); err != nil {
		return bans, fmt.Errorf("restore bans of %s: %w", jail, err)
	}
	return bans, nil
}

func (s *Store) scanBan(rows *sql.Rows) (*ticket.Ban, error) {
	var name string
	var when, duration float64
	var count int
	var raw sql.RawBytes
	if err := rows.Scan(&name, &when, &duration, &count, &raw); err != nil {
		return nil, err
	}
	d, err := decodeData(raw)
	if err != nil {
		s.log.Error(fmt.Sprintf("json loads failed: %v, in the ban of %s; it has no matches now", err, name))
	}
	b := &ticket.Ban{BanTime: duration, Count: count, Failures: d.failures, Restored: true}
	b.ID, b.Time, b.Whole = parseID(name), ticket.Unix(when), when == math.Trunc(when)
	b.Matches, b.Fields = d.matches, d.fields
	if d.ip != b.ID {
		b.IP = d.ip
	}
	return b, nil
}

// allowed returns what the settings leave of a stored ban time.
func allowed(stored float64, s ban.Settings) float64 {
	longest, limited := s.BanTime, s.BanTime != ticket.Forever
	if s.Increment {
		longest, limited = s.MaxTime, s.MaxTime > 0 // false for NaN
	}
	switch {
	case stored == unknownBanTime:
		stored = s.BanTime
	case stored < 0:
		stored = ticket.Forever
	}
	if limited && (stored == ticket.Forever || stored > longest) {
		return longest
	}
	return stored
}
