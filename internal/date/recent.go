package date

import "gaol/internal/ticket"

// A recent is the latest date that a scanner has read. It is remembered, since many lines of a log tell the same second.
type recent struct {
	template *template // whose scanner it was

	text   [24]byte // of the date up to its seconds
	count  int      // bytes of text, 0 for none
	parts  parts    // what they say
	ending ending   // what comes behind
	again  bool     // they were known already, maybe but for the second

	known bool // what that meant
	now   ticket.Unix
	said  ending
	means moment
}

// is reports whether line goes on at i with the remembered text, and returns where that ends.
func (r *recent) is(line []byte, i int) (end int, ok bool) {
	end = i + r.count
	return end, r.count > 0 && end <= len(line) && string(line[i:end]) == string(r.text[:r.count])
}

// note remembers the text whose parts are known, and returns whether it ends with another second of the same minute than the text before. One
// that is too long is not remembered.
func (r *recent) note(text []byte) (near bool) {
	minute := len(text) - secondDigits
	near = len(text) == r.count && minute > 0 && string(text[:minute]) == string(r.text[:minute])
	if r.count = 0; len(text) <= len(r.text) {
		r.count = copy(r.text[:], text)
	}
	return near
}

// secondDigits is how many digits tell the second.
const secondDigits = 2

// moment returns what the date means.
func (r *recent) moment(by *resolver) moment {
	if r.known && r.now == by.now && r.said == r.ending {
		return r.means
	}
	r.known, r.now, r.said = true, by.now, r.ending
	r.means = r.atSecond(r.parts.second, by)
	return r.means
}

// atSecond returns what the date would mean with another second.
func (r *recent) atSecond(second int, by *resolver) moment {
	p := r.parts
	p.second = second
	p.said |= r.ending.said
	if r.ending.said&saidYear != 0 {
		p.year = r.ending.year
	}
	if r.ending.said&saidOffset != 0 {
		p.offset = r.ending.offset
	}
	m, _ := by.resolve(&p) // no error: month and day are known
	return m
}

// isSteady reports whether all seconds of the minute are possible and mean what follows from one of them. They do not where clocks are set, or
// where the year that a date leaves open changes: then the last second is not as far from the first as it should be.
func (r *recent) isSteady(by *resolver) bool {
	first, last := r.atSecond(0, by), r.atSecond(59, by)
	return first.ok && last.ok && last.time-first.time == 59
}
