package pyre

import (
	"unicode/utf8"

	"gaol/internal/slab"
)

// A wood is what trees of patterns are made of: memory that serves one tree after the other, since a tree is only needed until what it
// says is known, and takes more memory than that.
type wood struct {
	nodes slab.Of[node]
	lists slab.Of[*node]
	chars [utf8.RuneSelf]*node // of the characters of ASCII, which all trees share
	cases [utf8.RuneSelf]*node // of those in any case

	stack   []*node // nodes of which no list has been made yet
	pattern []rune
}

// clear takes everything back: the trees made so far are needed no more.
func (w *wood) clear() {
	w.nodes.TakeBack()
	w.lists.TakeBack()
	w.stack = w.stack[:0]
}

// runes returns pattern by characters, until it is called again.
func (w *wood) runes(pattern string) []rune {
	w.pattern = w.pattern[:0]
	for _, r := range pattern {
		w.pattern = append(w.pattern, r)
	}
	return w.pattern
}

// node returns a node like n.
func (w *wood) node(n node) *node {
	made := &w.nodes.Take(1)[0]
	*made = n
	return made
}

// char returns a node of the character r. Nobody may change it.
func (w *wood) char(r rune) *node {
	if r >= utf8.RuneSelf {
		return w.node(node{op: opLit, r: r})
	}
	if w.chars[r] == nil {
		w.chars[r] = &node{op: opLit, r: r}
	}
	return w.chars[r]
}

// anyCase returns a node of the characters that are r when case is ignored: a set if there are several. Nobody may change it.
func (w *wood) anyCase(r rune, asciiOnly bool) *node {
	if asciiOnly || r >= utf8.RuneSelf {
		return w.newAnyCase(r, asciiOnly)
	}
	if w.cases[r] == nil {
		n := *w.newAnyCase(r, false)
		w.cases[r] = &n // as what is in nodes is taken back
	}
	return w.cases[r]
}

func (w *wood) newAnyCase(r rune, asciiOnly bool) *node {
	folds := foldsOf(r, asciiOnly)
	if len(folds) == 1 {
		return w.char(r)
	}
	var b setBuilder
	for _, o := range folds {
		b.add(o, o)
	}
	return w.node(node{op: opSet, set: b.set()})
}

// begin begins a list of nodes and returns a mark for it. Lists that are begun later end before it.
func (w *wood) begin() (mark int) { return len(w.stack) }

// push appends n to the list that was begun last.
func (w *wood) push(n *node) { w.stack = append(w.stack, n) }

// since returns the nodes of the list of that mark.
func (w *wood) since(mark int) []*node { return w.stack[mark:] }

// join ends the list of that mark and returns its nodes as one.
func (w *wood) join(op op, mark int) *node {
	all := w.since(mark)
	w.stack = w.stack[:mark]
	switch len(all) {
	case 0:
		return w.node(node{op: opEmpty})
	case 1:
		return all[0]
	}
	return w.node(node{op: op, subs: w.lists.Copy(all...)})
}
