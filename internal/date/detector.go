package date

import (
	"math"
	"time"
	"unicode/utf8"

	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A Detector finds dates in the lines of one filter and learns in which order to try its templates. It is not safe for
// concurrent use.
type Detector struct {
	clock       func() ticket.Unix
	entries     []entry
	resolver    resolver
	firstUnused int // entries before it have hits
	last        int // the entry that matched the previous dated line, or -1
	place       place
	traits      features // of the line, where they were needed
	recent      recent
	repeat      repeat
	// matcher has the groups of the current match, spare those of the reserve.
	matcher, spare *pyre.Matcher
}

// An entry is a template with what was learnt about it.
type entry struct {
	ranked
	id       int  // its index in the order of the configuration
	hits     int  // lines whose date it gave
	matched  bool // it has matched a line, even if another date was taken
	lastUsed ticket.Unix
	distance int // characters before its latest hit
}

// A span is where a whole match, not just its group 1, lies in a line.
type span struct {
	start, end           int // in bytes
	startChars, endChars int // in characters: the same columns, whatever stands in them
}

const unknown = math.MaxInt32 // distance or end of something that has not been seen

// NewDetector returns a Detector that has seen no line.
func NewDetector(p *Patterns, opt Options) *Detector {
	d := &Detector{
		last:  -1,
		place: place{1, unknown, -1, -1, -1, -1},
	}
	d.matcher, d.spare = newMatchers()
	d.resolver = resolver{offset: opt.Offset, wall: wall{loc: opt.Local}}
	if d.clock = opt.Now; d.clock == nil {
		d.clock = ticket.Now
	}
	if d.resolver.wall.loc == nil {
		d.resolver.wall.loc = time.Local
	}
	d.entries = make([]entry, len(p.templates))
	for i, t := range p.templates {
		d.entries[i] = entry{ranked: t, id: i, distance: unknown}
	}
	return d
}

func newMatchers() (a, b *pyre.Matcher) { return new(pyre.Matcher), new(pyre.Matcher) }

// Find looks for a date in line and reports whether there is one, which is then in f. A date that was found counts as a hit
// of its template even when it is no possible date (Found.OK).
//
// An error means that nobody can say what the line's time is, and that the line must not be judged: it names a time zone
// that is not known (*UnknownZoneError), or the pattern is at fault.
func (d *Detector) Find(line []byte, f *Found) (found bool, err error) {
	if len(line) == 0 {
		return false, nil // {NONE} would match: fail2ban trips over such lines
	}
	d.resolver.now = d.clock()
	if d.again(line, f) {
		return true, nil
	}
	d.repeat.ok = false
	if start, end, m, ok := d.scanFirst(line); ok {
		*f = Found{start, end, m.time, m.ok, m.whole, d.entries[d.last].id}
		d.remember(line, f)
		return true, nil
	}
	i, s, err := d.choose(line)
	if i < 0 || err != nil {
		return false, err
	}
	t := d.entries[i].template
	*f = Found{Start: s.start, End: s.start, Template: d.entries[i].id}
	if start, end := d.matcher.Group(t.cut); start >= 0 {
		f.Start, f.End = start, end
	}
	d.learn(line, i, s)
	m, err := d.moment(t, line)
	if err != nil {
		return false, err
	}
	f.Time, f.Whole, f.OK = m.time, m.whole, m.ok
	return true, nil
}

// moment reads the time out of the groups of t's match.
func (d *Detector) moment(t *template, line []byte) (moment, error) {
	if t.kind == fields {
		var p parts
		if ok, err := p.read(t, d.matcher, line); !ok {
			return moment{}, err
		}
		return d.resolver.resolve(&p)
	}
	start, end := d.matcher.Group(t.number)
	if start < 0 {
		return moment{}, nil
	}
	m := moment{whole: t.kind == tai64n}
	if t.kind == tai64n {
		m.time, m.ok = taiTime(line[start:end])
	} else {
		m.time, m.ok = unixTime(line[start:end], t.kind == longEpoch)
	}
	return m, nil
}

// A candidate is a match that counts if there is no better one; entry is -1 for none.
type candidate struct {
	entry int
	span  span
}

// choose returns the entry whose match in line counts, with matcher holding its groups, or -1.
//
// The entry that matched last goes first, at the same place if the surroundings look the same. Otherwise the first entry
// of the list counts whose match stands no further right than before; a match further right is kept in reserve, since it
// may come from text that somebody else has put into the line.
func (d *Detector) choose(line []byte) (int, span, error) {
	reserve, taken, searched, err := d.chooseLast(line)
	if taken || err != nil {
		return reserve.entry, reserve.span, err
	}
	if d.last >= 0 { // else first has looked
		d.traits = featuresOf(line)
	}
	for i := range d.entries {
		e := &d.entries[i]
		if searched && i == d.last || e.needs&^d.traits != 0 {
			continue
		}
		s, ok, err := d.search(e, line, 0, len(line))
		if err != nil {
			return -1, s, err
		}
		if !ok {
			continue
		}
		if d.takes(i, s) {
			return i, s, nil
		}
		if reserve.entry < 0 || s.startChars < reserve.span.startChars {
			reserve = candidate{i, s}
			d.matcher, d.spare = d.spare, d.matcher
		}
	}
	d.matcher, d.spare = d.spare, d.matcher
	return reserve.entry, reserve.span, nil
}

// chooseLast searches the entry that matched last. taken says that its match counts; if not, spare has the groups of the
// candidate. searched says that it was searched for in the whole line.
func (d *Detector) chooseLast(line []byte) (c candidate, taken, searched bool, err error) {
	c.entry = -1
	if d.last < 0 {
		return c, false, false, nil
	}
	e := &d.entries[d.last]
	from, to, same := 0, len(line), false
	if !e.anchored {
		from, to, same = d.samePlace(line)
	}
	s, ok, err := d.search(e, line, from, to)
	if err != nil || !ok {
		return c, false, !same, err
	}
	c = candidate{d.last, s}
	unmoved := s.startChars == d.place.start && s.endChars == d.place.end
	if len(d.entries) == 1 || e.anchored || unmoved {
		return c, true, true, nil
	}
	d.matcher, d.spare = d.spare, d.matcher
	return c, false, !same, nil
}

// takes reports whether a match of entry i at s counts, without a look at the entries behind it.
func (d *Detector) takes(i int, s span) bool {
	e := &d.entries[i]
	switch {
	case i == len(d.entries)-1, e.anchored:
		return true
	case s.startChars == 0 && e.hits > 0 && !d.entries[i+1].matched:
		return true
	}
	return s.startChars <= e.distance && s.startChars <= d.place.start
}

// search looks for e between two places in line.
func (d *Detector) search(e *entry, line []byte, from, to int) (span, bool, error) {
	c := e.compiled()
	if c.broken != nil {
		return span{}, false, c.broken
	}
	if !d.matcher.Search(c.re, line, from, to) {
		return span{}, false, nil
	}
	e.matched = true
	start, end := d.matcher.Group(0)
	chars := utf8.RuneCount(line[:start])
	return span{start, end, chars, chars + utf8.RuneCount(line[start:end])}, true, nil
}

// Templates returns the templates in their present order.
func (d *Detector) Templates() []TemplateStat {
	stats := make([]TemplateStat, len(d.entries))
	for i, e := range d.entries {
		stats[i] = TemplateStat{Template: e.id, Hits: e.hits, Name: e.name, Pattern: e.pattern, Regex: e.regex, Weight: e.weight}
	}
	return stats
}
