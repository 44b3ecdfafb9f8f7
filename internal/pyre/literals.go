package pyre

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxExact  = 16 // texts that a part of a pattern may have to be known exactly
	maxClause = 64 // alternatives of a clause while it is worked out
	maxGate   = 4  // alternatives of the clause that is used: each costs a scan
	maxClass  = 4  // characters of a set that is treated as alternatives

	// commonest is the chance to stand in an ordinary line from which on a literal is
	// not worth looking for.
	commonest = 0.05
	// scanPrice is what one more scan costs, as a chance.
	scanPrice = 0.01
)

// A clause is a set of texts, at least one of which every match of a pattern contains; none
// means nothing is known. In the end no text has a line feed or a carriage return, so what
// is not in a line is not in any part of it, nor in a part with a line feed added; nor U+FFFD,
// which bytes that are no UTF-8 are taken for.
type clause []string

// A need is what is known about the matches of a node.
type need struct {
	exact   clause   // all texts that it can match, nil if not known
	clauses []clause // otherwise
	begins  bool     // the first of clauses is what it begins with
}

// requiredLiterals chooses the literals that say most about whether root matches: few of them, to be looked for one by
// one, any number, to be looked for together, and one to be looked for where it is known already what a text begins with.
func requiredLiterals(root *node) (few, many, later clause) {
	n := needOf(root)
	if n.exact != nil {
		n.clauses = append(n.clauses, n.exact)
	}
	all := n.candidates()
	few = rarest(all, func(c candidate) (price float64, ok bool) {
		return c.chance + scanPrice*float64(len(c.clause)-1), len(c.clause) <= maxGate && shortest(c.clause) > 0
	})
	many = rarest(all, func(c candidate) (price float64, ok bool) {
		return c.chance, shortest(c.clause) >= minWindow
	})
	return few, many, n.later(all, few)
}

// mostLater is how many literals are looked for in a text that begins like a match.
const mostLater = 2

// later returns the rarest literals of all beyond the one that matches begin with, or else few if it is one, and not that.
func (n *need) later(all []candidate, few clause) clause {
	var found clause
	for range mostLater {
		one := rarest(all, func(c candidate) (price float64, ok bool) {
			beyond := !n.begins || c.of > 0
			return c.chance, beyond && len(c.clause) == 1 && shortest(c.clause) > 1 && !slices.Contains(found, c.clause[0])
		})
		found = append(found, one...)
	}
	if found == nil && len(few) == 1 && !(n.begins && slices.Equal(few, n.clauses[0])) {
		return few
	}
	return found
}

// A candidate is a clause that may be used: one of those of a need, by its index, or less than that.
type candidate struct {
	clause clause
	of     int
	chance float64
}

// candidates returns what the clauses of n amount to.
func (n *need) candidates() []candidate {
	var all []candidate
	for i, c := range n.clauses {
		if len(c) == 1 {
			all = append(all, candidate{c, i, chance(c)})
			continue
		}
		for _, c := range []clause{withoutLonger(c), {commonPrefix(c)}, {commonSuffix(c)}} {
			all = append(all, candidate{c, i, chance(c)})
		}
	}
	return all
}

// rarest returns the clause of the lowest price, nil if all are common. The price is between 0 and 1.
func rarest(all []candidate, priceOf func(candidate) (price float64, ok bool)) clause {
	var best clause
	least := commonest
	for _, c := range all {
		if price, ok := priceOf(c); ok && price <= least {
			best, least = c.clause, price
		}
	}
	return best
}

// withoutLonger returns c without the texts that contain another one.
func withoutLonger(c clause) clause {
	return slices.DeleteFunc(slices.Clone(c), func(s string) bool {
		return slices.ContainsFunc(c, func(o string) bool { return o != s && strings.Contains(s, o) })
	})
}

