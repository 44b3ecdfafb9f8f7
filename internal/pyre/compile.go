package pyre

import (
	"slices"
	"strings"
)

// Repeats of more than one character are written out, as long as that takes no more
// instructions than unrollSize, or unrollLate once the program has longProgram of them.
// The others count.
const (
	unrollSize  = 300
	unrollLate  = 8
	longProgram = 4000
)

// A draft is memory in which programs are written, one after the other. A program keeps its code, and nothing of what it took to come to it.
type draft struct {
	code    []inst
	choices []choice
	firsts  []byteSet
	tables  tableSpace
}

type compiler struct {
	prog    *program
	draft   *draft
	leads   []byteSet   // of prog.sets: bytes that their characters begin with
	context []condition // of the loops around this place
	choices []choice    // in the order of the program
	loops   int         // how many unlimited loops are around this place

	levels int32 // how many bodies around can be sure, see memo.go
}

// A choice is an instruction whose failures are worth remembering.
type choice struct {
	at      int32
	context []condition
	levels  int32
}

// compile makes the program of a pattern.
func (d *draft) compile(tree *syntax) *program { return d.compileAs(distribute(tree.root), tree) }

// compileAs makes the program of root, which says the same as the root of tree.
func (d *draft) compileAs(root *node, tree *syntax) *program {
	return d.outline(root, tree).finish()
}

// outline makes the program of root as automata follow it. A matcher needs more, see finish.
func (d *draft) outline(root *node, tree *syntax) *compiler {
	c := &compiler{prog: new(program), draft: d, choices: d.choices[:0]}
	c.prog.code = d.code[:0]
	c.prog.capture = 2 * len(tree.names)
	c.prog.slots = c.prog.capture
	c.prog.begin = beginOf(tree.root)
	c.node(root)
	c.emit(inst{op: iMatch})
	d.code, d.choices = c.prog.code, c.choices
	c.prog.code = slices.Clone(d.code)
	c.threadJumps()
	if c.prog.begin == atTextBegin && c.at(0).op == iTextBegin {
		c.prog.entry = 1
	}
	c.specializeRuns(c.firsts())
	return c
}

func (c *compiler) emit(in inst) int32 {
	in.row = -1
	c.prog.code = append(c.prog.code, in)
	return c.here() - 1
}

func (c *compiler) choice(in inst) int32 {
	at := c.emit(in)
	c.choices = append(c.choices, choice{at, slices.Clip(c.context), c.levels})
	return at
}

// here is where the next instruction will stand.
func (c *compiler) here() int32 { return int32(len(c.prog.code)) }

func (c *compiler) at(pc int32) *inst { return &c.prog.code[pc] }

// newSlot returns a new slot of the matcher.
func (c *compiler) newSlot() int32 {
	c.prog.slots++
	return int32(c.prog.slots - 1)
}

// setIndex returns the number of s among the sets.
func (c *compiler) setIndex(s *charset) int32 {
	for i, o := range c.prog.sets {
		if s.equal(o) {
			return int32(i)
		}
	}
	c.prog.sets = append(c.prog.sets, s)
	c.leads = append(c.leads, s.firstBytes())
	return int32(len(c.prog.sets) - 1)
}

func (c *compiler) node(n *node) {
	switch n.op {
	case opEmpty:
	case opLit:
		c.literal(string(n.r))
	case opSet:
		c.emit(inst{op: iSet, n: c.setIndex(n.set)})
	case opCat:
		c.sequence(n.subs)
	case opAlt:
		if set := eitherSet(n.subs); set != nil {
			c.emit(inst{op: iSet, n: c.setIndex(set)})
		} else {
			c.alternatives(n.subs)
		}
	case opRep:
		c.repeat(n)
	case opGroup:
		c.emit(inst{op: iSave, n: int32(2 * n.group)})
		c.node(n.subs[0])
		c.emit(inst{op: iSave, n: int32(2*n.group + 1)})
	case opAtomic:
		c.atomic(n.subs[0])
	case opLook:
		c.look(n)
	case opBackref:
		c.backref(n)
	case opCond:
		c.conditional(n)
	case opNeed:
		c.prog.needs = append(c.prog.needs, newLiteral(n.text))
		c.emit(inst{op: iNeed, n: int32(len(c.prog.needs) - 1)})
	default:
		c.emit(assertion(n))
	}
}

func assertion(n *node) inst {
	var flags uint16
	if n.ascii {
		flags = flagASCII
	}
	switch n.op {
	case opTextBegin:
		return inst{op: iTextBegin}
	case opTextEnd:
		return inst{op: iTextEnd}
	case opAbsEnd:
		return inst{op: iAbsEnd}
	case opLineBegin:
		return inst{op: iLineBegin}
	case opLineEnd:
		return inst{op: iLineEnd}
	case opWordEdge:
		return inst{op: iWordEdge, flags: flags}
	case opNoWordEdge:
		return inst{op: iNoWordEdge, flags: flags}
	}
	return inst{op: iFail}
}

