package filter

import (
	"log/slog"
	"slices"

	"gaol/internal/ticket"
)

const (
	chunkBytes = 64 << 10
	chunkLines = 512
)

// A chunk is a run of lines on their way through a Queue. What its lines and events hold lies in its own memory, which serves one
// run after the other.
type chunk struct {
	bytes    []byte // of all lines
	lines    []queued
	events   []event
	values   values // of all matches
	texts    []byte // of all values
	prefixes []ticket.Fields
	prefixed int           // lines that prefregex matched
	gaveUp   []*pattern    // searches that were given up
	done     chan struct{} // gets a token when the lines are searched
}

// A queued line has its date. Those who search do not touch it: most lines have no events.
type queued struct {
	line  line
	now   ticket.Unix
	shown []byte // as reports show it
}

// An event is something that the search in a line found.
type event struct {
	line  int
	kind  eventKind
	index int
	told  values // by a failregex
}

type eventKind uint8

const (
	matchEvent   eventKind = iota // of the failregex with that index
	ignoredEvent                  // by the ignoreregex with that index
	prefixEvent                   // prefregex matched, its groups have that index
)

func newChunk() *chunk {
	return &chunk{bytes: make([]byte, 0, chunkBytes), lines: make([]queued, 0, chunkLines), done: make(chan struct{}, 1)}
}

// reset empties the chunk for other lines.
func (c *chunk) reset() {
	*c = chunk{
		bytes: c.bytes[:0], lines: c.lines[:0], events: c.events[:0], values: c.values[:0], texts: c.texts[:0],
		prefixes: c.prefixes[:0], gaveUp: c.gaveUp[:0], done: c.done,
	}
}

// fits reports whether there is room for one more line.
func (c *chunk) fits(l *ticket.Line) bool {
	const room = 4 // decoding may make a line longer
	return len(c.lines) == 0 || len(c.lines) < chunkLines && len(c.bytes)+room*len(l.Text)+2*len(l.Date) < chunkBytes
}

// next returns a place for one more line, which holds what was there before.
func (c *chunk) next() *queued {
	c.lines = c.lines[:len(c.lines)+1]
	return &c.lines[len(c.lines)-1]
}

// keepLine copies a line, with a line feed behind it, and the date that its source gave in front of it. It returns both and the line
// alone.
func (c *chunk) keepLine(date string, text []byte) (shown, own []byte) {
	from := len(c.bytes)
	c.bytes = append(append(append(c.bytes, date...), text...), '\n')
	shown = c.bytes[from : len(c.bytes)-1 : len(c.bytes)]
	return shown, shown[len(date):]
}

// keep copies what is borrowed.
func (c *chunk) keep(b []byte) []byte {
	from := len(c.bytes)
	c.bytes = append(c.bytes, b...)
	return c.bytes[from:len(c.bytes):len(c.bytes)]
}

// keepValues copies values that are borrowed.
func (c *chunk) keepValues(v values) values {
	from := len(c.values)
	c.values = append(c.values, v...)
	for i := range c.values[from:] {
		x := &c.values[from+i]
		at := len(c.texts)
		c.texts = append(c.texts, x.text...)
		x.text = c.texts[at:len(c.texts):len(c.texts)]
		if x.kind == tuple {
			x.parts = cloneParts(*x.parts)
		}
	}
	to := len(c.values)
	c.values = append(c.values, value{}) // room for one that follows from the others
	return c.values[from : to : to+1]
}

// cloneParts returns a copy of parts with texts of its own.
func cloneParts(parts []part) *[]part {
	all := slices.Clone(parts)
	for i := range all {
		all[i].text = slices.Clone(all[i].text)
	}
	return &all
}

// A searcher searches the lines of chunks, of which it knows nothing but the texts.
type searcher struct {
	filter *Filter
	chunk  *chunk
	at     int // the line
}

func newSearcher(t *Tester) *searcher {
	env := t.filter.env
	env.Log = slog.New(slog.DiscardHandler) // the caller's goroutine tells what there is to tell
	s := &searcher{filter: NewFilter(t.filter.program, env)}
	f := s.filter
	f.anyTime, f.all, f.gate, f.captured.dense = t.filter.anyTime, t.filter.all, t.gate(), t.filter.captured.dense
	f.gaveUp = func(r *pattern) { s.chunk.gaveUp = append(s.chunk.gaveUp, r) }
	f.ignored = func(i int) { s.add(event{kind: ignoredEvent, index: i}) }
	f.record = func(i int, v values) {
		s.add(event{kind: matchEvent, index: i, told: s.chunk.keepValues(v)})
	}
	if t.filter.prefixed != nil {
		f.prefixed = func() {
			s.add(event{kind: prefixEvent, index: len(s.chunk.prefixes)})
			s.chunk.prefixes = append(s.chunk.prefixes, f.prefixFields())
		}
	}
	return s
}

func (s *searcher) add(e event) {
	e.line = s.at
	s.chunk.events = append(s.chunk.events, e)
}

func (s *searcher) search(c *chunk) {
	s.chunk = c
	before := s.filter.prefixes
	for i := range c.lines {
		x := &c.lines[i]
		s.at, s.filter.line, s.filter.now = i, &x.line, x.now
		_ = s.filter.search() // recording fails never
	}
	c.prefixed = s.filter.prefixes - before
}
