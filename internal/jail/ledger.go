package jail

import (
	"errors"
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
	reached map[string]ticket.Position // by source: up to where every line has been judged
	places  map[string]ticket.Position // of these, what the store does not know
	saved   time.Time
	timer   *time.Timer // nil: none is set
	due     time.Time   // when timer fires
	closed  bool

	// What the goroutine that writes the database tells.
	writing atomic.Bool  // a checkpoint is on its way
	late    atomic.Bool  // another is wanted
	torn    atomic.Bool  // one was lost, the next one must be a whole one
	took    atomic.Int64 // nanoseconds, the last one
}

// share is the part of the time, one in so many, that is spent on writing down failures that led to no ban: in a flood of ever new
// addresses that is the most expensive part.
const share = 10

// passed notes that every line of path up to end has been judged. The caller holds judging.
func (j *Jail) passed(path string, end ticket.Position) {
	l := &j.ledger
	if l.reached == nil {
		l.reached, l.places = map[string]ticket.Position{}, map[string]ticket.Position{}
	}
	_, known := l.reached[path]
	l.reached[path] = end
	if j.env.Store == nil || l.closed {
		return
	}
	l.places[path] = end
	if !known { // without a place a rotation could not be told from a new log
		j.checkpointSoon()
		return
	}
	due := l.saved.Add(savePlaces)
	if j.judging.counter.table.Changed(&j.judging.copy) {
		due = l.saved.Add(max(saveFailures, share*time.Duration(l.took.Load())))
	}
	if j.hasRows() || !time.Now().Before(due) {
		j.checkpointSoon()
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

// checkpointSoon takes a checkpoint at once or, while the last one is being written, when that is done: so what waits for the
// database does not pile up. The caller holds judging.
func (j *Jail) checkpointSoon() {
	l := &j.ledger
	if !l.writing.Load() {
		j.checkpointLocked()
		return
	}
	l.late.Store(true)
	if !l.writing.Load() && l.late.Swap(false) { // it was done in between, and did not see late
		j.checkpointLocked()
	}
}

// written hears that a checkpoint that was begun at begin has been written, or was lost.
func (j *Jail) written(begin time.Time, err error) {
	l := &j.ledger
	if err != nil {
		l.torn.Store(true)
	}
	l.took.Store(int64(time.Since(begin)))
	l.writing.Store(false)
	if l.late.Swap(false) {
		go j.checkpoint()
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
	c := store.Checkpoint{Jail: j.Name, Positions: l.places, Whole: l.torn.Swap(false)}
	c.Failures, c.Whole = j.judging.counter.table.Changes(&j.judging.copy, c.Whole)
	// The lock is held until the bans are in the queue, so that an unban cannot get between.
	j.banning.Lock()
	defer j.banning.Unlock()
	c.Bans, j.banning.rows = j.banning.rows, nil
	if len(c.Positions)+len(c.Bans)+len(c.Failures) == 0 && !c.Whole {
		return
	}
	begin := time.Now()
	heavy := isHeavy(&c)
	c.Done = func(err error) {
		j.written(begin, err)
		if heavy {
			j.tidy()
		}
	}
	l.writing.Store(true)
	if err := j.env.Store.Save(c); err != nil {
		l.writing.Store(false)
		j.logs.filter.Error(fmt.Sprintf("cannot store how far the log has been judged: %v", err))
	}
	clear(l.places)
}

// manyBans is how many bans at once leave a megabyte of garbage.
const manyBans = 1000

// tidy asks for the garbage of a burst to be collected.
func (j *Jail) tidy() {
	if j.env.Tidy != nil {
		j.env.Tidy()
	}
}

// isHeavy reports whether c is the sign of a burst that leaves a megabyte of garbage.
func isHeavy(c *store.Checkpoint) bool {
	size := len(c.Bans) * (1 << 20 / manyBans)
	for _, piece := range c.Failures {
		size += len(piece)
	}
	return size >= 1<<20
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
	c := j.alone().counter
	earlier, err := j.env.Store.Failures(j.Name)
	if err = errors.Join(err, c.table.Restore(earlier)); err != nil {
		j.logs.filter.Error(fmt.Sprintf("cannot take up all earlier failures: %v", err))
	}
	j.judging.cleaned = j.env.Now()
	c.cleanUp(j.judging.cleaned)
	j.judging.copy = c.table.Copy()
	// The first checkpoint puts what was taken up in the place of how that came about.
	j.ledger.torn.Store(len(earlier) > 0)
	j.ledger.saved = time.Now()
}
