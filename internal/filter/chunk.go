package filter

import (
	"slices"

	"gaol/internal/ticket"
)

// A chunk is a run of lines on their way through a Queue. What its lines and events hold lies in its own memory, which serves one
// run after the other.
type chunk struct {
	mem      []byte // of the supply: the lines as they were read
	now      ticket.Unix
	lines    []queued
	kept     []byte // what of the lines is not in mem
	events   []event
	values   values // of all matches
	texts    []byte // of all values
	prefixes []ticket.Fields
	prefixed int        // lines that prefregex matched
	gaveUp   []*pattern // searches that were given up
	searched bool       // guarded by the Queue
	err      error      // that ended the lines
}

// A queued line has its date. Those who search do not touch it: most lines have no events.
type queued struct {
	line line
	date string // that its source gave, if any
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
	const usual = 64 // bytes of a line, or some more
	return &chunk{mem: make([]byte, blockSize), lines: make([]queued, 0, blockSize/usual)}
}

// reset empties the chunk for other lines.
func (c *chunk) reset() {
	*c = chunk{
		mem: c.mem, lines: c.lines[:0], kept: c.kept[:0], events: c.events[:0], values: c.values[:0], texts: c.texts[:0],
		prefixes: c.prefixes[:0], gaveUp: c.gaveUp[:0],
	}
}

// next makes l the next line of c. text is what it says, decoded.
func (c *chunk) next(l *ticket.Line, text []byte) *queued {
	if len(text) > 0 && &text[0] != &l.Text[0] {
		text = c.keep(append(text, '\n'))
		text = text[:len(text)-1]
	}
	c.lines = append(c.lines, queued{})
	x := &c.lines[len(c.lines)-1]
	x.line.text, x.date = text, l.Date
	return x
}

// keep copies what is borrowed.
func (c *chunk) keep(b []byte) []byte {
	from := len(c.kept)
	c.kept = append(c.kept, b...)
	return c.kept[from:len(c.kept):len(c.kept)]
}

// keepValues copies values that are borrowed, and their texts if they are lent too, which else lie in the memory of c.
func (c *chunk) keepValues(v values, lent bool) values {
	from := len(c.values)
	c.values = append(c.values, v...)
	to := len(c.values)
	c.values = append(c.values, value{}) // room for one that follows from the others
	kept := c.values[from : to : to+1]
	if lent {
		for i := range kept {
			c.keepText(&kept[i])
		}
	}
	return kept
}

// keepText gives v a text of its own.
func (c *chunk) keepText(v *value) {
	at := len(c.texts)
	c.texts = append(c.texts, v.text...)
	v.text = c.texts[at:len(c.texts):len(c.texts)]
	if v.kind == tuple {
		v.parts = cloneParts(*v.parts)
	}
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
	s := &searcher{filter: t.assistant()}
	f := s.filter
	f.gate = t.gate()
	f.gaveUp = func(r *pattern) { s.chunk.gaveUp = append(s.chunk.gaveUp, r) }
	f.ignored = func(i int) { s.add(event{kind: ignoredEvent, index: i}) }
	f.record = func(i int, v values) {
		s.add(event{kind: matchEvent, index: i, told: s.chunk.keepValues(v, f.lent)})
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
	s.chunk, s.filter.now = c, c.now
	before := s.filter.prefixes
	for i := range c.lines {
		x := &c.lines[i]
		s.at, s.filter.line = i, &x.line
		_ = s.filter.search() // recording fails never
	}
	c.prefixed = s.filter.prefixes - before
}
