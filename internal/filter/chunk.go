package filter

import (
	"slices"

	"gaol/internal/ticket"
)

// A chunk is a run of lines on their way through a crew. What its lines and events hold lies in its own memory, which serves one
// run after the other.
type chunk struct {
	mem      []byte // of the supply: the lines as they were read
	block    Block  // of lines that are to be cut out
	now      ticket.Unix
	text     surveyed // the lines, if they were surveyed
	brief    bool     // lines that lead to nothing are only counted
	lines    []queued
	kept     []byte // what of the lines is not in mem
	events   []event
	values   []value // of all matches
	texts    []byte  // of all values
	prefixes []ticket.Fields
	prefixed int        // lines that prefregex matched
	gaveUp   []*pattern // searches that were given up
	err      error      // what came behind the lines instead of more

	// Of a bulk.
	first   int      // index of the first line in the batch
	said    []saying // about the lines before they were searched
	matched int      // as Tally has them
	heard   bool

	// Guarded by the crew:
	by            *searcher // of the worker whose it is
	cut, searched bool
}

// A queued line has its date. Those who search do not touch it: most lines have no events.
type queued struct {
	line  line
	given *ticket.Line // what its source told beside the text, nil for nothing
	// barred says that it is not to be searched.
	barred bool
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
	gaveUpEvent                   // a search was, that in chunk.gaveUp with that index; in a bulk
)

// reset empties the chunk for other lines.
func (c *chunk) reset() {
	*c = chunk{
		mem: c.mem, lines: c.lines[:0], kept: c.kept[:0], events: c.events[:0], values: c.values[:0], texts: c.texts[:0],
		prefixes: c.prefixes[:0], gaveUp: c.gaveUp[:0], said: c.said[:0],
		text: surveyed{lines: c.text.lines[:0], rich: c.text.rich[:0]},
	}
}

// add makes l the next line of c. text is what it says, decoded.
func (c *chunk) add(l *ticket.Line, text []byte) *queued {
	if len(text) > 0 && &text[0] != &l.Text[0] {
		text = c.keep(append(text, '\n'))
		text = text[:len(text)-1]
	}
	c.lines = append(c.lines, queued{line: line{text: text}})
	return &c.lines[len(c.lines)-1]
}

// keepTold copies the date of x that is borrowed from an earlier line.
func (c *chunk) keepTold(x *queued) {
	if x.line.told != nil {
		x.line.told = c.keep(x.line.told)
	}
}

// dateText finds the dates of lines that need no decoding, and leaves only those among the lines that may lead to something.
func (c *chunk) dateText(f *Filter) {
	for {
		n := len(c.lines)
		c.lines = append(c.lines, queued{})
		x := &c.lines[n]
		ok, err := c.text.advance(f, &x.line)
		if !ok {
			c.lines, c.err = c.lines[:n], err
			break
		}
		c.keepTold(x)
	}
	f.line = &f.own
}

// keep copies what is borrowed.
func (c *chunk) keep(b []byte) []byte {
	from := len(c.kept)
	c.kept = append(c.kept, b...)
	return c.kept[from:len(c.kept):len(c.kept)]
}

// capture makes to what the last match of f has told beside base. The values are captured where they stay, in the memory of c, and so are
// their texts, unless they lie there already.
func (c *chunk) capture(to *values, f *Filter, base *match) {
	told := f.captured.capture(base, &f.match)
	n := len(told.all)
	next := min(n+1, cap(told.all)) // behind room for one that follows from the others
	*to = *told
	to.all = told.all[:n:next]
	if told.all = told.all[next:next]; cap(told.all) < roomAtLeast {
		c.values = make([]value, 0, max(2*cap(c.values), 8*roomAtLeast))
		told.all = c.values
	}
	if f.lent {
		for i := range to.all {
			c.keepText(&to.all[i])
		}
	}
}

// roomAtLeast is how many values there is room for, which are most often enough for a match. What it lacks is got elsewhere.
const roomAtLeast = 8

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

// A searcher does with the lines of chunks what needs no knowledge of other lines.
type searcher struct {
	filter *Filter
	survey survey
	chunk  *chunk
	at     int // the line
}

// newSearcher returns a searcher that searches with f.
func newSearcher(f *Filter) *searcher {
	s := &searcher{filter: f}
	f.gaveUp = func(r *pattern) { s.chunk.gaveUp = append(s.chunk.gaveUp, r) }
	f.record = func(i int, base *match) { s.chunk.capture(&s.add(matchEvent, i).told, f, base) }
	return s
}

// add adds an event, of a kind and with an index, and returns it.
func (s *searcher) add(kind eventKind, index int) *event {
	c := s.chunk
	c.events = lengthened(c.events)
	e := &c.events[len(c.events)-1] // filled in place: an event is long to copy
	e.line, e.kind, e.index = s.at, kind, index
	return e
}

// search looks for what is in the lines of c.
func (s *searcher) search(c *chunk) {
	f := s.filter
	s.chunk, f.now, f.prefixes, f.tally = c, c.now, 0, Tally{}
	f.captured.told.all = c.values[:0]
	for i := range c.lines {
		x := &c.lines[i]
		s.at, f.line = i, &x.line
		if !x.barred {
			_ = c.text.search(f) // recording fails never
		}
	}
	c.prefixed, c.matched, c.heard = f.prefixes, f.tally.Matched, f.tally.Heard
	c.prefixed += s.survey.note(&c.text)
}
