package filter

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync"

	"gaol/internal/ticket"
)

// A Queue tests lines on all processors. Dates are found and failures put together in the order of the lines, because these remember
// earlier lines; what lies between, the search for the expressions, does not.
//
// Lines do not wander from one goroutine to another, which would cost more than it gains. Each worker takes a chunk of lines from the
// supply to the end; what wanders are two turns: that of who reads lines and finds their dates, and that of who settles what
// was found in them. A worker whose chunk cannot be settled yet leaves it and goes on with another.
type Queue struct {
	tester *Tester
	take   func(*Outcome) error
	skip   func(lines int) // nil while plain lines are taken, too
	alone  bool            // everything is done by the caller's goroutine, line by line
	source string

	reading sync.Mutex // the turn of reading lines; guards supply and over
	supply  Supply
	over    bool // there are no more lines

	mu       sync.Mutex // guards what follows
	waiting  []*chunk   // read and not yet settled, in the order of their lines
	spare    []*chunk
	unmade   int       // chunks that may be made besides
	returned sync.Cond // a chunk was added to spare
	settling bool      // it is somebody's turn of settling
	err      error     // the first one; after it nothing is taken any more

	settler *Filter // used by who settles
}

const (
	maxWorkers = 4
	// blockSize is how many bytes of lines a chunk has room for: enough to make the turns cheap, and not more, because a processor is
	// quicker with memory that it has just used, and slow with memory that is touched for the first time.
	blockSize = 32 << 10
	// soloBlocks is how many blocks are tested before others help: to start them takes as long as to test some thousand lines.
	soloBlocks = 16
)

// Queue returns a queue that hands outcomes to take. Lines must not be tested in any other way meanwhile.
func (t *Tester) Queue(take func(*Outcome) error) *Queue {
	f := t.filter
	// Where messages are read, they must come in the order of the lines, too.
	told := f.env.Log.Enabled(context.Background(), slog.LevelError)
	q := &Queue{tester: t, take: take, alone: told || f.program.maxLines > 1 || runtime.GOMAXPROCS(0) == 1}
	q.returned.L = &q.mu
	return q
}

// Skip has lines that lead to nothing only counted from now on, by skip, which is told of some at a time. take may call it.
func (q *Queue) Skip(skip func(lines int)) { q.skip = skip }

// Run tests all lines of s, which messages call source. The error is the first one that a line, take or s had; lines before it are
// tested, those behind it are not. Run must be called only once.
func (q *Queue) Run(source string, s Supply) error {
	q.source = source
	err := q.solo(s)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	q.share(s)
	return q.err
}

// solo tests lines one by one: all, or as many as it takes to see that there are many. The error is io.EOF after the last one.
func (q *Queue) solo(s Supply) error {
	mem := make([]byte, blockSize)
	for n := 0; q.alone || n < soloBlocks; n++ {
		if err := s.Next(mem, q.test); err != nil {
			return err
		}
	}
	return nil
}

// test tests one line.
func (q *Queue) test(l *ticket.Line) error {
	t := q.tester
	if err := t.judge(l, q.source); err != nil {
		return err
	}
	if q.skip != nil && t.outcome.plain() {
		q.skip(1)
		return nil
	}
	t.outcome.describe(l.Date, t.filter.line)
	return q.take(&t.outcome)
}

// share tests lines on several processors.
func (q *Queue) share(s Supply) {
	q.supply = s
	q.settler = q.tester.settler()
	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	q.unmade = 2 * workers // one that is worked on, one that waits for its turn
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(q.work)
	}
	q.work()
	others.Wait()
}

// work is what each worker does.
func (q *Queue) work() {
	s := newSearcher(q.tester)
	for c := q.read(); c != nil; c = q.read() {
		s.search(c)
		q.settleDue(c)
	}
}

// read waits for the turn of reading and returns the next chunk of lines, with their dates; nil if there are no more.
func (q *Queue) read() *chunk {
	q.reading.Lock()
	defer q.reading.Unlock()
	if q.over {
		return nil
	}
	c := q.next()
	if c == nil {
		return nil
	}
	c.err = q.fill(c)
	q.over = c.err != nil
	return c
}

// next waits for a spare chunk and puts it behind all others; nil after an error.
func (q *Queue) next() *chunk {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.spare) == 0 && q.unmade == 0 && q.err == nil {
		q.returned.Wait()
	}
	if q.err != nil {
		return nil
	}
	var c *chunk
	if last := len(q.spare) - 1; last >= 0 {
		c, q.spare = q.spare[last], q.spare[:last]
	} else {
		c = newChunk()
		q.unmade--
	}
	q.waiting = append(q.waiting, c)
	return c
}

// settleDue notes that the lines of c are searched and settles the chunks that are due, unless somebody else is at it, who then
// settles c as well.
func (q *Queue) settleDue(c *chunk) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c.searched = true
	if q.settling {
		return
	}
	q.settling = true
	for len(q.waiting) > 0 && q.waiting[0].searched {
		q.settleFirstLocked()
	}
	q.settling = false
}

// settleFirstLocked settles the chunk that is first in the row, without the lock.
func (q *Queue) settleFirstLocked() {
	c, err := q.waiting[0], q.err
	q.mu.Unlock()
	if err == nil {
		err = q.settle(c)
	}
	c.reset()
	q.mu.Lock()
	q.err = err
	q.waiting = slices.Delete(q.waiting, 0, 1)
	q.spare = append(q.spare, c)
	q.returned.Signal()
}

// fill reads lines into c and finds their dates.
func (q *Queue) fill(c *chunk) error {
	f := q.tester.filter
	f.now = f.env.Now()
	c.now = f.now
	return q.supply.Next(c.mem, func(l *ticket.Line) error {
		x := c.next(l, f.decode(l, q.source))
		if _, err := f.split(&x.line, x.line.text, l, false); err != nil {
			c.lines = c.lines[:len(c.lines)-1] // it is not searched
			return err
		}
		if x.line.told != nil {
			x.line.told = c.keep(x.line.told)
		}
		return nil
	})
}

// settle does what comes after the search of c, and tells what ended its lines.
func (q *Queue) settle(c *chunk) error {
	for _, r := range c.gaveUp {
		q.settler.giveUp(r)
	}
	q.tester.prefixed += c.prefixed
	if err := q.finishAll(c); err != nil {
		return err
	}
	if errors.Is(c.err, io.EOF) {
		return nil
	}
	return c.err
}

// finishAll does what comes after the search, for one line after the other.
func (q *Queue) finishAll(c *chunk) error {
	events := c.events
	for i := 0; i < len(c.lines); i++ {
		if q.skip != nil {
			next := len(c.lines)
			if len(events) > 0 {
				next = events[0].line
			}
			if next > i {
				q.skip(next - i)
			}
			if i = next; i == len(c.lines) {
				return nil
			}
		}
		n := 0
		for n < len(events) && events[n].line == i {
			n++
		}
		if err := q.finish(c, &c.lines[i], events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// finish does what comes after the search of one line.
func (q *Queue) finish(c *chunk, x *queued, events []event) error {
	f, o := q.settler, &q.tester.outcome
	o.clear()
	o.describe(x.date, &x.line)
	f.line, f.now = &x.line, c.now
	for i := range events {
		e := &events[i]
		switch e.kind {
		case ignoredEvent:
			o.Ignored = append(o.Ignored, e.index)
		case prefixEvent:
			o.Prefix = c.prefixes[e.index]
		case matchEvent:
			if _, err := f.settle(e.index, e.told, matched{}); err != nil {
				return err
			}
		}
	}
	return q.take(o)
}
