package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

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
	Failures  [][]byte // what failure.Table.Changes returned
	Whole     bool     // that is all there is, earlier pieces are void
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
	if err := c.writeFailures(tx); err != nil {
		return err
	}
	for path, p := range c.Positions {
		if err := savePosition(tx, c.Jail, path, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *Checkpoint) writeFailures(tx *sql.Tx) error {
	if c.Whole {
		if _, err := tx.Exec(`DELETE FROM gaolFailures WHERE jail = ?`, c.Jail); err != nil {
			return err
		}
	}
	for _, piece := range c.Failures {
		if _, err := tx.Exec(`INSERT INTO gaolFailures (jail, format, data) VALUES (?, ?, ?)`, c.Jail, failure.Format, piece); err != nil {
			return err
		}
	}
	return nil
}

// Failures returns the pieces that the checkpoints of jail have stored since the last whole one. Those in the format of another version
// are left out.
func (s *Store) Failures(jail string) (pieces [][]byte, err error) {
	s.Flush()
	rows, err := s.db.QueryContext(context.Background(),
		`SELECT data FROM gaolFailures WHERE jail = ? AND format = ? ORDER BY rowid`, jail, failure.Format)
	if err != nil {
		return nil, fmt.Errorf("read pending failures of %s: %w", jail, err)
	}
	defer rows.Close()
	for rows.Next() {
		var piece []byte
		if err := rows.Scan(&piece); err != nil {
			return pieces, fmt.Errorf("read pending failures of %s: %w", jail, err)
		}
		pieces = append(pieces, piece)
	}
	return pieces, rows.Err()
}
