package pyre

import "slices"

// In (?:(?P<a>x)|y)z(?(a)b|c) it is clear after x and after y which way the condition will go, but not in z, which is one
// for both. What can follow z is hard to tell then, and it is tried in vain in many ways. Written out as
// (?:(?P<a>x)zb|yzc) the two are apart. Both say the same, and choose in the same order.
// What only one of them needs is looked for before that is tried.

// mostCopied limits the size of what is written out, in instructions.
const mostCopied = 400

// distribute returns root with alternatives that decide about a condition further on written out, if root is a sequence of
// such a form.
func distribute(root *node) *node {
	if root.op != opCat {
		return root
	}
	subs := flat(root.subs)
	for i, n := range subs {
		ways := waysOf(n)
		if len(ways) < 2 {
			continue
		}
		rest := &node{op: opCat, subs: subs[i+1:]}
		if sizeOf(rest)*(len(ways)-1) > mostCopied {
			continue
		}
		for _, g := range conditionsIn(rest, nil) {
			set, ok := decides(ways, g)
			if !ok {
				continue
			}
			all := writeOut(ways, rest, g, set)
			return &node{op: opCat, subs: append(slices.Clone(subs[:i]), all)}
		}
	}
	return root
}

// writeOut returns the ways with rest behind each, in which set says how conditions that ask for group g go.
func writeOut(ways []*node, rest *node, g int, set []bool) *node {
	all := &node{op: opAlt}
	with, without := resolve(rest, g, true), resolve(rest, g, false)
	for k, way := range ways {
		after, other := without, with
		if set[k] {
			after, other = with, without
		}
		subs := []*node{way, distribute(after)}
		if text := onlyNeededBy(after, other); text != "" {
			subs = slices.Insert(subs, 0, &node{op: opNeed, text: text})
		}
		all.subs = append(all.subs, &node{op: opCat, subs: subs})
	}
	return all
}

// onlyNeededBy returns a text that every match of n contains, but not of the other node, "" if there is none.
func onlyNeededBy(n, other *node) string {
	for _, c := range needOf(n).clauses {
		common := slices.ContainsFunc(needOf(other).clauses, func(o clause) bool { return slices.Equal(o, c) })
		if len(c) == 1 && c[0] != "" && !common {
			return c[0]
		}
	}
	return ""
}

// waysOf returns the alternatives of n, which may be inside groups.
func waysOf(n *node) []*node {
	switch n.op {
	case opAlt:
		return n.subs
	case opGroup:
		var ways []*node
		for _, way := range waysOf(n.subs[0]) {
			outer := *n
			outer.subs = []*node{way}
			ways = append(ways, &outer)
		}
		return ways
	case opCat:
		if len(n.subs) == 1 {
			return waysOf(n.subs[0])
		}
	}
	return nil
}

// conditionsIn appends the groups that conditions in n ask for.
func conditionsIn(n *node, groups []int) []int {
	if n.op == opCond && !slices.Contains(groups, n.group) {
		groups = append(groups, n.group)
	}
	for _, s := range n.subs {
		groups = conditionsIn(s, groups)
	}
	return groups
}

// decides reports for each of the ways whether it sets group g. It is not ok if that depends, or is the same for all.
func decides(ways []*node, g int) (set []bool, ok bool) {
	for _, way := range ways {
		sets := alwaysSets(way, g)
		if !sets && mentions(way, g) {
			return nil, false
		}
		set = append(set, sets)
	}
	return set, slices.Contains(set, true) && slices.Contains(set, false)
}

// alwaysSets reports whether every match of n captures group g.
func alwaysSets(n *node, g int) bool {
	switch n.op {
	case opGroup:
		return n.group == g || alwaysSets(n.subs[0], g)
	case opCat:
		return slices.ContainsFunc(n.subs, func(s *node) bool { return alwaysSets(s, g) })
	}
	return false
}

// mentions reports whether group g is in n.
func mentions(n *node, g int) bool {
	return n.op == opGroup && n.group == g || slices.ContainsFunc(n.subs, func(s *node) bool { return mentions(s, g) })
}

// resolve returns n with the conditions that ask for group g decided.
func resolve(n *node, g int, set bool) *node {
	if n.op == opCond && n.group == g {
		if set {
			return resolve(n.subs[0], g, set)
		}
		return resolve(n.subs[1], g, set)
	}
	if !slices.Contains(conditionsIn(n, nil), g) {
		return n
	}
	decided := *n
	decided.subs = nil
	for _, s := range n.subs {
		decided.subs = append(decided.subs, resolve(s, g, set))
	}
	return &decided
}
