package pyre

// MatchesAnyLine reports whether re is sure to match every text that is one line and not empty, with a line feed behind it or
// not. That is so of expressions for all that a service may put in front of its messages: everything but the message may be
// missing. It may be so without being reported.
func (re *Regexp) MatchesAnyLine() bool { return re.anyLine }

// matchesAnyLine looks for a way through a pattern that any line goes. A search tries all ways in the end, except in atomic
// groups and possessive repeats.
func matchesAnyLine(root *node) bool {
	way := leastOf(root, nil)
	for len(way) > 0 && way[0].op == opTextBegin {
		way = way[1:]
	}
	for len(way) > 0 && way[len(way)-1].op == opTextEnd {
		way = way[:len(way)-1]
	}
	return len(way) == 1 && isRestOfLine(way[0])
}

// leastOf appends what is left of n without all that may be left out.
func leastOf(n *node, way []*node) []*node {
	switch {
	case n.op == opEmpty, n.op == opRep && n.min == 0 && n.kind != possessive && !isRestOfLine(n):
		return way
	case n.op == opCat, n.op == opGroup:
		for _, s := range n.subs {
			way = leastOf(s, way)
		}
		return way
	}
	return append(way, n)
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
	end, one := set.complement().single()
	return one && end == '\n'
}
