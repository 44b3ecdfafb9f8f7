package store

import (
	"context"
	"fmt"
	"sync"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// Known is what the database has of an offender's earlier bans.
type Known struct {
	Count   int         // how many bans
	Last    ticket.Unix // when the latest was
	BanTime float64     // how long that lasts, seconds or ticket.Forever
}

// An index holds Known of all ids, once somebody has asked: the question comes with every failure, and neither waits for the
// disk nor depends on its health. The zero index is not loaded.
type index struct {
	mu    sync.Mutex                   // guards the rest, and keeps the order of changes here that of the queue
	jails map[string]map[addr.ID]Known // nil: not loaded
	noted map[*Row]struct{}            // not in the queue yet
}

// change enqueues a change of the database and makes the same in the index.
func (x *index) change(enqueue func() error, apply func(*index)) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := enqueue(); err != nil {
		return err
	}
	if x.jails != nil {
		apply(x)
	}
	return nil
}

func (x *index) put(jail string, id addr.ID, k Known) {
	ids := x.jails[jail]
	if ids == nil {
		ids = map[addr.ID]Known{}
		x.jails[jail] = ids
	}
	ids[id] = k
}

// remove removes id and, if it is a network, all within.
func (x *index) remove(jail string, id addr.ID) {
	ids := x.jails[jail]
	delete(ids, id)
	if !isNetwork(id) {
		return
	}
	for other := range ids {
		if id.Covers(other) {
			delete(ids, other)
		}
	}
}

func (x *index) removeAll(jail string) { delete(x.jails, jail) }

// forget has the index loaded anew at the next question.
func (x *index) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.jails = nil
}

// Known returns what is known of id in jail or, overall, in all jails: then the counts are summed and the latest ban counts.
// ok is false for an id without bans, and when the database cannot be read, which is logged.
func (s *Store) Known(jail string, id addr.ID, overall bool) (k Known, ok bool) {
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	if s.known.jails == nil {
		if err := s.loadKnownLocked(); err != nil {
			s.log.Error(fmt.Sprintf("cannot read earlier bans from database '%s': %v", s.path, err))
			return Known{}, false
		}
	}
	if !overall {
		k, ok = s.known.jails[jail][id]
		return k, ok
	}
	for _, ids := range s.known.jails {
		one, found := ids[id]
		if !found {
			continue
		}
		if !ok || one.Last > k.Last {
			k.Last, k.BanTime = one.Last, one.BanTime
		}
		k.Count += one.Count
		ok = true
	}
	return k, ok
}

// loadKnownLocked fills the index. New changes wait for the lock meanwhile, those before are flushed.
func (s *Store) loadKnownLocked() error {
	s.Flush()
	rows, err := s.db.QueryContext(context.Background(), `SELECT jail, ip, timeofban, bantime, bancount FROM bips`)
	if err != nil {
		return err
	}
	defer rows.Close()
	fresh := &index{jails: map[string]map[addr.ID]Known{}}
	for rows.Next() {
		var jail, name string
		var k Known
		if err := rows.Scan(&jail, &name, &k.Last, &k.BanTime, &k.Count); err != nil {
			s.log.Debug(fmt.Sprintf("skip a row of bips: %v", err)) // not ours: SQLite's columns take any type
			continue
		}
		fresh.put(jail, parseID(name), k)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for row := range s.known.noted {
		row.index(fresh)
	}
	s.known.jails = fresh.jails
	return nil
}

// parseID reads an id as the database holds it.
func parseID(text string) addr.ID {
	id, _ := addr.Parse(text) // with an error it is the raw text, as wanted
	return id
}
