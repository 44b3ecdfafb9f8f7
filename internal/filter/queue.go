package filter

import (
	"cmp"
	"context"
	"log/slog"
	"runtime"
	"sync"

	"gaol/internal/ticket"
)

// A Queue tests lines on all processors. Dates are found and failures put together by the caller's goroutine, in the order of the
// lines, because these remember earlier lines; what lies between, the search for the expressions, does not and is shared out.
type Queue struct {
	tester  *Tester
	take    func(*Outcome) error
	skip    func(lines int) // nil while plain lines are taken, too
	filling *chunk
	waiting []*chunk // being searched, oldest first
	spare   []*chunk
	work    chan *chunk // nil until there is enough to do
	workers sync.WaitGroup
	failed  bool // an error was returned
	direct  bool // everything is done at once, line by line
}

const (
	chunksMade = 6 // in all
	maxWorkers = 4
)

// Queue returns a queue that hands outcomes to take. Lines must not be tested in any other way meanwhile.
func (t *Tester) Queue(take func(*Outcome) error) *Queue {
	f := t.filter
	// Where messages are read, they must come in the order of the lines, too.
	told := f.env.Log.Enabled(context.Background(), slog.LevelError)
	return &Queue{
		tester: t, take: take, filling: newChunk(),
		direct: told || f.program.maxLines > 1 || runtime.GOMAXPROCS(0) == 1,
	}
}

// Skip has lines that lead to nothing only counted from now on, by skip, which is told of some at a time.
func (q *Queue) Skip(skip func(lines int)) { q.skip = skip }

// Add tests a line, now or later. The line may be used again at once. The error is the first one that a line or take had; after
// it the queue is of no more use but to be closed.
func (q *Queue) Add(l *ticket.Line, source string) error {
	if q.direct {
		o, err := q.tester.Test(l, source)
		if err != nil {
			return err
		}
		if q.skip != nil && o.plain() {
			q.skip(1)
			return nil
		}
		return q.take(o)
	}
	if !q.filling.fits(l) {
		if err := q.pass(); err != nil {
			return q.fail(err)
		}
	}
	if err := q.prepare(l, source); err != nil {
		return q.fail(cmp.Or(q.drain(), err)) // what came before it may have had one, too
	}
	return nil
}

func (q *Queue) fail(err error) error {
	q.failed = true
	return err
}

// prepare does what comes before the search.
func (q *Queue) prepare(l *ticket.Line, source string) error {
	f, c := q.tester.filter, q.filling
	q.tester.tick()
	shown, text := c.keepLine(l.Date, f.decode(l, source))
	x := c.next()
	x.shown, x.now = shown, f.now
	if _, err := f.split(&x.line, text, l, false); err != nil {
		c.lines = c.lines[:len(c.lines)-1] // it is not searched
		return err
	}
	if x.line.told != nil {
		x.line.told = c.keep(x.line.told)
	}
	return nil
}

// pass hands the chunk being filled to the workers, and settles the oldest one when all are in use.
func (q *Queue) pass() error {
	if q.work == nil {
		q.start()
	}
	q.waiting = append(q.waiting, q.filling)
	q.work <- q.filling
	if len(q.waiting) == chunksMade {
		if err := q.settle(); err != nil {
			return err
		}
	}
	if n := len(q.spare); n > 0 {
		q.filling, q.spare = q.spare[n-1], q.spare[:n-1]
	} else {
		q.filling = newChunk()
	}
	return nil
}

func (q *Queue) start() {
	q.work = make(chan *chunk, chunksMade)
	for range min(runtime.GOMAXPROCS(0), maxWorkers) {
		q.workers.Go(func() {
			s := newSearcher(q.tester)
			for c := range q.work {
				s.search(c)
				c.done <- struct{}{}
			}
		})
	}
}

// settle waits for the oldest chunk and does what comes after the search.
func (q *Queue) settle() error {
	c := q.waiting[0]
	q.waiting = q.waiting[1:]
	<-c.done
	for _, r := range c.gaveUp {
		q.tester.filter.giveUp(r)
	}
	q.tester.filter.prefixes += c.prefixed
	if err := q.finishAll(c); err != nil {
		return err
	}
	c.reset()
	q.spare = append(q.spare, c)
	return nil
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
	t := q.tester
	f, o := t.filter, &t.outcome
	t.begin(x.shown)
	f.line, f.now = &x.line, x.now
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
	o.Time, o.Whole, o.Timed = x.line.time, x.line.whole, x.line.timed
	return q.take(o)
}

// drain tests what is left.
func (q *Queue) drain() error {
	if len(q.filling.lines) > 0 {
		if err := q.pass(); err != nil {
			return err
		}
	}
	for len(q.waiting) > 0 {
		if err := q.settle(); err != nil {
			return err
		}
	}
	return nil
}

// Close tests what is left, unless there was an error, and ends the queue.
func (q *Queue) Close() error {
	var err error
	if !q.failed {
		err = q.drain()
	}
	if q.work != nil {
		close(q.work)
		q.workers.Wait()
	}
	return err
}
