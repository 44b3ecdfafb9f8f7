package pyre

import (
	"bytes"
	"unicode/utf8"
)

// This file has what single instructions do.

// look reports whether the look-around in allows going on from pos.
func (m *Matcher) look(in *inst, pos int32) bool {
	negative := in.flags&flagNegative != 0
	if in.flags&flagBehind != 0 {
		for range in.n {
			if pos == 0 {
				return negative
			}
			pos = m.before(pos)
		}
	}
	depth := m.depth
	m.step()
	_, matched := m.body(in, pos)
	switch {
	case m.over:
		return false
	case matched && in.flags&flagCapture != 0:
		m.settle(depth)
	case matched:
		m.undoTo(depth)
	}
	return matched != negative
}

// holds reports whether the assertion in holds at pos.
func (m *Matcher) holds(in *inst, pos int32) bool {
	n := int32(len(m.text))
	switch in.op {
	case iTextBegin:
		return pos == 0
	case iAbsEnd:
		return pos == n
	case iLineBegin:
		return pos == 0 || m.text[pos-1] == '\n'
	case iLineEnd:
		return pos == n || m.text[pos] == '\n'
	case iWordEdge:
		return m.atWordEdge(pos, in.flags&flagASCII != 0)
	}
	return n > 0 && !m.atWordEdge(pos, in.flags&flagASCII != 0)
}

// body matches the body of a look-around or atomic group.
func (m *Matcher) body(in *inst, pos int32) (int32, bool) {
	m.bodies++
	end, matched := m.run(in.x, pos)
	m.bodies--
	m.work += max(0, int(end-pos)) >> workShift
	return end, matched
}

// atomic matches the body of in by itself and returns where it ends, if the verdict on that is unknown.
func (m *Matcher) atomic(in *inst, pos int32) (int32, verdict) {
	before := m.depth
	m.step()
	m.atomics++
	end, matched := m.body(in, pos)
	m.atomics--
	if !matched {
		return pos, failed
	}
	m.settle(before)
	switch {
	case end >= 0:
		return end, unknown
	case end == -1:
		return pos, failed
	}
	return pos, verdict(-end - 1)
}

// A needed is the answer to where a text is that a way needs. It serves until another text is looked for.
type needed struct {
	number   int32 // of the text
	from, at int   // between them it does not begin; it does at at, if that is within the text
}

// finds reports whether the needed text of a number stands at pos or further on.
func (m *Matcher) finds(number int32, pos int) bool {
	d := &m.needed
	need := &m.prog.needs[number]
	end := len(m.text)
	switch {
	case d.number != number || pos > d.at:
		*d = needed{number, pos, len(m.text)}
	case pos < d.from: // what is behind is known
		end = min(end, d.from+len(need.text)-1)
		d.from = pos
	default:
		return d.at < len(m.text)
	}
	if i := need.index(m.text[pos:end]); i >= 0 {
		d.at = pos + i
	}
	m.work += (min(d.at, end) - pos) >> workShift
	return d.at < len(m.text)
}

// step counts work that is not going back: that of matching a body by itself and of an
// iteration, which can be empty.
func (m *Matcher) step() {
	m.work++
	if m.work > m.pause {
		m.decide()
	}
}

// undoTo takes back all that happened since the stack had the given depth, in the body
// of a look-around that has matched.
func (m *Matcher) undoTo(depth int) {
	for m.depth > depth {
		m.depth--
		f := &m.stack[m.depth]
		if f.kind == frameUndo {
			m.slots[f.pos] = f.a
		} else if m.memo.on && m.makeSure(f) {
			m.note(f)
		}
	}
}

// settle forgets the choices made since the stack had the given depth.
func (m *Matcher) settle(depth int) {
	kept := depth
	for i := depth; i < m.depth; i++ {
		f := m.stack[i]
		if f.kind == frameUndo || m.memo.on && m.makeSure(&f) {
			m.stack[kept] = f
			kept++
		}
	}
	m.depth = kept
}

// count decides at the head of a counted repeat where to go on.
func (m *Matcher) count(in *inst, pc, pos int32) int32 {
	done := m.slots[in.n]
	body := &m.prog.code[pc+1]
	full := done >= body.y && body.flags&flagEndless == 0
	switch {
	case done < body.x:
		return pc + 1
	case full || m.slots[in.n+1] == pos:
		return in.y
	case in.flags&flagLazy != 0:
		m.push(frameGoto, pos, pc+1, 0)
		return in.y
	}
	m.push(frameGoto, pos, in.y, 0)
	return pc + 1
}

func (m *Matcher) countBody(in *inst, pos int32) {
	done := m.slots[in.n]
	if done >= in.x {
		m.set(in.n+1, pos)
	}
	if done < in.y {
		m.set(in.n, done+1)
	}
}

// backref matches the text of group in.n again, and returns its end.
func (m *Matcher) backref(in *inst, pos int32) (int32, bool) {
	start, end := m.slots[2*in.n], m.slots[2*in.n+1]
	if start < 0 || end < start {
		return 0, false
	}
	m.work += int(end-start) >> workShift
	want := m.text[start:end]
	if in.flags&flagFold == 0 {
		return pos + end - start, bytes.HasPrefix(m.text[pos:], want)
	}
	rest := m.text[pos:]
	ascii := in.flags&flagASCII != 0
	for len(want) > 0 {
		if len(rest) == 0 {
			return 0, false
		}
		a, n := utf8.DecodeRune(want)
		b, k := utf8.DecodeRune(rest)
		if lowerFor(a, ascii) != lowerFor(b, ascii) {
			return 0, false
		}
		want, rest = want[n:], rest[k:]
	}
	return int32(len(m.text) - len(rest)), true
}

// before returns the position one character before pos.
func (m *Matcher) before(pos int32) int32 {
	if m.text[pos-1] < utf8.RuneSelf {
		return pos - 1
	}
	_, w := utf8.DecodeLastRune(m.text[:pos])
	return pos - int32(w)
}

// atWordEdge reports whether just one of the characters around pos is part of a word.
func (m *Matcher) atWordEdge(pos int32, ascii bool) bool {
	left := pos > 0 && m.isWord(m.before(pos), ascii)
	right := int(pos) < len(m.text) && m.isWord(pos, ascii)
	return left != right
}

func (m *Matcher) isWord(pos int32, ascii bool) bool {
	c := m.text[pos]
	if c < utf8.RuneSelf {
		return wordBytes[c>>6]>>(c&63)&1 != 0
	}
	if ascii {
		return false
	}
	r, _ := utf8.DecodeRune(m.text[pos:])
	return unicodeCategories.word.hasHigh(r)
}

// wordBytes are the digits, letters and the underscore.
var wordBytes = [2]uint64{0x03ff << 48, 0x07fffffe<<32 | 1<<31 | 0x07fffffe}

// wide returns the width of the character at pos, which is not ASCII, if the set of
// in has it, else 0.
func (m *Matcher) wide(in *inst, pos int32) int32 {
	r, w := utf8.DecodeRune(m.text[pos:])
	if m.prog.sets[in.n].hasHigh(r) {
		return int32(w)
	}
	return 0
}
