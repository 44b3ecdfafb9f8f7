package pyre

import (
	"math"
	"slices"
	"sync"
)

// finish completes an outline for the matcher: it works out where matches begin and end, lays the byte tables and jumps, and gives choices
// their memo rows.
func (c *compiler) finish() *program {
	firsts := c.draft.firsts
	c.prog.first = firsts[0]
	c.prog.whole = c.prog.begin == atTextBegin && c.endsAtEnd()
	c.prog.prefix = c.literalPrefix()
	c.layTables(firsts)
	c.numberRows()
	c.prog.noting = sync.OnceValue(c.prog.notingCode)
	c.prog.outlook = sync.OnceValue(c.prog.newOutlook)
	return c.prog
}

// threadJumps lets branches that lead to a jump go where that leads.
func (c *compiler) threadJumps() {
	target := func(pc int32) int32 {
		for range c.prog.code {
			if c.at(pc).op != iJump {
				break
			}
			pc = c.at(pc).x
		}
		return pc
	}
	for i := range c.prog.code {
		in := &c.prog.code[i]
		switch in.op {
		case iJump, iSplit, iAgain, iCond:
			in.x, in.y = target(in.x), target(in.y)
		case iLook, iAtomic, iCount:
			in.y = target(in.y)
		}
	}
}

// firsts returns for each place the bytes that a match going on from there can look
// at first and still succeed. Assertions other than those of an end are taken to hold,
// so a set can be too large, never too small.
func (c *compiler) firsts() []byteSet {
	firsts := slices.Grow(c.draft.firsts[:0], len(c.prog.code))[:len(c.prog.code)]
	clear(firsts)
	c.draft.firsts = firsts
	for changed := true; changed; { // loops need a second round, nested ones a third
		changed = false
		for pc := len(firsts) - 1; pc >= 0; pc-- {
			set := c.firstAt(int32(pc), firsts)
			if firsts[pc].or(&set) {
				changed = true
			}
		}
	}
	return firsts
}

func (c *compiler) firstAt(pc int32, firsts []byteSet) (set byteSet) {
	in := c.at(pc)
	switch in.op {
	case iMatch, iBackref:
		return anyStart
	case iFail:
	case iByte, iLit:
		set.add(in.c)
	case iSet:
		return c.leads[in.n]
	case iTextEnd, iLineEnd:
		set.add('\n')
		set.addEnd()
		set.keep(&firsts[pc+1])
	case iAbsEnd:
		set.addEnd()
		set.keep(&firsts[pc+1])
	case iRunGreedy, iRunLazy, iRunAll:
		set = c.leads[in.n]
		if in.x == 0 {
			set.or(&firsts[pc+1])
		}
	case iAtomic:
		return firsts[in.x]
	case iLook:
		set = firsts[in.y]
		if in.flags&(flagNegative|flagBehind) == 0 {
			set.keep(&firsts[in.x])
		}
	default:
		for _, next := range c.prog.successors(pc) {
			set.or(&firsts[next])
		}
	}
	return set
}

// successors returns where the matcher can be after the instruction at pc.
func (p *program) successors(pc int32) []int32 {
	in := &p.code[pc]
	switch in.op {
	case iMatch:
		if in.y > 0 {
			return []int32{in.y}
		}
		return nil
	case iFail:
		return nil
	case iSplit, iBranch, iAgain, iCond, iLook, iAtomic:
		return []int32{in.x, in.y}
	case iJump, iHop:
		return []int32{in.x}
	case iCount:
		return []int32{pc + 1, in.y}
	}
	return []int32{pc + 1}
}

// endsAtEnd reports whether the program comes to its end by $ or \Z only.
func (c *compiler) endsAtEnd() bool {
	last := c.here() - 1
	if last == 0 || c.at(last-1).op != iTextEnd && c.at(last-1).op != iAbsEnd {
		return false
	}
	for pc := range last - 1 {
		if slices.Contains(c.prog.successors(pc), last) {
			return false
		}
	}
	return true
}

// literalPrefix returns the string that every match begins with, if there is one.
func (c *compiler) literalPrefix() []byte {
	pc := int32(0)
	for c.at(pc).op == iSave {
		pc++
	}
	switch in := c.at(pc); in.op {
	case iLit:
		return []byte(c.prog.lits[in.n].text)
	case iByte:
		return []byte{in.c}
	}
	return nil
}

