package pyre

import (
	"bytes"
	"unicode/utf8"
)

// This file matches runs: repeats of one character of a set.

// runBeyond matches the run in where stride does not: where characters beyond ASCII, or more than one that must be, make counting
// necessary, where the run is likely to be long, or has to be made shorter. It returns where it ends; if not ok, how far it looked.
func (m *Matcher) runBeyond(in *inst, pc, pos int) (int, bool) {
	end, ok := int32(0), false
	if in.op == iRunAll {
		end, ok = m.runAll(in, int32(pos))
	} else {
		end, ok = m.runGreedy(in, int32(pc), int32(pos))
	}
	return int(end), ok
}

// tail returns where the match ends if in, at pos, is the run to the end of the line that a program ends with, and the line is the
// last one; else -1.
func (m *Matcher) tail(in *inst, pos int) int {
	if in.flags&flagTail == 0 || m.bodies > 0 {
		return -1
	}
	rest := m.text[pos:]
	i := bytes.IndexByte(rest, in.c)
	if i < 0 {
		i = len(rest)
	}
	if i < int(in.x) || i < len(rest)-1 {
		return -1
	}
	return pos + i
}

// lastEnd returns the last position from high down to low where the run may lead on, one before low if there is none.
func (m *Matcher) lastEnd(in *inst, low, high int) int {
	if high == len(m.text) && high >= low {
		if bit(in.table[endOfText], in.bitY) {
			return high
		}
		high--
	}
	table, next := in.table, uint64(1)<<(in.bitY&63)
	for ; high >= low; high-- {
		if table[m.text[high]]&next != 0 && (in.flags&flagFurther == 0 || m.leadsOn(in, int32(high))) {
			break
		}
	}
	return high
}

// one returns the width of the character at pos if the set of in has it, else 0.
func (m *Matcher) one(in *inst, pos int32) int32 {
	if int(pos) >= len(m.text) {
		return 0
	}
	c := m.text[pos]
	if c >= utf8.RuneSelf {
		return m.wide(in, pos)
	}
	if bit(in.table[c], in.bitX) {
		return 1
	}
	return 0
}

// least goes over the characters that the run must have.
func (m *Matcher) least(in *inst, pos int32) (int32, bool) {
	if in.x == 1 && int(pos) < len(m.text) { // most often
		if c := m.text[pos]; c < utf8.RuneSelf {
			return pos + 1, bit(in.table[c], in.bitX)
		}
	}
	for range in.x {
		w := m.one(in, pos)
		if w == 0 {
			return pos, false
		}
		pos += w
	}
	return pos, true
}

// most returns where a run that has its least at pos ends at the latest.
func (m *Matcher) most(in *inst, pos int32) int32 {
	if in.y == manyTimes {
		return m.runEnd(in, pos, int32(len(m.text)))
	}
	return m.atMost(in, pos, in.y-in.x)
}

// atMost returns where a run of up to count characters from pos ends.
func (m *Matcher) atMost(in *inst, pos, count int32) int32 {
	text, table, mx := m.text, in.table, uint64(1)<<(in.bitX&63)
	p := int(pos)
	limit := min(p+int(count), len(text))
	for p < limit && table[text[p]]&mx != 0 {
		p++
	}
	if p == limit || text[p] < utf8.RuneSelf {
		return int32(p)
	}
	end := int32(p)
	for range pos + count - end {
		w := m.one(in, end)
		if w == 0 {
			break
		}
		end += w
	}
	return end
}

// runEnd returns where an unlimited run ends that has reached pos, or a position at
// or behind limit.
func (m *Matcher) runEnd(in *inst, pos, limit int32) int32 {
	if in.flags&flagStop != 0 {
		i := bytes.IndexByte(m.text[pos:limit], in.c)
		if i < 0 {
			return limit
		}
		return pos + int32(i)
	}
	text, table, mx := m.text[:limit], in.table, uint64(1)<<(in.bitX&63)
	p := int(pos)
	for {
		for p < len(text) && table[text[p]]&mx != 0 {
			p++
		}
		if p >= len(text) || text[p] < utf8.RuneSelf {
			return int32(p)
		}
		w := m.wide(in, int32(p))
		if w == 0 {
			return int32(p)
		}
		p += int(w)
	}
}

// follows reports whether what comes after the run may begin at pos.
func (m *Matcher) follows(in *inst, pos int32) bool {
	if int(pos) >= len(m.text) {
		return bit(in.table[endOfText], in.bitY)
	}
	return bit(in.table[m.text[pos]], in.bitY) && (in.flags&flagFurther == 0 || m.leadsOn(in, pos))
}

