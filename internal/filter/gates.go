package filter

import (
	"sync"

	"gaol/internal/pyre"
)

// gates are what filters of one program have to begin with. They are made when a filter first asks, and once: a jail, a Tester and
// each of its workers has a filter.
type gates struct {
	all    func() *pyre.Gate // refuses lines in which nothing can match
	prefix func() *pyre.Gate // those in which prefregex cannot
	barren func() *pyre.Gate // those in which no failregex can, see Tester.barren
	ear    func() ear
}

func (p *Program) makeGates() {
	var prefix *pyre.Regexp
	if p.prefregex != nil {
		prefix = p.prefregex.re
	}
	ofPrefix := sync.OnceValue(func() *pyre.Gate { return pyre.NewGate(prefix, nil) })
	ofRegexes := sync.OnceValue(func() *pyre.Gate { return pyre.NewGate(nil, regexps(p.failregex)) })
	p.gates = gates{
		all:    sync.OnceValue(func() *pyre.Gate { return ofPrefix().And(ofRegexes()) }),
		prefix: ofPrefix,
		barren: sync.OnceValue(func() *pyre.Gate { return ofRegexes().ForMost() }),
		ear:    sync.OnceValue(p.newEar),
	}
}

// gate returns a quick test that refuses lines in which nothing can match. It learns, so each filter needs its own.
func (p *Program) gate() *pyre.Gate { return p.gates.all().Clone() }
