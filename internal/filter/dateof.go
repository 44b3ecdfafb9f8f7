package filter

import (
	"gaol/internal/date"
	"gaol/internal/ticket"
)

// BrokenDate says what is wrong with an expression in datepattern, nil for nothing. Compile does not look, because such a pattern may
// never be needed and compiling all of them takes a while.
func (p *Program) BrokenDate() error { return p.dates.Broken() }

// DateOf returns a function that finds the time of a raw line, for sources that look for the place where old lines end. It learns
// by itself, apart from any filter, and is not safe for concurrent use.
func (p *Program) DateOf() func(line []byte) (ticket.Unix, bool) {
	detector := date.NewDetector(p.dates, date.Options{Offset: p.offset})
	return func(line []byte) (ticket.Unix, bool) {
		var found date.Found
		ok, err := detector.Find(line, &found)
		return found.Time, ok && err == nil && found.OK
	}
}
