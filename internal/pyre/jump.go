package pyre

import (
	"math"
	"slices"
	"unicode/utf8"
)

// A jump is where a branch goes on for one class of bytes: at x; later, if that fails, at y. It has followed the ways that
// the byte leaves open as far as they are certain, past other splits and runs of no character.
type jump struct{ x, y uint16 }

// noWay stands for a way that fails.
const noWay = ^uint16(0)

// mostJumps limits the jumps of a program. Splits beyond remain as they are.
const mostJumps = 4096

// layJumps turns splits into branches.
func (c *compiler) layJumps() {
	p := &c.prog
	if len(p.code) >= int(noWay) {
		return
	}
	samples := c.classify()
	var branches []*inst
	for pc := range p.code {
		in := &p.code[pc]
		if in.op != iSplit || len(samples) == 0 || len(p.jumps)+len(samples) > mostJumps {
			continue
		}
		in.n = int32(len(p.jumps))
		branches = append(branches, in)
		for _, next := range samples {
			p.jumps = append(p.jumps, c.jumpFrom(in, next))
		}
	}
	for _, in := range branches { // now that all have been followed
		in.op = iBranch
	}
}

// classify puts bytes that no table tells apart into one class, and returns one byte of each class, nothing if there are
// too many.
func (c *compiler) classify() (samples []int) {
	var tables []*byteTable
	for i := range c.prog.code {
		if t := c.prog.code[i].table; t != nil && !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	same := func(a, b int) bool {
		// Beyond ASCII a character is more than its first byte.
		return (a < utf8.RuneSelf || a == endOfText) == (b < utf8.RuneSelf || b == endOfText) &&
			!slices.ContainsFunc(tables, func(t *byteTable) bool { return t[a] != t[b] })
	}
	for next := range endOfText + 1 {
		k := slices.IndexFunc(samples, func(s int) bool { return same(next, s) })
		if k < 0 {
			if k = len(samples); k > math.MaxUint8 {
				return nil
			}
			samples = append(samples, next)
		}
		c.prog.classes[next] = uint8(k)
	}
	return samples
}

// jumpFrom returns the jump of a split if next is the byte that comes next, or endOfText.
func (c *compiler) jumpFrom(in *inst, next int) jump {
	j := jump{noWay, noWay}
	if bit(in.table[next], in.bitX) {
		j.x = c.follow(in.x, next)
	}
	if bit(in.table[next], in.bitY) {
		j.y = c.follow(in.y, next)
	}
	if j.x == noWay {
		j = jump{j.y, noWay}
	}
	return j
}

// follow returns where a match going on from pc arrives for sure if next comes next.
func (c *compiler) follow(pc int32, next int) uint16 {
	for range c.prog.code {
		in := c.at(pc)
		switch in.op {
		case iJump:
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
		}
		return uint16(pc)
	}
	return uint16(pc)
}