func (c *compiler) literal(s string) {
	if len(s) == 1 {
		c.emit(inst{op: iByte, c: s[0]})
		return
	}
	c.prog.lits = append(c.prog.lits, newLit(s))
	c.emit(inst{op: iLit, n: int32(len(c.prog.lits) - 1), c: s[0]})
}

// sequence compiles nodes one after the other; characters side by side become one
// string.
func (c *compiler) sequence(subs []*node) {
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			c.literal(text.String())
			text.Reset()
		}
	}
	for _, s := range flat(subs) {
		if s.op == opLit {
			text.WriteRune(s.r)
			continue
		}
		flush()
		c.node(s)
	}
	flush()
}

// flat returns subs with sequences among them replaced by their parts.
func flat(subs []*node) []*node {
	if slices.ContainsFunc(subs, func(s *node) bool { return s.op == opCat }) {
		return flattened(subs, nil)
	}
	return subs
}

// flattened appends the parts of subs.
func flattened(subs, into []*node) []*node {
	for _, s := range subs {
		if s.op == opCat {
			into = flattened(s.subs, into)
		} else {
			into = append(into, s)
		}
	}
	return into
}

func (c *compiler) alternatives(subs []*node) {
	var ends []int32
	last := len(subs) - 1
	for _, s := range subs[:last] {
		split := c.choice(inst{op: iSplit})
		c.node(s)
		ends = append(ends, c.emit(inst{op: iJump}))
		c.at(split).x, c.at(split).y = split+1, c.here()
	}
	c.node(subs[last])
	for _, at := range ends {
		c.at(at).x = c.here()
	}
}

// atomic compiles a body whose choices are forgotten once it has matched. What comes
// after it still depends on the loops around.
func (c *compiler) atomic(body *node) {
	at := c.emit(inst{op: iAtomic})
	c.levels++
	c.node(body)
	c.levels--
	end := c.emit(inst{op: iMatch})
	c.at(at).x, c.at(at).y = at+1, c.here()
	c.at(end).y = c.here()
}

// look compiles a look-around, whose outcome depends on nothing around it.
func (c *compiler) look(n *node) {
	in := inst{op: iLook, n: int32(n.width)}
	context, levels := c.context, c.levels
	c.context, c.levels = nil, 1
	if n.neg {
		in.flags |= flagNegative
	} else if hasGroup(n) {
		in.flags |= flagCapture
		c.levels = 0
		if c.loops > 0 || c.prog.begin == anywhere {
			c.prog.limited = true // may be run for each position, and cannot be remembered
		}
	}
	if n.behind {
		in.flags |= flagBehind
	}
	at := c.emit(in)
	c.node(n.subs[0])
	c.emit(inst{op: iMatch})
	c.context, c.levels = context, levels
	c.at(at).x, c.at(at).y = at+1, c.here()
}

// hasGroup reports whether a group is captured in n.
func hasGroup(n *node) bool {
	return n.op == opGroup || slices.ContainsFunc(n.subs, hasGroup)
}

func (c *compiler) backref(n *node) {
	in := inst{op: iBackref, n: int32(n.group)}
	if n.fold {
		in.flags |= flagFold
	}
	if n.ascii {
		in.flags |= flagASCII
	}
	c.emit(in)
	c.prog.limited = true
}

func (c *compiler) conditional(n *node) {
	cond := c.emit(inst{op: iCond, n: int32(n.group)})
	c.node(n.subs[0])
	end := c.emit(inst{op: iJump})
	c.at(cond).x, c.at(cond).y = cond+1, c.here()
	c.node(n.subs[1])
	c.at(end).x = c.here()
}

// singleSet returns the set of a node that matches exactly one character, else nil.
func singleSet(n *node) *charset {
	switch n.op {
	case opSet:
		return n.set
	case opLit:
		var b setBuilder
		b.add(n.r, n.r)
		return b.set()
	case opCat:
		if len(n.subs) == 1 {
			return singleSet(n.subs[0])
		}
	case opAlt:
		return eitherSet(n.subs)
	}
	return nil
}

// eitherSet returns the set of alternatives that match one character each, else nil.
func eitherSet(subs []*node) *charset {
	var b setBuilder
	for _, s := range subs {
		one := singleSet(s)
		if one == nil {
			return nil
		}
		b.addCategory(one)
	}
	return b.set()
}

// beginOf returns where matches of n can begin.
func beginOf(n *node) anchor {
	switch n.op {
	case opTextBegin:
		return atTextBegin
	case opLineBegin:
		return atLineBegin
	case opGroup, opAtomic:
		return beginOf(n.subs[0])
	case opCat:
		for _, s := range n.subs {
			if s.op != opLook && s.op != opEmpty {
				return beginOf(s)
			}
		}
	case opAlt:
		begin := beginOf(n.subs[0])
		for _, s := range n.subs[1:] {
			if beginOf(s) != begin {
				return anywhere
			}
		}
		return begin
	}
	return anywhere
}
