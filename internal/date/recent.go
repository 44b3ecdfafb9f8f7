package date

import "gaol/internal/ticket"

// A recent is the latest date that a scanner has read. It is remembered, since many lines of a log tell the same second.
type recent struct {
	template *template // whose scanner it was

	text   [24]byte // of the date up to its seconds
	count  int      // bytes of text, 0 for none
	parts  parts    // what they say
	ending ending   // what comes behind
	again  bool     // they were known already

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

// note remembers the text whose parts are known. One that is too long is not remembered.
func (r *recent) note(text []byte) {
	if r.count = 0; len(text) <= len(r.text) {
		r.count = copy(r.text[:], text)
	}
}

// moment returns what the date means.
func (r *recent) moment(by *resolver) moment {
	if r.known && r.now == by.now && r.said == r.ending {
		return r.means
	}
	p := r.parts
	p.said |= r.ending.said
	if r.ending.said&saidYear != 0 {
		p.year = r.ending.year
	}
	if r.ending.said&saidOffset != 0 {
		p.offset = r.ending.offset
	}
	r.known, r.now, r.said = true, by.now, r.ending
	r.means, _ = by.resolve(&p) // no error: month and day are known
	return r.means
}
