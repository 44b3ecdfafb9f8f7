package pyre

import (
	"math"
	"slices"
)

// The matcher tries one way after the other, and the same place of the program can
// be reached at the same place of the text in very many ways. Once a search has gone
// back more than engageAt times, it looks from which places a match can come at all
// (foresight.go), goes nowhere else, and remembers which choices, in which state, have
// failed for good, and never tries one again. So each state is tried once, and the
// time is linear in the text. Ordinary lines never get there and pay nothing: the
// matcher changes over to other code, in which choices are other instructions.
//
// A state is noted when the last way from it has failed, never before: a frame for that
// lies below the frames of its ways. Two other things can happen to a state:
//
//   - In a look-around the body matches. Then it matches from every state on its way:
//     these states are sure.
//   - In an atomic group the body matches, and the frames of its states are forgotten.
//     They are replaced by frames that say: if ever the matcher goes back to here, then
//     the body matches from this state but what comes after the group fails. Such a
//     state is sure too. Reaching it again is to fail, without trying other ways in
//     the group.
//
// A choice that has but one way open, as far as one can see, is none and takes no part in this, unless it is the head of a loop:
// there the ways meet.
//
// When such bodies stand in each other, a state can be sure in several levels: the
// innermost bodies match, and the one around them has the known outcome.
const engageAt = 128

// glanceAt is how many times a search goes back before it takes a glance at the end of the text, if it must match to there.
const glanceAt = 8

// alarmAt is how many frames mean the same: so many choices may all turn out to be wrong.
const alarmAt = 1024

// workLimit is the number of steps after which a pattern whose failures cannot be
// remembered by bits is given up.
const workLimit = 30_000

// maxMemoBits limits the memory of one memo to 32 MiB.
const maxMemoBits = 1 << 28

// What a matcher may keep for the next search; more is left to the garbage collector.
const (
	keepWords  = 16 << 10
	keepFrames = 4 << 10
)

// A memo holds the states that have failed.
type memo struct {
	on     bool
	bits   []uint64     // by state, see rows.go, and position
	states []groupState // those that have failed, or some of them, by hash
}

// A groupState is a state of a choice after which a back-reference can come.
type groupState struct {
	row, pos int32
	text     [4]int32 // bounds of the groups referred to
	context  int32
}

// mostStates is how many such states are remembered. Another one takes the place of one of the same hash: then that is
// tried once more, if the search comes to it again.
const (
	stateBits  = 11
	mostStates = 1 << stateBits
)

const noRow = -1

func (g *groupState) hash() uint32 {
	h := uint32(g.row)*31 + uint32(g.pos)
	for _, x := range g.text {
		h = h*0x01000193 ^ uint32(x)
	}
	h = (h ^ uint32(g.context)) * 0x9e3779b1
	return h >> (32 - stateBits)
}

// A memoMode says when failures are remembered. The modes other than memoLate are there
// for tests, which compare them.
type memoMode uint8

const (
	memoLate  memoMode = iota // after some work
	memoEarly                 // from the first step on
	memoNever                 // not at all, and work is limited
)

// decide is called when work has reached pause, or the stack alarm: it looks ahead and starts the memo, or gives up. The
// first time it may only take a glance at the end of the text.
func (m *Matcher) decide() {
	m.stirred = true
	p := m.prog
	if m.pause == glanceAt {
		m.pause = engageAt
		if m.over = m.endsBadly(); m.over || m.work <= m.pause && m.depth <= m.alarm {
			return
		}
	}
	m.alarm = math.MaxInt
	size := p.memoWidth * (len(m.text) + 1)
	limited := p.limited || m.mode == memoNever
	if !m.foreseen && m.mode != memoNever {
		m.foreseen = true
		if m.foresee() && m.start >= 0 && !m.ahead.possible(0, int32(m.start)) {
			m.over, m.pause = true, m.work+engageAt
			return
		}
	}
	if size > maxMemoBits || m.mode == memoNever {
		limited = true
	} else if !m.memo.on && len(p.rows) > 0 {
		m.engage(size)
	}
	switch {
	case !limited:
		m.pause = math.MaxInt
	case m.work < workLimit:
		m.pause = workLimit
	default:
		m.gaveUp, m.over = true, true
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
		m.memo.states = slices.Grow(m.memo.states[:0], mostStates)[:mostStates]
		for i := range m.memo.states {
			m.memo.states[i].row = noRow
		}
	}
	m.memo.on = true
	m.code = m.prog.noting()
}

// release makes m ready for the next search.
func (m *Matcher) release() {
	m.text = nil
	if m.stirred {
		m.settleDown()
	}
}

// settleDown ends the memo and the foresight of a search, and drops memory that only an extraordinary one needed.
func (m *Matcher) settleDown() {
	m.stirred = false
	m.memo.on, m.foreseen = false, false
	if cap(m.memo.bits) > keepWords {
		m.memo.bits = nil
	}
	if len(m.stack) > keepFrames {
		m.stack = nil
	}
	if f := m.ahead.foresight; f != nil && len(f.states) > keepWords {
		f.forget()
	}
	m.ahead.foresight = nil
	if cap(m.ahead.at) > keepFrames {
		m.ahead.at = nil
	}
}

