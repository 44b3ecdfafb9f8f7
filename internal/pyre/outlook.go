package pyre

import (
	"slices"
)

// An outlook says from which places of a program a match can still come, given the rest of the text. It is an automaton
// that reads texts from their end: its states are sets of places, worked out as texts need them, see foresight.go.
//
// What it says is exact for most patterns and errs on one side only: there may be no match where it sees one. It takes
// conditions and counters for open, back-references for any text, and look-arounds that are negative or look behind, word
// edges and beginnings of lines for given.
type outlook struct {
	spots   []spot
	spotOf  []int32  // of each instruction, the first of its own
	within  []uint64 // the spots that a match passes before it ends
	words   int      // of 64 spots each
	classes [256]uint8
	ends    uint8 // the class of the end of the text
	last    uint8 // the class of a line feed that ends the text
	count   int   // of classes
}

// A spot is an instruction, or a byte of a string, or a character of a run.
type spot struct {
	sure    bool    // nothing more is needed
	both    bool    // both of the spots at hand must lead on, not just one
	at      classes // the next byte must be one of these for the spots at hand
	first   int32   // a spot that is at hand without reading, or none
	second  int32
	reads   classes // reading one of these leads to next
	next    int32
	remains classes // reading one of these leads back here
}

const noSpot = -1

// classes is a set of classes of bytes.
type classes [2]uint64

const (
	mostClasses = 128
	mostSpots   = 2048
	longChain   = 8 // characters of a run that are counted; from there on any number does
)

var anyClass = classes{^uint64(0), ^uint64(0)}

func (c *classes) add(class uint8)      { c[class>>6] |= 1 << (class & 63) }
func (c *classes) has(class uint8) bool { return c[class>>6]>>(class&63)&1 != 0 }

// newOutlook returns the outlook of p, nil if that would be too big.
func (p *program) newOutlook() *outlook {
	o := &outlook{spotOf: make([]int32, len(p.code))}
	n := int32(0)
	for pc := range p.code {
		o.spotOf[pc] = n
		n += int32(p.spotsOf(&p.code[pc]))
	}
	if n > mostSpots || !o.classify(p) {
		return nil
	}
	o.spots = make([]spot, 0, n)
	o.words = int(n+63) / 64
	for pc := range p.code {
		o.add(p, int32(pc))
	}
	o.within = p.spotsWithin(o.spotOf, o.words)
	return o
}

// spotsWithin returns the set of the spots that a match passes before it ends.
func (p *program) spotsWithin(spotOf []int32, words int) []uint64 {
	set := make([]uint64, words)
	seen := make([]bool, len(p.code))
	for todo := []int32{0}; len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		in := &p.code[pc]
		if seen[pc] || in.op == iMatch && in.y == 0 {
			continue
		}
		seen[pc] = true
		for spot := range int32(p.spotsOf(in)) {
			spot += spotOf[pc]
			set[spot>>6] |= 1 << (spot & 63)
		}
		switch in.op {
		case iFail:
		case iMatch, iLook:
			todo = append(todo, in.y)
		case iJump, iHop, iAtomic:
			todo = append(todo, in.x)
		case iSplit, iBranch, iAgain, iCond:
			todo = append(todo, in.x, in.y)
		case iCount:
			todo = append(todo, pc+1, in.y)
		default:
			todo = append(todo, pc+1)
		}
	}
	return set
}

// spotsOf returns how many spots an instruction has.
func (p *program) spotsOf(in *inst) int {
	switch in.op {
	case iLit:
		return len(p.lits[in.n].text)
	case iRunGreedy, iRunLazy, iRunAll:
		if in.y > longChain {
			return int(min(in.x, longChain)) + 1
		}
		return int(in.y) + 1
	}
	return 1
}

// classify puts bytes into classes that the program does not tell apart. It fails if there are too many.
func (o *outlook) classify(p *program) bool {
	o.classes = partition(p.setsRead())
	count := int(slices.Max(o.classes[:])) + 1
	o.count = count + 2
	o.ends, o.last = uint8(count), uint8(count+1)
	return o.count <= mostClasses
}

