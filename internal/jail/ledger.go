package jail

import (
	"fmt"
	"sync/atomic"
	"time"

	"gaol/internal/store"
	"gaol/internal/ticket"
)

// How long what was made of log lines may stay in memory only. A batch that led to a ban is stored at once. Lines that led to nothing
// may be judged again without harm, so that how far they go is stored seldom.
const (
	saveFailures = time.Second
	savePlaces   = 10 * time.Second
)

// A ledger is what the store has not been told yet. It is guarded by judging.
type ledger struct {
	places map[string]ticket.Position // by source: up to where every line has been judged
	saved  time.Time
	timer  *time.Timer // nil: none is set
	due    time.Time   // when timer fires
	closed bool
	torn   atomic.Bool // a checkpoint was lost, the next one must be a whole one
}

// passed notes that every line of path up to end has been judged. The caller holds judging.
func (j *Jail) passed(path string, end ticket.Position) {
	l := &j.ledger
	if j.env.Store == nil || l.closed {
		return
	}
	if l.places == nil {
		l.places = map[string]ticket.Position{}
	}
	l.places[path] = end
	due := l.saved.Add(savePlaces)
	if j.judging.table.Changed() {
		due = l.saved.Add(saveFailures)
	}
	if j.hasRows() || !time.Now().Before(due) {
		j.checkpointLocked()
		return
	}
	if l.timer == nil || due.Before(l.due) {
		l.stop()
		l.due = due
		l.timer = time.AfterFunc(time.Until(due), j.checkpoint)
	}
}

func (l *ledger) stop() {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// checkpoint stores what has been made of the log up to now, as a whole.
func (j *Jail) checkpoint() {
	j.judging.Lock()
	defer j.judging.Unlock()
	j.checkpointLocked()
}

func (j *Jail) checkpointLocked() {
	l := &j.ledger
	if j.env.Store == nil || l.closed {
		return
	}
	l.stop()
	l.saved = time.Now()
	c := store.Checkpoint{Jail: j.Name, Positions: l.places, Whole: l.torn.Swap(false), Lost: func() { l.torn.Store(true) }}
	c.Pending, c.Gone = j.judging.table.Changes(c.Whole)
	// The lock is held until the bans are in the queue, so that an unban cannot get between.
	j.banning.Lock()
	defer j.banning.Unlock()
	c.Bans, j.banning.rows = j.banning.rows, nil
	if len(c.Positions)+len(c.Bans)+len(c.Pending)+len(c.Gone) == 0 {
		return
	}
	if err := j.env.Store.Save(c); err != nil {
		j.logs.filter.Error(fmt.Sprintf("cannot store how far the log has been judged: %v", err))
	}
	clear(l.places)
}

// hasRows reports whether bans wait for a checkpoint.
func (j *Jail) hasRows() bool {
	j.banning.Lock()
	defer j.banning.Unlock()
	return len(j.banning.rows) > 0
}

// closeLedger makes the last checkpoint.
func (j *Jail) closeLedger() {
	j.judging.Lock()
	defer j.judging.Unlock()
	j.checkpointLocked()
	j.ledger.closed = true
}

// openLedger takes up the failures that were pending at the last checkpoint.
func (j *Jail) openLedger() {
	if j.env.Store == nil {
		return
	}
	j.judging.Lock()
	defer j.judging.Unlock()
	since := j.env.Now() - ticket.Unix(j.findTime())
	pending, err := j.env.Store.Pending(j.Name, since)
	if err != nil {
		j.logs.filter.Error(fmt.Sprintf("cannot take up earlier failures: %v", err))
	}
	j.judging.table.Restore(pending)
	j.judging.table.Watch()
	// What was too old to be taken up is forgotten with the first checkpoint.
	j.ledger.torn.Store(true)
	j.ledger.saved = time.Now()
}