// notingCode returns the code of p with the choices replaced by those that remember.
func (p *program) notingCode() []inst {
	code := slices.Clone(p.code)
	for i := range code {
		switch in := &code[i]; in.op {
		case iSplit, iBranch:
			in.op = iSplitNoting
		case iHop:
			in.op = iJump
			if in.y > 0 {
				in.op, in.n = iSave, in.y
			}
		case iRunGreedy, iRunLazy, iRunAll:
			in.op = iRunNoting
		case iCount:
			in.op = iCountNoting
		}
	}
	return code
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
	k := r.base
	if len(r.context) > 0 {
		k += m.contextOf(r, pos)
	}
	return k*int32(len(m.text)+1) + pos
}

// A verdict is what is known about a state. A positive one says in how many levels of
// bodies it is sure.
type verdict int8

const (
	failed  verdict = -1
	unknown verdict = 0 // it must be tried
)

// isSet reports whether bit number i is set.
func (m *Matcher) isSet(i int32) bool { return m.memo.bits[i>>6]>>(i&63)&1 != 0 }

func (m *Matcher) setBit(i int32) { m.memo.bits[i>>6] |= 1 << (i & 63) }

// bitAbout returns the number of the bit that gives the verdict about a state of r,
// given the one that says that it has failed.
func (m *Matcher) bitAbout(r *row, bit int32, about verdict) int32 {
	if about == failed {
		return bit
	}
	return bit + int32(about)*r.states*int32(len(m.text)+1)
}

func (m *Matcher) lookup(r *row, bit int32) verdict {
	if m.isSet(bit) {
		return failed
	}
	for level := range r.levels {
		about := verdict(level + 1)
		if m.isSet(m.bitAbout(r, bit, about)) {
			return about
		}
	}
	return unknown
}

// enter begins to try the choice of the row at pos. Unless the outcome is known, it
// makes sure that failure will be noted.
func (m *Matcher) enter(number, pos int32) verdict {
	r := &m.prog.rows[number]
	if len(r.groups) > 0 {
		return m.enterState(r, number, pos)
	}
	bit := m.bitOf(r, pos)
	known := m.lookup(r, bit)
	if known == unknown {
		m.push(frameNote, pos, bit, number)
	}
	return known
}

// enterState is enter for a choice after which back-references come.
func (m *Matcher) enterState(r *row, number, pos int32) verdict {
	m.work++ // it takes as long as going back
	key, ok := m.groupState(r, number, pos)
	if !ok {
		return unknown
	}
	if m.memo.states[key.hash()] == key {
		return failed
	}
	m.push(frameNoteState, pos, number, 0)
	return unknown
}

// splitNoting does the split at pc while failures are remembered. It returns where to
// go on if the outcome is unknown.
func (m *Matcher) splitNoting(in *inst, pc, pos int32) (int32, verdict) {
	r := &m.prog.rows[in.row]
	next := in.table[endOfText]
	if int(pos) < len(m.text) {
		next = in.table[m.text[pos]]
	}
	first := bit(next, in.bitX) && m.possible(in.x, pos)
	second := bit(next, in.bitY) && m.possible(in.y, pos)
	if first != second && in.flags&flagHead == 0 {
		// There is nothing to choose, and no way comes here but by a choice further back in the same round of a loop.
		return branchOf(in, first, second, unknown)
	}
	if len(r.groups) > 0 {
		known := m.enterState(r, in.row, pos)
		if first && second && known == unknown {
			m.push(frameGoto, pos, in.y, 0)
		}
		return branchOf(in, first, second, known)
	}
	b := m.bitOf(r, pos)
	known := m.lookup(r, b)
	switch {
	case known != unknown:
	case first && second:
		m.push(frameSplit, pos, pc, b)
	case first || second:
		m.push(frameNote, pos, b, in.row)
	default:
		m.setBit(b)
	}
	return branchOf(in, first, second, known)
}

func branchOf(in *inst, first, second bool, known verdict) (int32, verdict) {
	switch {
	case known != unknown:
		return 0, known
	case first:
		return in.x, unknown
	case second:
		return in.y, unknown
	}
	return 0, failed
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

// note does what a frame says that is there for the memo.
func (m *Matcher) note(f *frame) {
	switch f.kind {
	case frameNote:
		m.setBit(f.a)
	case frameNoteState:
		if key, ok := m.groupState(&m.prog.rows[f.a], f.a, f.pos); ok {
			m.memo.states[key.hash()] = key
		}
	case frameNoteRun:
		m.noteRun(f.b, f.a, f.pos, failed)
	case frameSure:
		m.setBit(m.bitAbout(&m.prog.rows[f.b], f.a, verdict(f.level)))
	case frameSureRun:
		m.noteRun(f.b, f.a, f.pos, verdict(f.level))
	}
}

// makeSure turns the frame of a state on the way of a body that has matched into one
// that notes that the state is sure in one level more. It returns false if there is
// nothing to note.
func (m *Matcher) makeSure(f *frame) bool {
	switch f.kind {
	case frameNote:
		*f = frame{frameSure, 0, f.pos, f.a, f.b}
	case frameSplit:
		*f = frame{frameSure, 0, f.pos, f.b, m.prog.code[f.a].row}
	case frameGreedy, frameLazy, frameNoteRun:
		in := &m.prog.code[f.b]
		if !m.hasBits(in) {
			return false
		}
		f.kind = frameSureRun
		if in.y != manyTimes {
			f.a = f.pos
		}
	case frameSure, frameSureRun:
	default:
		return false
	}
	f.level++
	number := f.b
	if f.kind == frameSureRun {
		number = m.prog.code[f.b].row
	}
	return int32(f.level) <= m.prog.rows[number].levels
}