func single(c byte) (set byteSet) {
	set.add(c)
	return set
}

// bytesOf returns the bytes that characters of the set of in are made of, or more of those beyond ASCII.
func (p *program) bytesOf(in *inst) byteSet {
	chars := p.sets[in.n]
	set := chars.asciiBytes()
	if len(chars.high) > 0 {
		set[2], set[3] = ^uint64(0), ^uint64(0)
	}
	return set
}

// classesOf returns the classes of the bytes of a set.
func (o *outlook) classesOf(set byteSet) (all classes) {
	for c := range 256 {
		if set.has(byte(c)) {
			all.add(o.classes[c])
		}
	}
	if set.has('\n') {
		all.add(o.last)
	}
	return all
}

// add appends the spots of the instruction at pc.
func (o *outlook) add(p *program, pc int32) {
	in := &p.code[pc]
	s := spot{at: anyClass, first: noSpot, second: noSpot}
	after := func() int32 { return o.spotOf[pc+1] }
	switch in.op {
	case iMatch:
		if s.sure = in.y == 0; !s.sure {
			s.first = o.spotOf[in.y]
		}
	case iFail:
	case iByte:
		s.reads, s.next = o.classesOf(single(in.c)), after()
	case iLit:
		for i, c := range []byte(p.lits[in.n].text) {
			s.reads, s.next = o.classesOf(single(c)), o.spotOf[pc]+int32(i)+1
			o.spots = append(o.spots, s)
		}
		return
	case iSet:
		s.reads, s.next = o.classesOf(p.bytesOf(in)), after()
		s.remains = o.withinCharacter(p, in)
	case iRunGreedy, iRunLazy, iRunAll:
		o.addRun(p, pc)
		return
	case iJump, iHop, iAtomic:
		s.first = o.spotOf[in.x]
	case iSplit, iBranch, iAgain, iCond:
		s.first, s.second = o.spotOf[in.x], o.spotOf[in.y]
	case iCount:
		s.first, s.second = after(), o.spotOf[in.y]
	case iLook:
		s.first = o.spotOf[in.y]
		if in.flags&(flagNegative|flagBehind) == 0 {
			s.second, s.both = o.spotOf[in.x], true
		}
	case iBackref:
		s.first, s.remains = after(), anyClass
	case iAbsEnd, iTextEnd, iLineEnd:
		s.first, s.at = after(), o.classesAtEnd(in.op)
	default:
		s.first = after()
	}
	o.spots = append(o.spots, s)
}

func (o *outlook) classesAtEnd(op opcode) (at classes) {
	at.add(o.ends)
	if op != iAbsEnd {
		at.add(o.last)
	}
	if op == iLineEnd {
		at.add(o.classes['\n'])
	}
	return at
}

// withinCharacter returns the classes that may be bytes of a character of the set of in and not its last one.
func (o *outlook) withinCharacter(p *program, in *inst) classes {
	if len(p.sets[in.n].high) == 0 {
		return classes{}
	}
	return o.classesOf(byteSet{2: ^uint64(0), 3: ^uint64(0)})
}

// addRun appends the spots of the run at pc: one for each number of characters read.
func (o *outlook) addRun(p *program, pc int32) {
	in := &p.code[pc]
	own, within := o.classesOf(p.bytesOf(in)), o.withinCharacter(p, in)
	count := int32(p.spotsOf(in))
	endless := in.y > longChain
	for k := range count {
		s := spot{at: anyClass, first: noSpot, second: noSpot, remains: within}
		if k >= in.x || endless && k == count-1 {
			s.first = o.spotOf[pc+1]
		}
		switch {
		case k < count-1:
			s.reads, s.next = own, o.spotOf[pc]+k+1
		case endless:
			s.remains = own
		}
		o.spots = append(o.spots, s)
	}
}
