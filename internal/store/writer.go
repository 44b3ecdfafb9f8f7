package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	sqlite3 "modernc.org/sqlite/lib"
)

// queueSize bounds the changes that wait. When it is full, whoever brings another waits with it: the log files are the
// buffer before us, nothing is dropped.
const queueSize = 4096

// batchSize bounds the changes of one transaction.
const batchSize = 1024

// A change is one write to the database.
type change struct {
	what  string              // for the log, should it fail
	apply func(*sql.Tx) error // nil for a Flush, which only waits for its turn
	done  chan<- error        // receives the outcome once; nil if nobody waits
	// then is called with the outcome; nil if nobody wants to know. It must not wait for anything.
	then func(error)
	// unchecked is a change that needs no checks of foreign keys: it is made in a transaction of its own, without them.
	unchecked bool
}

// enqueue puts c in the queue.
func (s *Store) enqueue(c change) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errClosed
	}
	s.pending.Add(1)
	s.queue <- c
	return nil
}

// do makes a change and waits until it is committed.
func (s *Store) do(what string, apply func(*sql.Tx) error) error {
	done := make(chan error, 1)
	if err := s.enqueue(change{what: what, apply: apply, done: done}); err != nil {
		return err
	}
	return <-done
}

// Flush returns when everything written before is committed, or has failed and been logged.
func (s *Store) Flush() {
	if s.pending.Load() == 0 {
		return
	}
	_ = s.do("", nil) // what failed before has been reported to whom it concerns
}

// write is the goroutine that commits. It ends when the queue is closed and empty.
func (s *Store) write() {
	defer close(s.done)
	batch := make([]change, 0, batchSize)
	for c := range s.queue {
		batch = append(batch[:0], c)
		for more := true; more && len(batch) < batchSize; {
			select {
			case c, more = <-s.queue:
				if more {
					batch = append(batch, c)
				}
			default:
				more = false
			}
		}
		for rest := batch; len(rest) > 0; {
			n := together(rest)
			s.commit(rest[:n])
			rest = rest[n:]
		}
		clear(batch) // tickets need not live until the next ban
	}
}

// together returns how many changes from the first on can be made in one transaction.
func together(batch []change) int {
	if batch[0].unchecked {
		return 1
	}
	if n := slices.IndexFunc(batch, func(c change) bool { return c.unchecked }); n > 0 {
		return n
	}
	return len(batch)
}

// commit makes the changes of one batch and tells whoever waits.
func (s *Store) commit(batch []change) {
	errs := make([]error, len(batch))
	if slices.ContainsFunc(batch, func(c change) bool { return c.apply != nil }) {
		err := s.apply(batch, errs)
		s.writing.note(s, err, batch)
	}
	for i, c := range batch {
		if c.done != nil {
			c.done <- errs[i]
		}
		if c.then != nil {
			c.then(errs[i])
		}
	}
	s.pending.Add(-int64(len(batch)))
}

// apply makes the changes in one transaction and fills errs. A change that the data itself forbids (a ban in a jail that is
// not known) does not harm the others; any other trouble fails them all, and is returned.
func (s *Store) apply(batch []change, errs []error) error {
	in := transact
	if batch[0].unchecked {
		in = transactUnchecked
	}
	err := in(context.Background(), s.db, func(tx *sql.Tx) error {
		for i, c := range batch {
			if c.apply == nil {
				continue
			}
			if errs[i] = c.apply(tx); errs[i] != nil && errorCode(errs[i]) != sqlite3.SQLITE_CONSTRAINT {
				return errs[i]
			}
		}
		return nil
	})
	for i, c := range batch {
		switch {
		case err != nil:
			errs[i] = err
		case errs[i] != nil && c.done == nil:
			s.log.Error(fmt.Sprintf("cannot store %s: %v", c.what, errs[i]))
		}
	}
	return err
}

// A condition remembers whether the database could be written lately, so that trouble is reported once and not with every
// ban. Only the writer uses it.
type condition struct {
	failing bool
	lost    int // changes whose makers do not know
}

// note takes in that batch was written, or not.
func (c *condition) note(s *Store, err error, batch []change) {
	if err == nil {
		if c.failing {
			s.log.Warn(fmt.Sprintf("database '%s' can be written again, %d changes are missing in it", s.path, c.lost))
		}
		*c = condition{}
		return
	}
	if !c.failing {
		s.log.Error(fmt.Sprintf("cannot write to database '%s': %v; bans go on, but those from now on are forgotten at the next start", s.path, err))
	}
	c.failing = true
	for _, b := range batch {
		if b.apply != nil && b.done == nil {
			c.lost++
		}
	}
}
