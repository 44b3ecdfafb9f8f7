package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

	"gaol/internal/addr"
	"gaol/internal/failure"
	"gaol/internal/ticket"
)

// A Checkpoint is what a jail has made of its logs up to some lines: where those end, whom it banned for them, and who has failed
// without being banned yet. It is stored as a whole or not at all, so that a jail that goes on from it has neither forgotten a line
// nor counts one twice.
type Checkpoint struct {
	Jail      string
	Positions map[string]ticket.Position
	Bans      []*Row
	Pending   []failure.Pending // new, or changed since the last checkpoint
	Gone      []addr.ID         // no longer pending
	Whole     bool              // nobody is pending but those in Pending
	// Done is called, on another goroutine, when the checkpoint has been written, or could not be: then the next one must be a whole
	// one. It must not wait for anything.
	Done func(error)
}

// Note makes a ban known for all questions, and returns it for the checkpoint that is to hold it.
func (s *Store) Note(jail string, b *ticket.Ban, jailBanTime float64) *Row {
	row := s.newRow(jail, b, jailBanTime)
	_ = s.known.change(func() error {
		if s.known.noted == nil {
			s.known.noted = map[*Row]struct{}{}
		}
		s.known.noted[row] = struct{}{}
		return nil
	}, row.index)
	return row
}

// Save queues a checkpoint; it is committed after all that was written before it. An error means that the store is closed.
func (s *Store) Save(c Checkpoint) error {
	c.Positions = maps.Clone(c.Positions)
	enqueue := func() error {
		for _, row := range c.Bans {
			delete(s.known.noted, row)
		}
		return s.enqueue(change{what: "the state of jail " + c.Jail, apply: c.write, then: c.Done})
	}
	return s.known.change(enqueue, func(*index) {})
}

func (c *Checkpoint) write(tx *sql.Tx) error {
	for _, row := range c.Bans {
		if err := row.write(tx); err != nil {
			return err
		}
	}
	if err := c.writePending(tx); err != nil {
		return err
	}
	for path, p := range c.Positions {
		if err := savePosition(tx, c.Jail, path, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *Checkpoint) writePending(tx *sql.Tx) error {
	if c.Whole {
		if _, err := tx.Exec(`DELETE FROM gaolPending WHERE jail = ?`, c.Jail); err != nil {
			return err
		}
	}
	for _, id := range c.Gone {
		if _, err := tx.Exec(`DELETE FROM gaolPending WHERE jail = ? AND ip = ?`, c.Jail, idText(id)); err != nil {
			return err
		}
	}
	if len(c.Pending) == 0 {
		return nil
	}
	put, err := tx.Prepare(`INSERT OR REPLACE INTO gaolPending (jail, ip, first, last, whole, retry, place, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for i := range c.Pending {
		p := &c.Pending[i]
		b := &ticket.Ban{Failure: p.Failure, Failures: p.Attempts}
		if _, err := put.Exec(c.Jail, idText(p.ID), float64(p.First), float64(p.Time), p.Whole, p.Retry, p.Order,
			appendData(nil, b, len(p.Matches))); err != nil {
			return err
		}
	}
	return nil
}

// Pending returns who had failed in jail without being banned when the last checkpoint was written, less those whose latest failure
// is not after since; in order of first failure. With an error come those that could be read.
func (s *Store) Pending(jail string, since ticket.Unix) ([]failure.Pending, error) {
	s.Flush()
	rows, err := s.db.QueryContext(context.Background(),
		`SELECT ip, first, last, whole, retry, place, data FROM gaolPending WHERE jail = ? AND last > ? ORDER BY place`, jail, float64(since))
	if err != nil {
		return nil, fmt.Errorf("read pending failures of %s: %w", jail, err)
	}
	defer rows.Close()
	var all []failure.Pending
	for rows.Next() {
		var p failure.Pending
		var name string
		var raw sql.RawBytes
		if err := rows.Scan(&name, &p.First, &p.Time, &p.Whole, &p.Retry, &p.Order, &raw); err != nil {
			return all, fmt.Errorf("read pending failures of %s: %w", jail, err)
		}
		d, err := decodeData(raw)
		if err != nil {
			s.log.Error(fmt.Sprintf("json loads failed: %v, in the failures of %s; they have no matches now", err, name))
		}
		p.ID, p.Attempts, p.Matches, p.Fields = parseID(name), d.failures, d.matches, d.fields
		if d.ip != p.ID {
			p.IP = d.ip
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
