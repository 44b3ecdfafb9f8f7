package filter

import (
	"bytes"

	"gaol/internal/pyre"
)

// barren returns a gate that refuses lines in which no failregex can match, nil if it may not be asked. Most lines of a log
// are refused. Where prefregex matches any line there is no need to search for it in them: that it matches is all that a
// Tester wants to know.
func (t *Tester) barren() *pyre.Gate {
	p := t.filter.program
	if p.prefregex == nil || !p.prefregex.re.MatchesAnyLine() || p.earlyIgnore || p.maxLines > 1 || !t.wishes.All || t.wishes.Prefix {
		return nil
	}
	return p.gates.barren().Clone()
}

// isBarren reports whether prefregex, but no failregex, matches text for sure.
func (f *Filter) isBarren(text []byte) bool {
	return f.barren != nil && bytes.IndexByte(text, '\n') == len(text)-1 && len(text) > 1 && !f.barren.Open(text)
}
