package pyre

import (
	"slices"
	"sync"
)

// A demand is literals of which one must be in a line. It watches itself: while most
// lines have one it rests, as a literal that is everywhere costs a scan of each line
// for nothing.
type demand struct {
	wanted *wanted
	worth  int // percent of lines that it must refuse to be worth its work
	use    usefulness
}

func (d *demand) refuses(line []byte) bool {
	if d.use.rests() {
		return false
	}
	refuse := !d.wanted.in(line)
	d.use.note(refuse, d.worth)
	return refuse
}

// Wanted are literals of which one will do. What it takes to look for them is made when that is first done. It may be shared.
type wanted struct {
	literals clause
	search   func() *literalSearch
}

// A literalSearch looks for some literals one by one, and for the others together.
type literalSearch struct {
	few  []literal
	many *multiScan // nil: there are no others
}

// newWanted has few looked for one by one and the rest together, where a sieve does not do better: a byte that hardly any line has is found
// as quickly.
func newWanted(few, rest clause) *wanted {
	all := slices.Concat(few, rest)
	return &wanted{all, sync.OnceValue(func() *literalSearch {
		if len(rest) > 0 || slices.ContainsFunc(few, func(s string) bool { return !hasByteAsRareAs('A', s) }) {
			if sieving := newSievingScan(all); sieving != nil {
				return &literalSearch{many: sieving}
			}
		}
		return newLiteralSearch(few, rest)
	})}
}

func newLiteralSearch(few, rest clause) *literalSearch {
	s := &literalSearch{many: newLeapingScan(rest)}
	for _, text := range few {
		s.few = append(s.few, newLiteral(text))
	}
	return s
}

// in reports whether one of the literals is in line.
func (w *wanted) in(line []byte) bool {
	s := w.search()
	for i := range s.few {
		if s.few[i].in(line) {
			return true
		}
	}
	return s.many != nil && s.many.in(line)
}
