package pyre

import "slices"

// MatchesAnyLine reports whether re is sure to match every text that is one line and not empty, with a line feed behind it or
// not. That is so of expressions for all that a service may put in front of its messages: everything but the message may be
// missing. It may be so without being reported.
func (re *Regexp) MatchesAnyLine() bool { return re.anyLine }

// matchesAnyLine looks for a way through a pattern that any line goes. A search tries all ways in the end, except in atomic
// groups and possessive repeats.
func matchesAnyLine(root *node) bool {
	rests := 0
	return isLeast(root, &rests) && rests == 1
}

// isLeast reports whether all that may not be left out of n is ends of the text and what takes the rest of the line, which it counts.
func isLeast(n *node, rests *int) bool {
	switch {
	case isRestOfLine(n):
		*rests++
		return true
	case n.op == opEmpty, n.op == opRep && n.min == 0 && n.kind != possessive:
		return true
	case n.op == opCat, n.op == opGroup:
		return !slices.ContainsFunc(n.subs, func(s *node) bool { return !isLeast(s, rests) })
	case n.op == opTextBegin:
		return *rests == 0
	case n.op == opTextEnd:
		return *rests == 1
	}
	return false
}

// isRestOfLine reports whether n is .+ or .* or the like.
func isRestOfLine(n *node) bool {
	if n.op != opRep || n.kind == possessive || n.min > 1 || n.max != unlimited {
		return false
	}
	set := singleSet(n.subs[0])
	if set == nil {
		return false
	}
	end, one := set.allBut()
	return one && end == '\n'
}
