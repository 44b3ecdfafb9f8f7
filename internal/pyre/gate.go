package pyre

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// A Gate tells from literals alone whether a line is worth searching, before anything
// else is done with it. It serves one goroutine. The zero Gate is always open.
type Gate struct {
	needs []demand
}

// A demand is literals of which one must be in a line. It watches itself: while most
// lines have one it rests, as a literal that is everywhere costs a scan of each line
// for nothing.
type demand struct {
	few   []literal  // to be looked for one by one
	many  *multiScan // the others, to be looked for together; nil: there are none
	worth int        // percent of lines that it must refuse to be worth its work
	use   usefulness
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
			if !slices.ContainsFunc(g.needs, func(d demand) bool { return d.isFor(l) }) {
				g.needs = append(g.needs, demand{few: []literal{l}})
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
		alone := d.many == nil && len(d.few) == 1
		if !alone || !slices.ContainsFunc(g.needs, func(known demand) bool { return known.isFor(d.few[0]) }) {
			both.needs = append(both.needs, d)
		}
	}
	return both
}

func (g *Gate) judgeBy(worth int) {
	for i := range g.needs {
		g.needs[i].worth = worth
	}
}

// demand lets the gate refuse lines that lack a literal that all matches of regexes have.
func (g *Gate) demand(regexes []*Regexp) {
	var few []literal
	for _, text := range clauseOfAny(regexes, func(re *Regexp) clause { return re.few }) {
		few = append(few, newLiteral(text))
	}
	common := slices.ContainsFunc(few, func(l literal) bool { return !l.isRare() })
	if len(few) == 0 || len(few) > fewest || common {
		short, many := apart(clauseOfAny(regexes, func(re *Regexp) clause { return re.many }))
		if scan := newMultiScan(many); scan != nil {
			g.needs = append(g.needs, demand{few: short, many: scan})
			return
		}
	}
	if 0 < len(few) && len(few) <= fewest {
		g.needs = append(g.needs, demand{few: few})
	}
}

// isFor reports whether d demands l and nothing else will do.
func (d *demand) isFor(l literal) bool {
	return d.many == nil && len(d.few) == 1 && bytes.Equal(d.few[0].text, l.text)
}

// apart takes out of c what is quickly looked for alone and so short that all others would have to be looked for in small steps.
func apart(c clause) (short []literal, rest clause) {
	rest = slices.Clone(c)
	slices.SortStableFunc(rest, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	alone := 0
	for n := 1; n <= fewest && n < len(rest); n++ {
		l := newLiteral(rest[n-1])
		if !l.isRare() {
			break
		}
		short = append(short, l)
		if 2*stepFor(rest[n:]) >= 3*stepFor(rest[alone:]) {
			alone = n
		}
	}
	return short[:alone], rest[alone:]
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
	pair := []byte{a, b}
	for i := range g.needs {
		d := &g.needs[i]
		if slices.ContainsFunc(d.few, func(l literal) bool { return bytes.Contains(l.text, pair) }) {
			return true
		}
		if d.many != nil && slices.ContainsFunc(d.many.parts, func(p part) bool { return bytes.Contains(p.literal, pair) }) {
			return true
		}
	}
	return false
}

// Holds reports the same as Open does, from the literals of line alone: it learns nothing and never rests. Any goroutine may ask.
func (g *Gate) Holds(line []byte) bool {
	for i := range g.needs {
		if !g.needs[i].met(line) {
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

func (d *demand) refuses(line []byte) bool {
	if d.use.rests() {
		return false
	}
	refuse := !d.met(line)
	d.use.note(refuse, d.worth)
	return refuse
}

func (d *demand) met(line []byte) bool {
	for i := range d.few {
		if d.few[i].in(line) {
			return true
		}
	}
	return d.many != nil && d.many.in(line)
}