// specializeRuns turns runs that lead on nowhere but at their end into iRunAll, and marks the runs that end at one certain byte.
func (c *compiler) specializeRuns(firsts []byteSet) {
	for pc := range c.prog.code {
		in := &c.prog.code[pc]
		if in.op == iLook {
			c.specializeLook(in)
		}
		if in.op != iRunGreedy && in.op != iRunLazy && in.op != iRunAll {
			continue
		}
		set := c.prog.sets[in.n]
		if !c.mayFollow(int32(pc)+1, set, &c.leads[in.n], firsts) {
			in.op = iRunAll
		}
		if stop, ok := set.allBut(); ok && in.y == manyTimes {
			in.flags |= flagStop
			in.c = stop
		}
		// Where a run ends at one byte and that follows, the two are the same.
		if next := c.at(int32(pc) + 1); in.op == iRunAll && next.op == iByte && (in.flags&flagStop == 0 || in.c == next.c) {
			in.flags |= flagByte
			in.c = next.c
		}
		if c.isTail(int32(pc)) {
			in.flags |= flagTail
		}
	}
}

// isTail reports whether the program ends with the run at pc, to the end of the line, as one group.
func (c *compiler) isTail(pc int32) bool {
	in := c.at(pc)
	return in.op == iRunAll && in.flags&flagStop != 0 && in.c == '\n' && in.x <= 1 && c.here() == pc+4 &&
		c.at(pc+1).op == iSave && c.at(pc+2).op == iTextEnd && c.at(pc+3).op == iMatch
}

// specializeLook marks a look-ahead for nothing but a string.
func (c *compiler) specializeLook(in *inst) {
	body := c.at(in.x)
	if in.flags&flagBehind == 0 && body.op == iLit && body.n <= math.MaxUint16 && c.at(in.x+1).op == iMatch {
		in.flags |= flagLit
		in.then = uint16(body.n)
	}
}

// layTables gives each instruction that looks at the next byte its table and bits.
func (c *compiler) layTables(firsts []byteSet) {
	all := &c.draft.tables
	all.clear()
	for pc := range c.prog.code {
		in := &c.prog.code[pc]
		switch in.op {
		case iSet:
			own := c.prog.sets[in.n].asciiBytes()
			in.table, in.bitX, _ = all.place(own, own)
		case iSplit:
			in.table, in.bitX, in.bitY = all.place(firsts[in.x], firsts[in.y])
		case iRunGreedy, iRunLazy, iRunAll:
			set := c.prog.sets[in.n]
			own := set.asciiBytes()
			if in.y == manyTimes && set.allHigh() {
				own[2], own[3] = ^uint64(0), ^uint64(0)
			}
			in.table, in.bitX, in.bitY = all.place(own, firsts[pc+1])
			if in.op != iRunAll { // that has only one end to try
				c.lookFurther(in, int32(pc)+1, firsts, all)
			}
			if in.flags&(flagStop|flagFurther) != 0 || in.x > 1 && in.y == manyTimes {
				in.flags |= flagLong
			}
		}
	}
}

// lookFurther notes what else is known about what follows the run in, which is at pc: a string, or the byte after next.
func (c *compiler) lookFurther(in *inst, pc int32, firsts []byteSet, all *tableSpace) {
	for c.at(pc).op == iSave {
		pc++
	}
	switch next := c.at(pc); next.op {
	case iLit:
		if next.n <= math.MaxUint16 {
			in.flags |= flagLit
			in.then = uint16(next.n)
		}
	case iSet, iByte:
		if second, ok := all.join(in.table, firsts[pc+1]); ok {
			in.flags |= flagSecond
			in.then = uint16(second)
		}
	}
}

// A tableSpace is the byte tables of a program while they are filled: up to 64 sets
// of bytes share one.
type tableSpace struct {
	tables []*byteTable
	sets   [][]byteSet // of each table, the bit is the index; there may be more of these, for tables to come
}

// clear readies t for another program.
func (t *tableSpace) clear() {
	t.tables = nil
	for i := range t.sets {
		t.sets[i] = t.sets[i][:0]
	}
}

// place returns a table that holds both sets, and their bits in it.
func (t *tableSpace) place(a, b byteSet) (*byteTable, uint8, uint8) {
	for i := range t.tables {
		if bitA, ok := t.bit(i, a); ok {
			if bitB, ok := t.bit(i, b); ok {
				return t.tables[i], bitA, bitB
			}
		}
	}
	t.tables = append(t.tables, new(byteTable))
	if len(t.sets) < len(t.tables) {
		t.sets = append(t.sets, nil)
	}
	return t.place(a, b)
}

// join returns the bit of set in a table, if there is room for it.
func (t *tableSpace) join(table *byteTable, set byteSet) (uint8, bool) {
	return t.bit(slices.Index(t.tables, table), set)
}

// bit returns the bit of set in table i, and adds the set to it if there is room.
func (t *tableSpace) bit(i int, set byteSet) (uint8, bool) {
	for k, s := range t.sets[i] {
		if s == set {
			return uint8(k), true
		}
	}
	k := len(t.sets[i])
	if k == 64 {
		return 0, false
	}
	t.sets[i] = append(t.sets[i], set)
	for c := range set.bytes() {
		t.tables[i][c] |= 1 << k
	}
	if set.hasEnd() {
		t.tables[i][endOfText] |= 1 << k
	}
	return uint8(k), true
}
