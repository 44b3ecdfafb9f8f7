package filter

// A Kind is what a line is to a filter.
type Kind uint8

const (
	Missed  Kind = iota // nothing matched it
	Matched             // a failregex did
	Ignored             // an ignoreregex did, or a failregex found that it is no failure by itself
	kinds
)

// Kind returns what the line is.
func (o *Outcome) Kind() Kind {
	if len(o.Ignored) > 0 {
		return Ignored
	}
	kind := Missed
	for i := range o.Hits {
		if o.Hits[i].NoFail {
			return Ignored
		}
		kind = Matched
	}
	return kind
}

// A Score is what lines came to.
type Score struct {
	Lines  [kinds]int // by Kind
	Fail   []int      // hits of each failregex
	Ignore []int      // matches of each ignoreregex
}

func newScore(p *Program) Score {
	return Score{Fail: make([]int, len(p.failregex)), Ignore: make([]int, len(p.ignoreregex))}
}

// add counts a line.
func (s *Score) add(o *Outcome, k Kind) {
	s.Lines[k]++
	for i := range o.Hits {
		s.Fail[o.Hits[i].Regex]++
	}
	for _, i := range o.Ignored {
		s.Ignore[i]++
	}
}
