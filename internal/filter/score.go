package filter

// A Kind is what a line is to a filter.
type Kind uint8

const (
	Missed  Kind = iota // nothing matched it
	Matched             // a failregex did
	Ignored             // an ignoreregex did, or a failregex found that it is no failure by itself
	kinds
)

// A Score is what lines came to.
type Score struct {
	Lines  [kinds]int // by Kind
	Fail   []int      // hits of each failregex
	Ignore []int      // matches of each ignoreregex
}

func newScore(p *Program) Score {
	return Score{Fail: make([]int, len(p.failregex)), Ignore: make([]int, len(p.ignoreregex))}
}

// add counts the line of o, and has o know of what kind it is.
func (s *Score) add(o *Outcome) {
	kind := Missed
	for i := range o.Hits {
		h := &o.Hits[i]
		s.Fail[h.Regex]++
		if h.NoFail {
			kind = Ignored
		} else {
			kind = max(kind, Matched)
		}
	}
	for _, i := range o.Ignored {
		s.Ignore[i]++
		kind = Ignored
	}
	s.Lines[kind]++
	o.Kind = kind
}
