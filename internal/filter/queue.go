package filter

import (
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
	filling *chunk
	waiting []*chunk // being searched, oldest first
	spare   []*chunk
	work    chan *chunk // nil until there is enough to do
	workers sync.WaitGroup
	failed  bool // an error was returned
	direct  bool // everything is done at once, line by line
}

const (
	chunkBytes = 64 << 10
	chunkLines = 512
	chunksMade = 6 // in all
	maxWorkers = 4
)

// A chunk is a run of lines on their way.
type chunk struct {
	bytes  []byte // of all lines
	lines  []queued
	values []value // of all hits
	hits   []told
	gaveUp []*pattern    // searches that were given up
	done   chan struct{} // gets a token when the lines are searched
}

// A queued line has its date; then come its matches.
type queued struct {
	line     line
	now      ticket.Unix
	text     []byte
	err      error
	from, to int // its hits
	ignored  []int
	prefixed bool
	prefix   ticket.Fields
}

// told is what one failregex matched.
type told struct {
	regex  int
	values values
}

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

func newChunk() *chunk {
	return &chunk{bytes: make([]byte, 0, chunkBytes), lines: make([]queued, 0, chunkLines), done: make(chan struct{}, 1)}
}

// Add tests a line, now or later. The line may be used again at once. The error is the first one that a line or take had; after
// it the queue is of no more use but to be closed.
func (q *Queue) Add(l *ticket.Line, source string) error {
	if q.direct {
		o, err := q.tester.Test(l, source)
		if err != nil {
			return err
		}
		return q.take(o)
	}
	if !q.filling.fits(l) {
		if err := q.pass(); err != nil {
			q.failed = true
			return err
		}
	}
	q.prepare(l, source)
	return nil
}

func (c *chunk) fits(l *ticket.Line) bool {
	const room = 4 // decoding may make a line longer
	return len(c.lines) == 0 || len(c.lines) < chunkLines && len(c.bytes)+room*len(l.Text)+len(l.Date) < chunkBytes
}

// prepare does what comes before the search.
func (q *Queue) prepare(l *ticket.Line, source string) {
	f, c := q.tester.filter, q.filling
	text, err := q.tester.prepare(l, source)
	ln := f.line
	x := queued{err: err, now: f.now, line: ln, text: c.keep(text)}
	own := x.text[len(x.text)-len(ln.text):] // what precedes it is the date that the source gave
	x.line.text, x.line.after = own, own
	if n := len(ln.before); n+len(ln.date)+len(ln.after) == len(own) {
		x.line.before, x.line.date, x.line.after = own[:n], own[n:n+len(ln.date)], own[n+len(ln.date):]
	} else {
		x.line.date = c.keep(ln.date) // of another line or of the source
	}
	c.lines = append(c.lines, x)
}

// keep copies what is borrowed.
func (c *chunk) keep(b []byte) []byte {
	from := len(c.bytes)
	c.bytes = append(c.bytes, b...)
	return c.bytes[from:len(c.bytes):len(c.bytes)]
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
	defer func() {
		*c = chunk{bytes: c.bytes[:0], lines: c.lines[:0], values: c.values[:0], hits: c.hits[:0], gaveUp: c.gaveUp[:0], done: c.done}
		q.spare = append(q.spare, c)
	}()
	for _, r := range c.gaveUp {
		q.tester.filter.giveUp(r)
	}
	for i := range c.lines {
		if err := q.finish(c, &c.lines[i]); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) finish(c *chunk, x *queued) error {
	t := q.tester
	t.begin(x.text)
	if x.err != nil {
		return x.err
	}
	t.filter.line, t.filter.now = x.line, x.now
	o := &t.outcome
	o.Ignored = append(o.Ignored, x.ignored...)
	o.Prefixed, o.Prefix = x.prefixed, x.prefix
	for _, h := range c.hits[x.from:x.to] {
		if _, err := t.filter.settle(h.regex, h.values, matched{}); err != nil {
			return err
		}
	}
	o.Time, o.Whole, o.Timed = x.line.time, x.line.whole, x.line.timed
	return q.take(o)
}

// Close tests what is left, unless there was an error, and ends the queue.
func (q *Queue) Close() error {
	var err error
	if !q.failed && len(q.filling.lines) > 0 {
		err = q.pass()
	}
	for !q.failed && err == nil && len(q.waiting) > 0 {
		err = q.settle()
	}
	if q.work != nil {
		close(q.work)
		q.workers.Wait()
	}
	return err
}

// A searcher searches the lines of chunks, of which it knows nothing but the texts.
type searcher struct {
	filter *Filter
	chunk  *chunk
	at     *queued
}

func newSearcher(t *Tester) *searcher {
	env := t.filter.env
	env.Log = slog.New(slog.DiscardHandler) // the caller's goroutine tells what there is to tell
	s := &searcher{filter: NewFilter(t.filter.program, env)}
	f := s.filter
	f.anyTime, f.all = t.filter.anyTime, t.filter.all
	if t.filter.gate == nil {
		f.gate = nil
	}
	f.gaveUp = func(r *pattern) { s.chunk.gaveUp = append(s.chunk.gaveUp, r) }
	f.ignored = func(i int) { s.at.ignored = append(s.at.ignored, i) }
	f.record = func(i int, v values) {
		from := len(s.chunk.values)
		s.chunk.values = append(s.chunk.values, v...)
		to := len(s.chunk.values)
		s.chunk.hits = append(s.chunk.hits, told{i, s.chunk.values[from:to:to]})
	}
	if t.filter.prefixed != nil {
		f.prefixed = func() {
			s.at.prefixed = true
			if t.wishes.Prefix {
				s.at.prefix = f.prefixFields()
			}
		}
	}
	return s
}

func (s *searcher) search(c *chunk) {
	s.chunk = c
	for i := range c.lines {
		x := &c.lines[i]
		s.at, x.from = x, len(c.hits)
		if x.err == nil {
			s.filter.line, s.filter.now = x.line, x.now
			_ = s.filter.search() // recording fails never
		}
		x.to = len(c.hits)
	}
}
