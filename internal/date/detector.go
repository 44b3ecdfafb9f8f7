package date

import (
	"encoding/binary"
	"math"
	"time"
	"unicode"
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
	// matcher has the groups of the current match, spare those of the reserve.
	matcher, spare *pyre.Matcher
}

// An entry is a template with what was learnt about it.
type entry struct {
	ranked
	id       int // its index in the order of the configuration
	hits     int // lines whose date it gave
	matched  bool
	lastUsed ticket.Unix
	distance int // characters before its latest hit
}

// A span is where a whole match, not just its group 1, lies in a line.
type span struct {
	start, end           int // in bytes
	startChars, endChars int // in characters: the same columns, whatever stands in them
}

// A place remembers where the previous date was, and the characters around its ends; -1 stands for none.
type place struct {
	start, end            int // in characters
	before, at, in, after rune
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

// Find looks for a date in line and reports whether there is one. A date that was found counts as a hit of its template
// even when it is no possible date (Found.OK).
//
// An error means that nobody can say what the line's time is, and that the line must not be judged: it names a time zone
// that is not known (*UnknownZoneError), or the pattern is at fault.
func (d *Detector) Find(line []byte) (Found, bool, error) {
	if len(line) == 0 {
		return Found{}, false, nil // {NONE} would match: fail2ban trips over such lines
	}
	d.resolver.now = d.clock()
	var f Found
	if d.scanLast(line, &f) {
		return f, true, nil
	}
	i, s, err := d.choose(line)
	if i < 0 || err != nil {
		return Found{}, false, err
	}
	t := d.entries[i].template
	f = Found{Start: s.start, End: s.start, Template: d.entries[i].id}
	if start, end := d.matcher.Group(t.cut); start >= 0 {
		f.Start, f.End = start, end
	}
	d.learn(line, i, s)
	m, err := d.moment(t, line, f)
	if err != nil {
		return Found{}, false, err
	}
	f.Time, f.Whole, f.OK = m.time, m.whole, m.ok
	return f, true, nil
}

// moment reads the time out of the groups of t's match.
func (d *Detector) moment(t *template, line []byte, f Found) (moment, error) {
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

// choose returns the entry whose match in line counts, with matcher holding its groups, or -1.
//
// The entry that matched last goes first, at the same place if the surroundings look the same. Otherwise the first entry
// of the list counts whose match stands no further right than before; a match further right is kept in reserve, since it
// may come from text that somebody else has put into the line.
func (d *Detector) choose(line []byte) (int, span, error) {
	reserve, reserved, skip := -1, span{}, -1
	if d.last >= 0 {
		e := &d.entries[d.last]
		from, to, same := 0, len(line), false
		if !e.anchored {
			from, to, same = d.samePlace(line)
		}
		if !same {
			skip = d.last
		}
		s, ok, err := d.search(e, line, from, to)
		if err != nil {
			return -1, s, err
		}
		if ok {
			unmoved := s.startChars == d.place.start && s.endChars == d.place.end
			if len(d.entries) == 1 || e.anchored || unmoved {
				return d.last, s, nil
			}
			reserve, reserved = d.last, s
			d.matcher, d.spare = d.spare, d.matcher
		}
	}
	traits := featuresOf(line)
	for i := range d.entries {
		if i == skip || d.entries[i].needs&^traits != 0 {
			continue
		}
		s, ok, err := d.search(&d.entries[i], line, 0, len(line))
		if err != nil {
			return -1, s, err
		}
		if !ok {
			continue
		}
		if d.takes(i, s) {
			return i, s, nil
		}
		if reserve < 0 || s.startChars < reserved.startChars {
			reserve, reserved = i, s
			d.matcher, d.spare = d.spare, d.matcher
		}
	}
	d.matcher, d.spare = d.spare, d.matcher
	return reserve, reserved, nil
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
	if e.broken != nil {
		return span{}, false, e.broken
	}
	if !d.matcher.Search(e.re, line, from, to) {
		return span{}, false, nil
	}
	e.matched = true
	start, end := d.matcher.Group(0)
	chars := utf8.RuneCount(line[:start])
	return span{start, end, chars, chars + utf8.RuneCount(line[start:end])}, true, nil
}

// samePlace returns the bytes of line in the columns of the previous date, and whether they look as if a date stood there
// again: at each end the character outside is the same as then, or the one inside is the same and no letter or digit. If
// not, the place is the whole line.
func (d *Detector) samePlace(line []byte) (from, to int, same bool) {
	p := &d.place
	start, end := p.start, p.end
	if end >= len(line) || !ascii(line[:end]) {
		start, end = column(line, p.start), column(line, p.end)
	}
	if start < 0 {
		return 0, len(line), false
	}
	left := runeBefore(line, start) == p.before || runeAt(line, start) == p.at && !alphanumeric(p.at)
	if !left {
		return 0, len(line), false
	}
	if end < 0 {
		end = len(line)
		if p.after >= 0 {
			return 0, len(line), false
		}
		return start, end, true
	}
	right := runeAt(line, end) == p.after || runeBefore(line, end) == p.in && !alphanumeric(p.in)
	if !right {
		return 0, len(line), false
	}
	return start, end, true
}

// learn records that the date of line is the match s of entry i.
func (d *Detector) learn(line []byte, i int, s span) {
	e := &d.entries[i]
	e.hits++
	e.lastUsed = d.resolver.now
	e.distance = s.startChars
	if d.firstUnused == i {
		d.firstUnused++
	}
	if e.anchored {
		d.place = place{start: s.startChars, end: unknown} // nobody will ask for the rest
	} else {
		d.place = place{
			s.startChars, s.endChars,
			runeBefore(line, s.start), runeAt(line, s.start), runeBefore(line, s.end), runeAt(line, s.end),
		}
	}
	if i > 0 && i != d.last {
		i = d.promote(i)
	}
	d.last = i
}

// overtakeAfter is for how many seconds a template may go unused before one in use gets ahead of it.
const overtakeAfter = 300

// promote moves entry n forward if it has earned it and returns its new index.
func (d *Detector) promote(n int) int {
	to := d.firstUnused
	if to >= n {
		to = n / 2
	}
	if !d.better(n, to) {
		to = n - 1
		if !d.better(n, to) {
			return n
		}
	}
	e := d.entries[n]
	copy(d.entries[to+1:n+1], d.entries[to:n])
	d.entries[to] = e
	for d.firstUnused < len(d.entries) && d.entries[d.firstUnused].hits > 0 {
		d.firstUnused++
	}
	return to
}

// better reports whether entry n should stand before entry m.
func (d *Detector) better(n, m int) bool {
	a, b := &d.entries[n], &d.entries[m]
	return a.merit() > b.merit() || a.lastUsed-overtakeAfter > b.lastUsed
}

// merit is what an entry's hits are worth: less, the further right in the line they stand.
func (e *entry) merit() float64 {
	return float64(e.hits) * e.weight / float64(max(1, e.distance))
}

// Templates returns the templates in their present order.
func (d *Detector) Templates() []TemplateStat {
	stats := make([]TemplateStat, len(d.entries))
	for i, e := range d.entries {
		stats[i] = TemplateStat{Template: e.id, Hits: e.hits, Name: e.name, Pattern: e.pattern, Regex: e.regex, Weight: e.weight}
	}
	return stats
}

// ascii reports whether text is ASCII, so that its columns are its bytes.
func ascii(text []byte) bool {
	const high = 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&high != 0 {
			return false
		}
	}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// column returns the byte at which character n of line begins, or -1 beyond its end.
func column(line []byte, n int) int {
	if n == unknown {
		return -1
	}
	i := 0
	for ; n > 0; n-- {
		if i >= len(line) {
			return -1
		}
		if line[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(line[i:])
		i += size
	}
	return i
}

// runeAt returns the character that begins at byte i of line, or -1 at its end.
func runeAt(line []byte, i int) rune {
	if i >= len(line) {
		return -1
	}
	if c := line[i]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeRune(line[i:])
	return r
}

// runeBefore returns the character that ends at byte i of line, or -1 at its start.
func runeBefore(line []byte, i int) rune {
	if i <= 0 {
		return -1
	}
	if c := line[i-1]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeLastRune(line[:i])
	return r
}

// alphanumeric reports whether r is a letter or a numeral of any kind.
func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