// leadsOn looks further than follows at what comes after the run, if it begins at pos with the right byte.
func (m *Matcher) leadsOn(in *inst, pos int32) bool {
	if in.flags&flagLit != 0 {
		return m.isAhead(in, int(pos))
	}
	rest := m.text[pos:]
	switch {
	case len(rest) == 0 || rest[0] >= utf8.RuneSelf: // the byte after next is another one
		return true
	case len(rest) == 1:
		return bit(in.table[endOfText], uint8(in.then))
	}
	return bit(in.table[rest[1]], uint8(in.then))
}

// isAhead reports whether the string that in.then is stands at pos.
func (m *Matcher) isAhead(in *inst, pos int) bool {
	rest, lit := m.text[pos:], m.prog.lits[in.then].text
	return len(rest) >= len(lit) && rest[0] == lit[0] && string(rest[:len(lit)]) == lit
}

// runAll matches a possessive run. It returns where it ends; if not ok, how far it
// looked.
func (m *Matcher) runAll(in *inst, pos int32) (end int32, ok bool) {
	if in.x > 1 {
		low, ok := m.least(in, pos)
		if !ok {
			return low, false
		}
		end = m.most(in, low)
	} else {
		if in.y == manyTimes {
			end = m.runEnd(in, pos, int32(len(m.text)))
		} else {
			end = m.atMost(in, pos, in.y)
		}
		if end == pos && in.x == 1 {
			return end, false
		}
	}
	return end, m.follows(in, end)
}

// runGreedy matches a greedy run at its longest that may lead on.
func (m *Matcher) runGreedy(in *inst, pc, pos int32) (int32, bool) {
	low := pos
	if in.x > 0 {
		var ok bool
		if low, ok = m.least(in, pos); !ok {
			return low, false
		}
	}
	far := m.most(in, low)
	end := int32(m.lastEnd(in, int(low), int(far)))
	if end < low {
		return far, false
	}
	if end > low {
		m.push(frameGreedy, end, low, pc)
	}
	return end, true
}

// giveBack shortens the greedy run of the topmost frame f to where it may lead on, and
// drops the frame when there is nothing more to give.
func (m *Matcher) giveBack(f *frame) (int32, bool) {
	in := &m.prog.code[f.b]
	if m.memo.on && m.hasBits(in) {
		return m.giveBackNoting(in, f)
	}
	end := int32(m.lastEnd(in, int(f.a), int(f.pos)-1))
	f.pos = end
	if end <= f.a {
		m.depth--
	}
	return end, end >= f.a
}

// runLazy matches a lazy run at its shortest that may lead on.
func (m *Matcher) runLazy(in *inst, pc, pos int32) (int32, bool) {
	low, ok := m.least(in, pos)
	if !ok {
		return low, false
	}
	end, count, ok := m.lazyEnd(in, low, in.x, int32(len(m.text)))
	if ok {
		if in.y == manyTimes {
			count = low
		}
		m.push(frameLazy, end, count, pc)
	}
	return end, ok
}

// lazyEnd returns the first position from pos to limit where the run of so far count
// characters can end and lead on, and its count there. If there is none, it returns
// how far it got.
func (m *Matcher) lazyEnd(in *inst, pos, count, limit int32) (int32, int32, bool) {
	table, mx, my := in.table, uint64(1)<<(in.bitX&63), uint64(1)<<(in.bitY&63)
	for pos < limit {
		c := m.text[pos]
		v := table[c]
		if v&my != 0 && (in.flags&flagFurther == 0 || m.leadsOn(in, pos)) {
			return pos, count, true
		}
		if count >= in.y {
			return pos, count, false
		}
		w := int32(1)
		if v&mx == 0 {
			if c < utf8.RuneSelf {
				return pos, count, false
			}
			if w = m.wide(in, pos); w == 0 {
				return pos, count, false
			}
		}
		pos += w
		if in.y != manyTimes {
			count++
		}
	}
	return pos, count, m.follows(in, pos)
}

// takeMore lengthens the lazy run of the topmost frame f, and drops the frame when
// that does not lead on.
func (m *Matcher) takeMore(f *frame) (int32, bool) {
	in := &m.prog.code[f.b]
	if m.memo.on && m.hasBits(in) {
		return m.takeMoreNoting(in, f)
	}
	w := m.one(in, f.pos)
	count := f.a
	if in.y != manyTimes {
		if count >= in.y {
			w = 0
		}
		count++
	}
	if w > 0 {
		end, count, ok := m.lazyEnd(in, f.pos+w, count, int32(len(m.text)))
		if ok {
			if in.y == manyTimes {
				count = f.a
			}
			f.pos, f.a = end, count
			return end, true
		}
		m.work += int(end-f.pos) >> workShift
	}
	m.depth--
	return 0, false
}
