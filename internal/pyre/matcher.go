package pyre

import (
	"bytes"
)

// A Matcher searches texts. It holds the scratch memory of a search and the groups of
// the last one, so it serves one goroutine at a time. The zero Matcher is ready.
type Matcher struct {
	prog    *program
	code    []inst // of prog: as it is, or while failures are remembered
	text    []byte // up to where the search may look
	slots   []int32
	stack   []frame
	depth   int // frames in use
	bodies  int // that are being matched by themselves, inside each other
	atomics int // those of them that are atomic groups
	start   int // where the match begins
	end     int // where it ends
	found   bool

	stirred    bool // there is more to put back after this search than after most
	work       int  // steps so far
	pause      int  // at so much work, decide how to go on
	alarm      int  // the same for frames in use
	gaveUp     bool // no match was found, but there may be one
	over       bool // nothing more can come of this beginning
	mode       memoMode
	plain      bool                 // texts are not read by automata: for tests, which compare them
	turns      uint                 // searches by automata
	registers  [mostRegisters]int32 // of an automaton
	memo       memo
	needed     needed
	foreseen   bool // it has been tried to work out ahead
	ahead      ahead
	foresights map[*program]*foresight
}

// Search finds the leftmost match of re in text[from:to], like Python's
// pattern.search(text, from, to): ^, \b and look-behind see the text left of from, the
// text ends at to. It reports whether there is one; Group tells where.
// It is false if not 0 <= from <= to <= len(text).
func (m *Matcher) Search(re *Regexp, text []byte, from, to int) bool {
	if from == 0 && 0 <= to && to <= len(text) {
		return m.Find(re, text[:to])
	}
	m.found, m.gaveUp = false, false
	if from < 0 || from > to || to > len(text) || to > maxText {
		m.prog = re.program()
		return false
	}
	if a := re.reader(); a != nil && m.mode == memoLate && !m.plain {
		m.prog = a.prog
		return false // as it only matches at the beginning
	}
	return m.walk(re, text[:to], from)
}

// Find is Search in all of text.
func (m *Matcher) Find(re *Regexp, text []byte) bool {
	m.found, m.gaveUp = false, false
	if len(text) > maxText {
		m.prog = re.program()
		return false
	}
	if a := re.reader(); a != nil && m.mode == memoLate && !m.plain {
		m.prog = a.prog
		if m.turns++; m.turns%observeEvery == 0 {
			a.observe(text)
		}
		if done := a.search(m, text); done != goesOn {
			m.found = done == matches
			return m.found
		}
	}
	return m.walk(re, text, 0)
}

// walk searches text from from on as Python does, without an automaton.
func (m *Matcher) walk(re *Regexp, text []byte, from int) bool {
	m.prog = re.program()
	if !m.prog.canBegin(text, from) {
		return false
	}
	m.prog = re.forMatcher()
	m.prepare(text)
	if m.prog.begin == atTextBegin {
		m.found = m.tryAt(0)
	} else {
		m.found = m.search(from)
	}
	m.release()
	return m.found
}

// maxText is the longest text that can be searched: positions are 32 bits wide, and so is the sum of two.
const maxText = manyTimes - 1

// Group returns the bytes from start to end that group i of the last search matched,
// group 0 being the whole match; -1, -1 if the group took no part, there is no such
// group or no match. It is valid until the next search.
func (m *Matcher) Group(i int) (start, end int) {
	if !m.found || i < 0 || 2*i >= m.prog.capture {
		return -1, -1
	}
	if i == 0 {
		return m.start, m.end
	}
	start, end = int(m.slots[2*i]), int(m.slots[2*i+1])
	if start < 0 || end < start {
		return -1, -1
	}
	return start, end
}

// Groups returns what Group does for all groups but group 0, for who asks about many of the last match: group i is from
// element 2*i to the one behind it. It took no part if the first of them is negative or greater than the second. It is valid until the
// next search.
func (m *Matcher) Groups() []int32 { return m.slots[:m.prog.capture] }

// Truncated reports whether the last search gave up, and so may have missed a match:
// a pattern with back-references exceeded its number of steps.
func (m *Matcher) Truncated() bool { return m.gaveUp }

// canBegin reports whether a match can begin at all in text from from on, as far as
// one look tells.
func (p *program) canBegin(text []byte, from int) bool {
	if p.begin != atTextBegin {
		return true
	}
	if from > 0 {
		return false
	}
	if len(text) == 0 {
		return p.first.hasEnd()
	}
	return p.first.has(text[0])
}

func (m *Matcher) prepare(text []byte) {
	m.text, m.code = text, m.prog.code
	m.start, m.over = -1, false
	m.work, m.pause, m.alarm = 0, engageAt, alarmAt
	m.needed.number = -1
	m.makeSlots()
	m.clearSlots()
	switch m.mode {
	case memoLate:
		if m.prog.whole {
			m.pause = glanceAt
		}
	case memoEarly:
		m.depth = 0
		m.decide()
	case memoNever:
		m.pause = workLimit
	}
}

// makeSlots makes room for the slots.
func (m *Matcher) makeSlots() {
	if n := m.prog.slots; cap(m.slots) < n {
		m.slots = make([]int32, n)
	} else {
		m.slots = m.slots[:n]
	}
}

// clearSlots sets all slots to -1, many at a time.
func (m *Matcher) clearSlots() {
	for rest := m.slots; len(rest) > 0; {
		rest = rest[copy(rest, unset[:]):]
	}
}

var unset = [32]int32{
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
}

// search tries one beginning after the other.
func (m *Matcher) search(at int) bool {
	for ; ; at++ {
		at = m.prog.nextBegin(m.text, at)
		if at < 0 {
			return false
		}
		if !m.possible(0, int32(at)) {
			continue
		}
		if m.tryAt(at) {
			return true
		}
		if m.gaveUp {
			return false
		}
		m.clearSlots()
	}
}

// tryAt looks for a match that begins at at.
func (m *Matcher) tryAt(at int) bool {
	m.depth, m.bodies, m.atomics, m.over = 0, 0, 0, false
	m.start = at
	end, ok := m.run(m.prog.entry, int32(at))
	m.end = int(end)
	return ok
}

// nextBegin returns the first place at or after at where a match may begin, -1 if
// there is none.
func (p *program) nextBegin(text []byte, at int) int {
	if len(p.prefix) > 0 {
		if i := bytes.Index(text[at:], p.prefix); i >= 0 {
			return at + i
		}
		return -1
	}
	for ; at < len(text); at++ {
		if p.begin == atLineBegin && at > 0 && text[at-1] != '\n' {
			next := bytes.IndexByte(text[at:], '\n')
			if next < 0 {
				return -1
			}
			at += next // the step of the loop goes past the line feed
			continue
		}
		if p.first.has(text[at]) {
			return at
		}
	}
	if at == len(text) && p.first.hasEnd() {
		return at
	}
	return -1
}
