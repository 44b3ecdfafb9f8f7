package pyre

import "slices"

// A Gate tells from literals alone whether a line is worth searching, before anything
// else is done with it. It watches itself: while most lines pass it stands open, as a
// literal that is everywhere costs a scan of each line for nothing.
//
// It serves one goroutine. The zero Gate is always open.
type Gate struct {
	needs []literals // each must be in the line

	lines   int // since the gate was opened or put to work
	refused int
	resting bool
}

const (
	maxSetGate = 8        // literals of a whole set of regexes
	trial      = 256      // lines after which a working gate is judged
	rest       = 64 << 10 // lines for which a useless one stands open
)

// NewGate makes the gate for lines of which some part, with or without a line feed
// added, is searched for prefix and any of the regexes. A nil prefix is none.
func NewGate(prefix *Regexp, regexes []*Regexp) *Gate {
	var g Gate
	if prefix != nil && len(prefix.gate) > 0 {
		g.needs = append(g.needs, prefix.gate)
	}
	if all := literalsOfAny(regexes); len(all) > 0 {
		g.needs = append(g.needs, all)
	}
	return &g
}

// literalsOfAny returns literals of which one is in every match of any of regexes, nil
// if that cannot be said in few.
func literalsOfAny(regexes []*Regexp) literals {
	var all literals
	for _, re := range regexes {
		if len(re.gate) == 0 {
			return nil
		}
		for _, s := range re.gate {
			if !slices.ContainsFunc(all, func(o []byte) bool { return string(o) == string(s) }) {
				all = append(all, s)
			}
		}
	}
	if len(all) > maxSetGate {
		return nil
	}
	return all
}

// Open reports whether a search in line can find anything. If not, it certainly finds
// nothing.
func (g *Gate) Open(line []byte) bool {
	if len(g.needs) == 0 {
		return true
	}
	g.lines++
	if g.resting {
		if g.lines >= rest {
			*g = Gate{needs: g.needs}
		}
		return true
	}
	open := g.pass(line)
	if !open {
		g.refused++
	}
	if g.lines >= trial {
		*g = Gate{needs: g.needs, resting: 2*g.refused < g.lines}
	}
	return open
}

func (g *Gate) pass(line []byte) bool {
	for _, l := range g.needs {
		if !l.in(line) {
			return false
		}
	}
	return true
}
