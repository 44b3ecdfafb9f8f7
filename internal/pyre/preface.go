package pyre

import "unicode/utf8"

// A preface is an expression for what stands in front of the rest of a line: from the beginning of the text, up to a group that takes the
// rest of the line.
type preface struct {
	nodes   []*node    // in front of that group
	last    int        // the number of that group
	bounds  int        // of all groups
	classes [256]uint8 // of the bytes; 0: nothing is known about them
	count   int        // of classes
}

// prefaceOf returns nil for an expression that is none, or may be another one for all that is known here.
func prefaceOf(re *Regexp) *preface {
	tree, err := parse(re.pattern, re.flags, new(wood))
	if err != nil || tree.root.op != opCat {
		return nil
	}
	nodes := tree.root.subs
	n := len(nodes)
	if n > 0 && nodes[n-1].op == opTextEnd {
		n--
	}
	if n < 2 || nodes[0].op != opTextBegin {
		return nil
	}
	rest := nodes[n-1]
	if rest.op != opGroup || !isRestOfLine(rest.subs[0]) || rest.subs[0].kind != greedy {
		return nil
	}
	p := &preface{nodes: nodes[1 : n-1], last: rest.group, bounds: 2 * len(tree.names)}
	var sets []*charset
	for _, n := range p.nodes {
		if !collectSets(n, &sets) {
			return nil
		}
	}
	p.classify(sets)
	return p
}

// collectSets appends what n tells apart, and reports whether it is made of nothing but what a tracer knows.
func collectSets(n *node, sets *[]*charset) bool {
	for _, s := range n.subs {
		if !collectSets(s, sets) {
			return false
		}
	}
	switch n.op {
	case opLit:
		if n.r < utf8.RuneSelf {
			one := new(charset)
			one.ascii[n.r>>6] = 1 << (n.r & 63)
			*sets = append(*sets, one)
		}
		return true
	case opSet:
		*sets = append(*sets, n.set)
		return true
	case opRep:
		return n.kind != possessive && widthOf(n.subs[0], nil).lo > 0 // else a repeat may come to nothing, for which there are rules
	case opEmpty, opCat, opAlt, opGroup:
		return true
	}
	return false
}

// classify puts ASCII bytes that no set tells apart into one class, but for the line feed.
func (p *preface) classify(sets []*charset) {
	p.count = 2
	for c := range utf8.RuneSelf {
		p.classes[c] = 1
	}
	p.classes['\n'] = 0
	for _, s := range sets {
		p.part(s)
	}
}

// part parts those of each class that s has from those that it has not.
func (p *preface) part(s *charset) {
	var all, of [utf8.RuneSelf]int // how many there are in a class, and how many of them s has
	for c := range rune(utf8.RuneSelf) {
		class := p.classes[c]
		all[class]++
		if s.has(c) {
			of[class]++
		}
	}
	var parted [utf8.RuneSelf]uint8 // the class that those get
	for c := range rune(utf8.RuneSelf) {
		class := p.classes[c]
		if class == 0 || !s.has(c) || of[class] == all[class] {
			continue
		}
		if parted[class] == 0 {
			parted[class] = uint8(p.count)
			p.count++
		}
		p.classes[c] = parted[class]
	}
}

// trace matches text, in which the expression is known to have a match, and returns the bounds of its groups and how many of the bytes
// were looked at, before the rest of the line was taken. It returns nil where that cannot be said in few steps.
func (p *preface) trace(text []byte) (bounds []int32, looked int) {
	t := tracer{text: text, bounds: make([]int32, p.bounds)}
	for i := range t.bounds {
		t.bounds[i] = -1
	}
	ok := t.sequence(p.nodes, 0, func(at int) bool {
		if _, ok := t.look(at); !ok {
			return false
		}
		t.bounds[2*p.last] = int32(at)
		return true
	})
	if !ok || t.lost {
		return nil, 0
	}
	return t.bounds, t.looked
}

// A tracer matches as the expression says, choice by choice, and keeps account of what it has looked at. It is simple, and slow.
type tracer struct {
	text   []byte
	looked int // bytes
	steps  int
	lost   bool // it has come to the end of the line or to what is not ASCII, or has taken too many steps
	bounds []int32
}

const mostTraced = 4096 // steps

// look returns the byte at at.
func (t *tracer) look(at int) (c byte, ok bool) {
	if t.steps++; t.steps > mostTraced || at >= len(t.text) || t.text[at] >= utf8.RuneSelf || t.text[at] == '\n' {
		t.lost = true
	}
	if t.lost {
		return 0, false
	}
	t.looked = max(t.looked, at+1)
	return t.text[at], true
}

// sequence matches nodes one after the other from at on, and then what comes then, if it can.
func (t *tracer) sequence(nodes []*node, at int, then func(at int) bool) bool {
	if len(nodes) == 0 {
		return then(at)
	}
	return t.match(nodes[0], at, func(at int) bool { return t.sequence(nodes[1:], at, then) })
}

func (t *tracer) match(n *node, at int, then func(at int) bool) bool {
	switch n.op {
	case opEmpty:
		return then(at)
	case opLit:
		c, ok := t.look(at)
		return ok && rune(c) == n.r && then(at+1)
	case opSet:
		c, ok := t.look(at)
		return ok && n.set.has(rune(c)) && then(at+1)
	case opCat:
		return t.sequence(n.subs, at, then)
	case opAlt:
		for _, s := range n.subs {
			if t.match(s, at, then) {
				return true
			}
		}
		return false
	case opGroup:
		return t.group(n, at, then)
	}
	return t.repeat(n, 0, at, then)
}

func (t *tracer) group(n *node, at int, then func(at int) bool) bool {
	return t.match(n.subs[0], at, func(end int) bool {
		bounds := t.bounds[2*n.group : 2*n.group+2]
		from, to := bounds[0], bounds[1]
		bounds[0], bounds[1] = int32(at), int32(end)
		if then(end) {
			return true
		}
		bounds[0], bounds[1] = from, to
		return false
	})
}

// repeat matches n from at on, after so many repeats.
func (t *tracer) repeat(n *node, count, at int, then func(at int) bool) bool {
	more := func() bool {
		return (n.max == unlimited || count < n.max) && t.match(n.subs[0], at, func(at int) bool { return t.repeat(n, count+1, at, then) })
	}
	switch {
	case count < n.min:
		return more()
	case n.kind == lazy:
		return then(at) || more()
	}
	return more() || then(at)
}
