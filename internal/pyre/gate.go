package pyre

import (
	"cmp"
	"slices"
	"strings"
)

// A Gate tells from literals alone whether a line is worth searching, before anything
// else is done with it. It serves one goroutine. The zero Gate is always open.
type Gate struct {
	needs []demand
}

const fewest = 2 // literals that are looked for one by one

// What a demand must refuse, in percent of the lines, to be worth its work.
const (
	worthSome = 25 // where a line that is let through is searched for what the demand is about
	worthMost = 60 // where that costs but little more
)

// NewGate makes the gate for lines of which some part, with or without a line feed
// added, is searched for prefix and any of the regexes. A nil prefix is none.
func NewGate(prefix *Regexp, regexes []*Regexp) *Gate {
	var g Gate
	if prefix != nil {
		g.demand([]*Regexp{prefix})
	}
	g.demand(regexes)
	if len(regexes) == 1 {
		for _, l := range regexes[0].later {
			if one := (clause{string(l.text)}); !g.demands(one) {
				g.needs = append(g.needs, demand{wanted: newWanted(one, nil)})
			}
		}
	}
	g.judgeBy(worthSome)
	return &g
}

// ForMost returns a gate for the same lines that is of use only where it refuses most of them, since a search in a line
// that it would have refused takes little longer than asking it.
func (g *Gate) ForMost() *Gate {
	most := g.Clone()
	most.judgeBy(worthMost)
	return most
}

// And returns a gate that refuses what g or o refuses. Neither may have learnt anything yet.
func (g *Gate) And(o *Gate) *Gate {
	both := g.Clone()
	for _, d := range o.needs {
		if !g.demands(d.wanted.literals) {
			both.needs = append(both.needs, d)
		}
	}
	return both
}

// demands reports whether c is one literal that is demanded already.
func (g *Gate) demands(c clause) bool {
	return len(c) == 1 && slices.ContainsFunc(g.needs, func(d demand) bool { return slices.Equal(d.wanted.literals, c) })
}

func (g *Gate) judgeBy(worth int) {
	for i := range g.needs {
		g.needs[i].worth = worth
	}
}

// demand lets the gate refuse lines that lack a literal that all matches of regexes have.
func (g *Gate) demand(regexes []*Regexp) {
	few := clauseOfAny(regexes, func(re *Regexp) clause { return re.few })
	isFew := 0 < len(few) && len(few) <= fewest
	if !isFew || slices.ContainsFunc(few, func(s string) bool { return !isRare(s) }) {
		short, rest := apart(clauseOfAny(regexes, func(re *Regexp) clause { return re.many }))
		if canScan(rest) {
			g.needs = append(g.needs, demand{wanted: newWanted(short, rest)})
			return
		}
	}
	if isFew {
		g.needs = append(g.needs, demand{wanted: newWanted(few, nil)})
	}
}

// apart takes out of c what is quickly looked for alone and so short that all others would have to be looked for in small leaps.
func apart(c clause) (short, rest clause) {
	rest = slices.Clone(c)
	slices.SortStableFunc(rest, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	alone := 0
	for n := 1; n <= fewest && n < len(rest) && isRare(rest[n-1]); n++ {
		if 2*leapFor(rest[n:]) >= 3*leapFor(rest[alone:]) {
			alone = n
		}
	}
	return rest[:alone:alone], rest[alone:]
}

// clauseOfAny returns texts of which one is in every match of any of regexes, nil if that
// cannot be said.
func clauseOfAny(regexes []*Regexp, of func(*Regexp) clause) clause {
	var all clause
	for _, re := range regexes {
		some := of(re)
		if len(some) == 0 {
			return nil
		}
		for _, s := range some {
			if slices.ContainsFunc(all, func(o string) bool { return strings.Contains(s, o) }) {
				continue
			}
			all = append(slices.DeleteFunc(all, func(o string) bool { return strings.Contains(o, s) }), s)
		}
	}
	return all
}

// Clone returns a gate of its own for another goroutine, as g is.
func (g *Gate) Clone() *Gate { return &Gate{slices.Clone(g.needs)} }

// Joins reports whether a text that g looks for has a and b side by side. If not, no such text comes about where something is cut out
// of a line between them.
func (g *Gate) Joins(a, b byte) bool {
	pair := string([]byte{a, b})
	return slices.ContainsFunc(g.needs, func(d demand) bool {
		return slices.ContainsFunc(d.wanted.literals, func(l string) bool { return strings.Contains(l, pair) })
	})
}

// Holds reports the same as Open does, from the literals of line alone: it learns nothing and never rests. Any goroutine may ask.
func (g *Gate) Holds(line []byte) bool {
	for i := range g.needs {
		if !g.needs[i].wanted.in(line) {
			return false
		}
	}
	return true
}

// Open reports whether a search in line can find anything. If not, it certainly finds
// nothing.
func (g *Gate) Open(line []byte) bool {
	for i := range g.needs {
		if g.needs[i].refuses(line) {
			return false
		}
	}
	return true
}
