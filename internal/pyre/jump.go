package pyre

import (
	"math"
	"slices"
	"unicode/utf8"
)

// A jump is where a branch or hop goes on for one class of bytes: at x; later, if that fails, at y. It has followed the ways
// that the byte leaves open as far as they are certain, past other splits, slots set and runs of no character.
type jump struct {
	x, y uint16
	skip bool // whether the next byte is read on the way to x
	// Slots to set to the position: before y is noted, so that it is set there, too, and after. 0 is none, for no
	// instruction sets that of the whole match.
	before, after uint8
}

// noWay stands for a way that fails.
const noWay = ^uint16(0)

// mostJumps limits the jumps of a program. Splits beyond remain as they are.
const mostJumps = 4096

// A scout lays the jumps of a program.
type scout struct {
	prog  *program
	alone [endOfText + 1]bool // bytes that are a class by themselves, see classify
}

// withJumps returns p with splits turned into branches, and jumps and slots set into hops where they save going on step by step; or p
// itself where there would be too many. To lay jumps takes as long as some hundred searches save by them.
func (p *program) withJumps() *program {
	if len(p.code) >= int(noWay) {
		return p
	}
	quick := *p
	quick.code = slices.Clone(p.code)
	s := scout{prog: &quick}
	samples := s.classify()
	if len(samples) == 0 {
		return p
	}
	laid := s.allot(nil, len(samples), func(pc int32) bool { return quick.code[pc].op == iSplit })
	laid = s.allot(laid, len(samples), s.mayHop)
	quick.jumps = make([]jump, 0, len(laid)*len(samples))
	for _, l := range laid {
		for _, next := range samples {
			quick.jumps = append(quick.jumps, s.jumpFrom(l.pc, next))
		}
	}
	for _, l := range laid { // now that all have been followed
		switch in := &quick.code[l.pc]; in.op {
		case iSplit:
			in.op, in.n = iBranch, l.jumps
		case iJump:
			*in = inst{op: iHop, x: in.x, n: l.jumps, row: -1}
		default:
			*in = inst{op: iHop, x: l.pc + 1, y: in.n, n: l.jumps, row: -1}
		}
	}
	return &quick
}

// A laid is an instruction and where its jumps begin.
type laid struct{ pc, jumps int32 }

// allot gives the instructions that are wanted room for a jump for each class, behind those of all, as long as there is room.
func (s *scout) allot(all []laid, classes int, wanted func(pc int32) bool) []laid {
	for pc := range int32(len(s.prog.code)) {
		if at := len(all) * classes; wanted(pc) && at+classes <= mostJumps {
			all = append(all, laid{pc, int32(at)})
		}
	}
	return all
}

func (s *scout) at(pc int32) *inst { return &s.prog.code[pc] }

// mayHop reports whether the instruction at pc sets a slot or goes on elsewhere, and more can be done at once.
func (s *scout) mayHop(pc int32) bool {
	next := pc + 1
	switch in := s.at(pc); {
	case in.op == iJump && in.x > pc: // where a loop goes back, run watches the stack
		next = in.x
	case in.op != iSave:
		return false
	}
	for s.at(next).op == iJump && s.at(next).x > next {
		next = s.at(next).x
	}
	switch in := s.at(next); in.op {
	case iSplit, iSave:
		return true
	case iRunGreedy, iRunLazy, iRunAll:
		return in.x == 0
	}
	return false
}

// classify puts bytes that no table tells apart into one class, and returns one byte of each class, nothing if there are
// too many.
func (s *scout) classify() (samples []int) {
	classes := &s.prog.classes
	for next := utf8.RuneSelf; next < endOfText; next++ {
		classes[next] = 1 // beyond ASCII a character is more than its first byte
	}
	var tables []*byteTable
	for i := range s.prog.code {
		if t := s.prog.code[i].table; t != nil && !slices.Contains(tables, t) {
			if !t.part(classes) {
				return nil
			}
			tables = append(tables, t)
		}
	}
	for next, class := range classes {
		if int(class) == len(samples) {
			samples = append(samples, next)
			s.alone[next] = true
		} else {
			s.alone[samples[class]] = false
		}
	}
	return samples
}

// part parts bytes of a class that t tells apart. Classes are numbered in the order of their first bytes. It is not ok if there are too
// many.
func (t *byteTable) part(classes *[endOfText + 1]uint8) (ok bool) {
	type share struct {
		bits  uint64
		class uint8
	}
	shares := make([]share, 0, 64)
	for next, class := range classes {
		own := share{t[next], class}
		k := slices.Index(shares, own)
		if k < 0 {
			if k = len(shares); k > math.MaxUint8 {
				return false
			}
			shares = append(shares, own)
		}
		classes[next] = uint8(k)
	}
	return true
}

// jumpFrom returns the jump from the instruction at pc if next is the byte that comes next, or endOfText.
func (s *scout) jumpFrom(pc int32, next int) jump {
	j := jump{y: noWay}
	for range s.prog.code {
		j.x = s.follow(pc, next)
		if j.x == noWay {
			return jump{x: j.y, y: noWay, before: j.before}
		}
		in := s.at(int32(j.x))
		slot := in.n
		switch {
		case in.op == iSplit && j.y == noWay && j.after == 0: // it has two ways
			j.y = s.follow(in.y, next)
			pc = in.x
		case in.op == iSave && slot <= math.MaxUint8 && j.before == 0 && j.y == noWay:
			j.before = uint8(slot)
			pc = int32(j.x) + 1
		case in.op == iSave && slot <= math.MaxUint8 && j.after == 0:
			j.after = uint8(slot)
			pc = int32(j.x) + 1
		default:
			s.read(&j, next)
			return j
		}
	}
	return j
}

// read lets j go past the byte, the character or the run of one character that it leads to, if that is sure to be next.
func (s *scout) read(j *jump, next int) {
	if next >= utf8.RuneSelf {
		return
	}
	sure := false
	switch in := s.at(int32(j.x)); in.op {
	case iByte:
		sure = s.alone[next]
	case iSet:
		sure = bit(in.table[next], in.bitX)
	case iRunAll:
		sure = in.y == 1 && bit(in.table[next], in.bitX)
	}
	if sure {
		j.x++
		j.skip = true
	}
}

// follow returns where a match going on from pc arrives for sure if next comes next.
func (s *scout) follow(pc int32, next int) uint16 {
	for range s.prog.code {
		in := s.at(pc)
		switch in.op {
		case iJump:
			if in.x <= pc {
				return uint16(pc) // run watches the stack there
			}
			pc = in.x
			continue
		case iSplit:
			x, y := bit(in.table[next], in.bitX), bit(in.table[next], in.bitY)
			if x && y {
				return uint16(pc)
			}
			if !x && !y {
				return noWay
			}
			pc = in.y
			if x {
				pc = in.x
			}
			continue
		case iRunGreedy, iRunLazy, iRunAll:
			beyond := utf8.RuneSelf <= next && next < endOfText
			if beyond || bit(in.table[next], in.bitX) {
				return uint16(pc)
			}
			if in.x > 0 || !bit(in.table[next], in.bitY) {
				return noWay
			}
			pc++
			continue
		case iByte, iLit:
			if s.prog.classes[in.c] != s.prog.classes[next] {
				return noWay
			}
		case iSet:
			if next == endOfText || next < utf8.RuneSelf && !bit(in.table[next], in.bitX) {
				return noWay
			}
		}
		return uint16(pc)
	}
	return uint16(pc)
}
