package pyre

// An op says what a node of the syntax tree matches.
type op uint8

const (
	opEmpty      op = iota
	opLit           // the character r
	opSet           // one character of set
	opCat           // subs one after the other
	opAlt           // the first of subs that leads to a match
	opRep           // subs[0], min to max times
	opGroup         // subs[0], captured as group
	opAtomic        // subs[0], without ever going back into it
	opLook          // whether subs[0] matches here (neg: does not)
	opBackref       // the text of group again
	opCond          // subs[0] if group took part, else subs[1]
	opTextBegin     // ^ and \A
	opTextEnd       // $: the end, or before a line feed that ends the text
	opAbsEnd        // \Z
	opLineBegin     // ^ with MultiLine
	opLineEnd       // $ with MultiLine
	opWordEdge      // \b
	opNoWordEdge    // \B
	opNeed          // whether text stands here or further on
)

// A greed says in which order a repeat tries its counts.
type greed uint8

const (
	greedy greed = iota
	lazy
	possessive
)

// unlimited is the max of a repeat without an upper bound.
const unlimited = -1

// A node is one part of a parsed pattern. Flags have been worked in: case folding
// turns characters into sets, MultiLine chooses the op, and so on.
type node struct {
	op       op
	kind     greed
	neg      bool // of a look-around
	behind   bool // of a look-around
	fold     bool // of a back-reference: compare without case
	ascii    bool // of word edges and back-references: ASCII letters only
	r        rune
	set      *charset
	group    int
	min, max int
	width    int    // of a look-behind, in characters
	text     string // of opNeed, which no pattern has: distribute puts it in
	subs     []*node
}

// A widths is the least and the greatest number of characters that a node can match,
// as CPython computes it: values saturate at maxRepeat instead of being unlimited.
type widths struct{ lo, hi int64 }

// maxRepeat is CPython's MAXREPEAT: the limit of repetition counts, and "unlimited".
const maxRepeat = 1<<32 - 1

// widthOf returns how many characters n can match. groups has the widths of the
// groups closed so far, for back-references.
func widthOf(n *node, groups []widths) widths {
	var w widths
	switch n.op {
	case opLit, opSet:
		w = widths{1, 1}
	case opCat:
		for _, s := range n.subs {
			x := widthOf(s, groups)
			w.lo += x.lo
			w.hi += x.hi
		}
	case opAlt, opCond:
		w = widthOf(n.subs[0], groups)
		for _, s := range n.subs[1:] {
			x := widthOf(s, groups)
			w.lo, w.hi = min(w.lo, x.lo), max(w.hi, x.hi)
		}
	case opRep:
		x := widthOf(n.subs[0], groups)
		most := int64(n.max)
		if n.max == unlimited {
			most = maxRepeat
		}
		w = widths{mulCapped(x.lo, int64(n.min)), mulCapped(x.hi, most)}
	case opGroup, opAtomic:
		w = widthOf(n.subs[0], groups)
	case opBackref:
		w = groups[n.group]
	}
	return widths{min(w.lo, maxRepeat-1), min(w.hi, maxRepeat)}
}

func mulCapped(a, b int64) int64 {
	if a != 0 && b > maxRepeat/a {
		return maxRepeat
	}
	return a * b
}
