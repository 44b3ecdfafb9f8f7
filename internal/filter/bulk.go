package filter

import (
	"context"
	"io"
	"log/slog"

	"gaol/internal/ticket"
)

const (
	// manyLines is how many lines of a batch are worth several workers.
	manyLines = 1024
	// bulkChunk is how many of them a worker takes at once.
	bulkChunk = 256
)

// A bulk is a batch that several workers judge. What comes out is what the filter by itself would make of the batch, in the same order.
// Only the clock may tell: lines are dated ahead of those that are settled, and do not wait for the name service that these ask.
type bulk struct {
	filter  *Filter // dates
	settler *Filter
	batch   *ticket.Batch
	next    int    // the line to be read next
	dating  *chunk // and the line of it that is looked at
	line    int
}

// isBulk reports whether b is best judged by several workers.
func (f *Filter) isBulk(b *ticket.Batch) bool {
	return len(b.Lines) >= manyLines && f.program.maxLines == 1 && workers() > 1
}

// processBulk judges the lines of b.
func (f *Filter) processBulk(b *ticket.Batch) {
	k := &bulk{filter: f, settler: f.settler(), batch: b}
	c, ok := f.program.crews.Get().(*crew)
	if !ok {
		c = newCrew()
	}
	_ = c.run(k) // there is an end of lines, and no error
	f.program.crews.Put(c)
	f.line = &f.own
	f.tally.Matched, f.tally.Heard = k.settler.tally.Matched, f.tally.Heard || k.settler.tally.Heard
}

// settler returns a filter that settles in f's stead while f dates.
func (f *Filter) settler() *Filter {
	s := NewFilter(f.program, f.env)
	s.visit, s.recall, s.counts, s.now = f.visit, f.recall, f.counts, f.now
	return s
}

// newChunk implements task.
func (k *bulk) newChunk() *chunk { return &chunk{lines: make([]queued, 0, bulkChunk)} }

// newSearcher implements task.
func (k *bulk) newSearcher() *searcher {
	s := newSearcher(NewFilter(k.filter.program, Env{Log: slog.New(slog.DiscardHandler), Location: k.filter.env.Location}))
	note := s.filter.gaveUp
	s.filter.gaveUp = func(r *pattern) {
		s.add(gaveUpEvent, len(s.chunk.gaveUp))
		note(r)
	}
	return s
}

// read implements task.
func (k *bulk) read(c *chunk) error {
	c.first = k.next
	k.next = min(k.next+bulkChunk, len(k.batch.Lines))
	c.block = Lines(k.batch.Lines[c.first:k.next])
	if c.first == k.next {
		return io.EOF
	}
	return nil
}

// cut implements task: lines come cut out.
func (k *bulk) cut(*chunk, *searcher) {}

// date implements task: it does all that comes before the search.
func (k *bulk) date(c *chunk) {
	f := k.filter
	log, jailLog := f.env.Log, f.jailLog
	f.env.Log, f.jailLog = slog.New(delay{log.Handler(), k}), slog.New(delay{jailLog.Handler(), k})
	k.dating, k.line = c, 0
	_ = c.block.Each(func(l *ticket.Line) error {
		text := f.decode(l, k.batch.Source)
		x := c.add(l, text)
		keep, err := f.split(&x.line, x.line.text, l, k.batch.Live)
		if err != nil {
			f.failed(text, err)
		}
		x.barred = !keep || err != nil
		c.keepTold(x)
		f.note(c.first + k.line)
		k.line++
		return nil
	})
	f.env.Log, f.jailLog = log, jailLog
}

// settle implements task.
func (k *bulk) settle(c *chunk) error {
	f, said := k.settler, c.said
	for i := range c.events {
		e := &c.events[i]
		said = say(said, e.line)
		f.line = &c.lines[e.line].line
		switch e.kind {
		case gaveUpEvent:
			f.tellGivenUp(c.gaveUp[e.index])
		case matchEvent:
			if _, err := f.settle(e.index, &e.told, nil); err != nil {
				f.failed(f.line.text, err)
			}
		}
	}
	say(said, len(c.lines))
	f.tally.Matched += c.matched
	f.tally.Heard = f.tally.Heard || c.heard
	return c.err
}

// A saying is what was said about a line before its turn to be settled.
type saying struct {
	line    int
	record  slog.Record
	handler slog.Handler
}

// say hands on what was said up to a line, and returns the rest.
func say(said []saying, line int) []saying {
	for len(said) > 0 && said[0].line <= line {
		_ = said[0].handler.Handle(context.Background(), said[0].record) // like slog, which has nobody to tell either
		said = said[1:]
	}
	return said
}

// A delay is a handler for what is said while lines are dated.
type delay struct {
	handler slog.Handler
	bulk    *bulk
}

// Enabled implements slog.Handler.
func (d delay) Enabled(ctx context.Context, l slog.Level) bool { return d.handler.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (d delay) Handle(_ context.Context, r slog.Record) error {
	c := d.bulk.dating
	c.said = append(c.said, saying{d.bulk.line, r.Clone(), d.handler})
	return nil
}

// WithAttrs implements slog.Handler.
func (d delay) WithAttrs(attrs []slog.Attr) slog.Handler {
	return delay{d.handler.WithAttrs(attrs), d.bulk}
}

// WithGroup implements slog.Handler.
func (d delay) WithGroup(name string) slog.Handler { return delay{d.handler.WithGroup(name), d.bulk} }