// commonPrefix returns what all texts of c begin with.
func commonPrefix(c clause) string {
	prefix := c[0]
	for _, s := range c {
		for !strings.HasPrefix(s, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix
}

// commonSuffix returns what all texts of c end in.
func commonSuffix(c clause) string {
	suffix := c[0]
	for _, s := range c {
		for !strings.HasSuffix(s, suffix) {
			suffix = suffix[1:]
		}
	}
	return suffix
}

func needOf(n *node) need {
	switch n.op {
	case opLit:
		return exactly(string(n.r))
	case opSet:
		return needOfSet(n.set)
	case opCat:
		return needOfSequence(n.subs)
	case opAlt, opCond:
		return needOfAlternatives(n.subs)
	case opRep:
		return needOfRepeat(n)
	case opGroup, opAtomic:
		return needOf(n.subs[0])
	case opBackref:
		return need{}
	}
	return need{exact: clause{""}} // matches no text of its own
}

// isCertain reports whether r may stand in a clause.
func isCertain(r rune) bool { return r != '\n' && r != '\r' && r != utf8.RuneError }

func exactly(texts ...string) need {
	for _, s := range texts {
		if strings.ContainsAny(s, "\r\n") || strings.ContainsRune(s, utf8.RuneError) {
			return need{}
		}
	}
	return need{exact: texts}
}

func needOfSet(s *charset) need {
	n := bits.OnesCount64(s.ascii[0]) + bits.OnesCount64(s.ascii[1])
	for _, h := range s.high {
		if n += int(h.hi-h.lo) + 1; n > maxClass {
			break
		}
	}
	if n == 0 || n > maxClass {
		return need{}
	}
	var chars clause
	for r := range rune(0x80) {
		if s.has(r) {
			chars = append(chars, string(r))
		}
	}
	for _, h := range s.high {
		for r := h.lo; r <= h.hi; r++ {
			chars = append(chars, string(r))
		}
	}
	return exactly(chars...)
}

// needOfSequence joins exact texts side by side; each stretch of them is a clause.
func needOfSequence(subs []*node) need {
	var out need
	run, whole := clause{""}, true
	flush := func() {
		if shortest(run) > 1 {
			out.begins = out.begins || whole
			out.clauses = append(out.clauses, run)
		}
		run, whole = clause{""}, false
	}
	for len(subs) > 0 {
		n, used := needOfFirst(subs)
		subs = subs[used:]
		if n.exact != nil && len(run)*len(n.exact) <= maxExact {
			run = product(run, n.exact)
			continue
		}
		flush()
		if n.exact != nil {
			run = n.exact
		} else {
			out.clauses = append(out.clauses, n.clauses...)
		}
	}
	if whole {
		return need{exact: run}
	}
	flush()
	return out
}

// needOfFirst returns the need of the first node, or of all characters that subs begin with, which are most of many patterns.
func needOfFirst(subs []*node) (n need, used int) {
	text := make([]byte, 0, 64)
	for used < len(subs) && subs[used].op == opLit && isCertain(subs[used].r) {
		text = utf8.AppendRune(text, subs[used].r)
		used++
	}
	if used == 0 {
		return needOf(subs[0]), 1
	}
	return need{exact: clause{string(text)}}, used
}

// needOfAlternatives has one clause: the best of each alternative together.
func needOfAlternatives(subs []*node) need {
	exact, all := clause{}, clause{}
	for _, s := range subs {
		n := needOf(s)
		if exact != nil && n.exact != nil {
			exact = union(exact, n.exact)
		} else {
			exact = nil
		}
		best := bestOf(n)
		if all != nil && best != nil {
			all = union(all, best)
		} else {
			all = nil
		}
		if exact == nil && all == nil {
			return need{}
		}
	}
	if exact != nil && len(exact) <= maxExact {
		return need{exact: exact}
	}
	if all != nil && len(all) <= maxClause {
		return need{clauses: []clause{all}}
	}
	return need{}
}

func needOfRepeat(r *node) need {
	switch {
	case r.max == 0:
		return exactly("")
	case r.min == 0 && r.max != 1:
		return need{}
	}
	n := needOf(r.subs[0])
	switch {
	case r.min == 1 && r.max == 1:
		return n
	case r.min == 0 && r.max == 1 && len(n.exact) > 0 && len(n.exact) < maxExact:
		return need{exact: union(clause{""}, n.exact)}
	case r.min == 0:
		return need{}
	case n.exact != nil && shortest(n.exact) > 0:
		return need{clauses: []clause{n.exact}}
	case n.exact != nil:
		return need{}
	}
	return n
}

// bestOf returns the rarest clause of n, nil if it has none.
func bestOf(n need) clause {
	switch {
	case n.exact != nil && shortest(n.exact) > 0:
		return n.exact
	case len(n.clauses) == 0:
		return nil
	}
	best, least := n.clauses[0], chance(n.clauses[0])
	for _, c := range n.clauses[1:] {
		if p := chance(c); p < least {
			best, least = c, p
		}
	}
	return best
}

func shortest(c clause) int {
	n := len(c[0])
	for _, s := range c {
		n = min(n, len(s))
	}
	return n
}

func product(a, b clause) clause {
	if len(a) == 1 && len(b) == 1 {
		return clause{a[0] + b[0]}
	}
	all := make(clause, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			all = append(all, x+y)
		}
	}
	return sorted(all)
}

func union(a, b clause) clause { return sorted(slices.Concat(a, b)) }

// sorted puts the texts of c in order and drops those that it has twice.
func sorted(c clause) clause {
	slices.Sort(c)
	return slices.Compact(c)
}

// everywhere is texts that most lines of some services have, however rare their letters are.
const everywhere = `"GET / HTTP/1.1" "POST / HTTP/1.0", client: , server: , request: ", host: ", upstream: " [error] [client : user  from  for `

// chance estimates how likely an ordinary line has one of the texts. It is only good
// for comparing.
func chance(c clause) float64 {
	sum := 0.0
	for _, s := range c {
		p := 1.0
		if strings.Contains(everywhere, s) {
			sum++
		}
		for i := range len(s) {
			p *= float64(210-2*rarity(s[i])) / 420
		}
		sum += p
	}
	return sum
}
