package filter

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync/atomic"

	"gaol/internal/date"
	"gaol/internal/ticket"
)

// A Queue tests lines on all processors. Dates are found and failures put together in the order of the lines, because these remember
// earlier lines; the rest, above all the search for the expressions, does not.
//
// Nobody hands lines on, which would cost more than it gains. Lines stay in their chunk, and each worker does what there is to do
// with one of them, most often one step after the other with the same; see work.go.
type Queue struct {
	tester *Tester
	take   func(*Outcome) error
	only   [kinds]bool // lines that are only counted
	survey survey
	lines  surveyed // of the block that is tested
	alone  bool     // everything is done by the caller's goroutine, line by line
	source string
	supply Supply

	// Where there are several workers:
	settler *Filter
	brief   atomic.Bool // lines that lead to nothing are only counted
}

const (
	maxWorkers = 4
	// blockSize is how many bytes of lines a chunk has room for: enough to make its steps long beside what it takes to come to one, and
	// not more, because a processor is quicker with memory that it has just used, and slow with memory that is touched for the first
	// time.
	blockSize = 64 << 10
	// soloBlocks is how many blocks are tested before others help: to start them takes as long as to test some thousand lines.
	soloBlocks = 8
)

// Queue returns a queue that hands outcomes to take. Lines must not be tested in any other way meanwhile.
func (t *Tester) Queue(take func(*Outcome) error) *Queue {
	f := t.filter
	// Where messages are read, they must come in the order of the lines, too.
	told := f.env.Log.Enabled(context.Background(), slog.LevelError)
	return &Queue{
		tester: t, take: take, survey: t.survey(),
		alone: told || f.program.maxLines > 1 || runtime.GOMAXPROCS(0) == 1,
	}
}

// Count has lines of a kind only counted from now on, instead of taken. take may call it. Lines with a Prefix are taken all the same.
func (q *Queue) Count(k Kind) { q.only[k] = true }

// Run tests all lines of s, which messages call source. The error is the first one that a line, take or s had; lines before it are
// tested, those behind it are not. Run must be called only once.
func (q *Queue) Run(source string, s Supply) error {
	q.source, q.supply = source, s
	if err := q.solo(); err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	q.settler = q.tester.settler()
	q.brief.Store(q.only[Missed])
	return newCrew().run(q)
}

// solo tests lines one by one: all, or as many as it takes to see that there are many. The error is io.EOF after the last one.
func (q *Queue) solo() error {
	mem := make([]byte, blockSize)
	for n := 0; q.alone || n < soloBlocks; n++ {
		block, err := q.supply.Next(mem)
		if err != nil {
			return err
		}
		if err := q.testBlock(block); err != nil {
			return err
		}
	}
	return nil
}

// testBlock tests the lines of block one by one.
func (q *Queue) testBlock(block Block) error {
	if text, ok := block.(Text); ok && q.only[Missed] {
		if q.survey.of(text, &q.lines) {
			return q.testText(&q.lines)
		}
	}
	return block.Each(q.test)
}

// testText does so with lines that need no decoding. They share one look at the clock.
func (q *Queue) testText(lines *surveyed) error {
	t, f := q.tester, q.tester.filter
	var nothing ticket.Line
	f.now = f.env.Now()
	for {
		t.outcome.clear()
		ok, err := lines.advance(f, &f.own)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := lines.search(f); err != nil {
			return err
		}
		if err := q.tell(&nothing, &f.own); err != nil {
			return err
		}
	}
	f.prefixes += q.survey.note(lines)
	t.score.Lines[Missed] += lines.plain
	return nil
}

// test tests one line.
func (q *Queue) test(l *ticket.Line) error {
	if err := q.tester.judge(l, q.source); err != nil {
		return err
	}
	return q.tell(l, q.tester.filter.line)
}

// tell counts what a line that was tested leads to, and hands it on if it is to be taken. given is what its source told beside the text, nil
// for nothing.
func (q *Queue) tell(given *ticket.Line, ln *line) error {
	o := &q.tester.outcome
	q.tester.score.add(o)
	if q.only[o.Kind] && o.Prefix == nil {
		return nil
	}
	o.describe(given, ln)
	return q.take(o)
}

// newChunk implements task.
func (q *Queue) newChunk() *chunk {
	const usual = 64 // bytes of a line, or some more
	c := &chunk{mem: make([]byte, blockSize), lines: make([]queued, 0, blockSize/usual)}
	c.text.lines, c.text.rich = make([]date.Line, 0, blockSize/usual), make([]int32, 0, blockSize/usual)
	return c
}

// newSearcher implements task.
func (q *Queue) newSearcher() *searcher {
	t := q.tester
	s := newSearcher(t.assistant())
	s.survey = t.survey()
	f := s.filter
	f.gate, f.barren = t.gate(), t.barren()
	f.ignored = func(i int) { s.add(ignoredEvent, i) }
	if t.filter.prefixed != nil {
		f.prefixed = func() {
			s.add(prefixEvent, len(s.chunk.prefixes))
			s.chunk.prefixes = append(s.chunk.prefixes, f.prefixFields())
		}
	}
	return s
}

// read implements task.
func (q *Queue) read(c *chunk) (err error) {
	c.brief = q.brief.Load()
	c.block, err = q.supply.Next(c.mem)
	return err
}

// cut implements task.
func (q *Queue) cut(c *chunk, w *searcher) {
	if text, ok := c.block.(Text); ok && c.brief {
		if w.survey.of(text, &c.text) {
			return
		}
	}
	_ = c.block.Each(func(l *ticket.Line) error {
		x := c.add(l, w.filter.decode(l, q.source))
		if l.Time != 0 {
			x.given = &ticket.Line{Time: l.Time, Date: l.Date, Stream: l.Stream}
		}
		return nil
	})
}

// date implements task.
func (q *Queue) date(c *chunk) {
	f := q.tester.filter
	f.now = f.env.Now()
	c.now = f.now
	if c.text.text != nil {
		c.dateText(f)
		return
	}
	var nothing ticket.Line
	for i := range c.lines {
		x := &c.lines[i]
		given := x.given
		if given == nil {
			given = &nothing
		}
		if _, err := f.split(&x.line, x.line.text, given, false); err != nil {
			c.lines, c.err = c.lines[:i], err // the rest is not searched
			return
		}
		c.keepTold(x)
	}
}
