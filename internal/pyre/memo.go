package pyre

import "math/bits"

// The matcher tries one way after the other, and the same place of the program can
// be reached at the same place of the text in very many ways. Once a search has gone
// back more than engageAt times, it remembers which choices, in which state, have
// failed for good, and never tries one again. So each state is tried once, and the
// time is linear in the text. Ordinary lines never get there and pay nothing.
const engageAt = 128

// workLimit is the number of steps after which a pattern whose failures cannot be
// remembered by bits is given up.
const workLimit = 100_000

// maxMemoBits limits the memory of one memo to 32 MiB.
const maxMemoBits = 1 << 28

// What a matcher may keep for the next search; more is left to the garbage collector.
const (
	keepWords  = 16 << 10
	keepFrames = 4 << 10
	keepStates = 1 << 10
)

// A memo holds the states that have failed.
type memo struct {
	on     bool
	bits   []uint64 // by state, see rows.go, and position
	states map[groupState]struct{}
}

// A groupState is a state of a choice after which a back-reference can come.
type groupState struct {
	row, pos int32
	text     [4]int32 // bounds of the groups referred to
	context  int32
}

// decide is called when work has reached pause: it starts the memo, or gives up.
func (m *Matcher) decide() {
	p := m.prog
	width := p.memoWidth
	size := width * (len(m.text) + 1)
	limited := p.limited
	if size > maxMemoBits {
		limited = true
	} else if !m.memo.on && len(p.rows) > 0 {
		m.engage(size)
	}
	switch {
	case !limited:
		m.pause = int(^uint(0) >> 1)
	case m.work < workLimit:
		m.pause = workLimit
	default:
		m.gaveUp = true
	}
}

func (m *Matcher) engage(size int) {
	words := (size + 63) >> 6
	if cap(m.memo.bits) < words {
		m.memo.bits = make([]uint64, words)
	}
	m.memo.bits = m.memo.bits[:words]
	clear(m.memo.bits)
	if m.prog.limited {
		if m.memo.states == nil {
			m.memo.states = map[groupState]struct{}{}
		}
		clear(m.memo.states)
	}
	m.memo.on = true
}

// release drops memory that only an extraordinary search needed.
func (m *Matcher) release() {
	m.text = nil
	if cap(m.memo.bits) > keepWords {
		m.memo.bits = nil
	}
	if len(m.memo.states) > keepStates {
		m.memo.states = nil
	}
	if len(m.stack) > keepFrames {
		m.stack = nil
	}
}

// contextOf returns which of the states of r the matcher is in at pos.
func (m *Matcher) contextOf(r *row, pos int32) int32 {
	var k int32
	for _, c := range r.context {
		var value int32
		switch c.kind {
		case groupSet:
			if start, end := m.slots[c.slot], m.slots[c.slot+1]; start >= 0 && end >= start {
				value = 1
			}
		case progress:
			if m.slots[c.slot] != pos {
				value = 1
			}
		case iteration:
			value = m.slots[c.slot]
		}
		k = k*c.count + value
	}
	return k
}

// bitOf returns the index of the bit of r at pos.
func (m *Matcher) bitOf(r *row, pos int32) int32 {
	return (r.base+m.contextOf(r, pos))*int32(len(m.text)+1) + pos
}

// enter begins to try the choice r at pos: it returns false if that is known to fail,
// else it makes sure that failure will be noted.
func (m *Matcher) enter(number, pos int32) bool {
	r := &m.prog.rows[number]
	if len(r.groups) > 0 {
		key, ok := m.groupState(r, number, pos)
		if !ok {
			return true
		}
		if _, failed := m.memo.states[key]; failed {
			return false
		}
		m.push(frame{kind: frameNoteState, pos: pos, a: number})
		return true
	}
	bit := m.bitOf(r, pos)
	if m.memo.bits[bit>>6]>>(bit&63)&1 != 0 {
		return false
	}
	m.push(frame{kind: frameNote, a: bit})
	return true
}

// groupState returns the key of the state of r at pos, if there is room for it.
func (m *Matcher) groupState(r *row, number, pos int32) (groupState, bool) {
	if len(r.groups) > 2 {
		return groupState{}, false
	}
	key := groupState{row: number, pos: pos, context: m.contextOf(r, pos)}
	for i, g := range r.groups {
		key.text[2*i], key.text[2*i+1] = m.slots[2*g], m.slots[2*g+1]
	}
	return key, true
}

// note remembers that what frame f stands for has failed.
func (m *Matcher) note(f frame) {
	switch f.kind {
	case frameNote:
		m.memo.bits[f.a>>6] |= 1 << (f.a & 63)
	case frameNoteState:
		if key, ok := m.groupState(&m.prog.rows[f.a], f.a, f.pos); ok {
			m.memo.states[key] = struct{}{}
		}
	case frameNoteRun:
		m.noteRun(f.b, f.a, f.pos)
	}
}

// An unlimited run that goes on from some position inside the run has the same bit as
// one that begins there. The bit means: stopping here, and wherever going on from here
// leads, has failed.

// isUnlimited reports whether in is a run whose memo works like that.
func (m *Matcher) isUnlimited(in *inst) bool {
	return in.y == manyTimes && len(m.prog.rows[in.row].groups) == 0
}

// runBits returns the index of the bit of the run at pos such that adding a length
// gives the bits further on. At the first position of an iteration the state differs
// from the following ones, so it is not for from, the beginning of the run.
func (m *Matcher) runBits(in *inst, pos int32) int32 {
	return m.bitOf(&m.prog.rows[in.row], pos)
}

// noteRun remembers that the run at pc has failed at all positions from lo to hi.
func (m *Matcher) noteRun(pc, lo, hi int32) {
	in := &m.prog.code[pc]
	m.setBits(m.runBits(in, lo), 1)
	if hi > lo {
		m.setBits(m.runBits(in, lo+1), hi-lo)
	}
}

func (m *Matcher) setBits(at, n int32) {
	for n > 0 {
		shift := at & 63
		k := min(64-shift, n)
		mask := ^uint64(0) >> (64 - k) << shift
		m.memo.bits[at>>6] |= mask
		at, n = at+k, n-k
	}
}

// failedFrom returns the first position from lo to hi at which the run in has failed,
// hi+1 if there is none.
func (m *Matcher) failedFrom(in *inst, lo, hi int32) int32 {
	if at := m.runBits(in, lo); m.memo.bits[at>>6]>>(at&63)&1 != 0 {
		return lo
	}
	if hi == lo {
		return hi + 1
	}
	return lo + 1 + m.firstBit(m.runBits(in, lo+1), hi-lo)
}

// firstBit returns the offset of the first of n bits from at that is set, n if none.
func (m *Matcher) firstBit(at, n int32) int32 {
	for i := int32(0); i < n; {
		shift := (at + i) & 63
		if w := m.memo.bits[(at+i)>>6] >> shift; w != 0 {
			return min(i+int32(bits.TrailingZeros64(w)), n)
		}
		i += 64 - shift
	}
	return n
}
