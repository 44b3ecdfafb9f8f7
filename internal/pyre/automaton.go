package pyre

import (
	"bytes"
	"encoding/binary"
	"sync"
	"sync/atomic"
)

// An automaton reads texts byte by byte, without ever going back: a state stands for all ways that the matcher would try, in their
// order, and for what is known about the bounds of groups on each of them. States are worked out as texts need them, see learner.go,
// and serve all matchers. It knows ASCII only, and leaves other texts, and those that need too many states, to the matcher.
//
// Bounds of groups are kept in registers, and a state knows which of them holds which bound on each way. A register is not set again
// as long as a way needs it, so ways part without copies.
type automaton struct {
	alphabet
	tables atomic.Pointer[tables]

	learning sync.Mutex // guards learner, and writing in tables
	learner  *learner
}

// Tables are read while they are added to: entries by atomic operations, and what they tell of does not change any more. Where they
// become too small, larger ones take their place; those that a search has at hand stay valid.
type tables struct {
	entries []uint32
	moves   []move
	born    *int // the same for all tables that number states alike
}

// An entry tells by the number of a state and the class of the next byte what comes of it: the number of the next state; or isMove and
// the number of a move; or 0 if that is still to be worked out. The number of a state is where its entries begin. The first of them,
// of a class that no byte has, is the register in which the position before the last byte is to be noted. Nobody reads register 0.
const (
	isMove        = 1 << 16
	mostRegisters = 32
)

// The moves that every automaton has.
const (
	entryFail = isMove + iota
	entryLeave
	entryBegin
	firstMove = iota
)

// A move is what comes of a byte where that is more than another state.
type move struct {
	kind     moveKind
	register uint8   // in which the position before the byte is noted
	next     uint32  // a state, or an entry of moveAsk
	other    uint32  // an entry
	text     lit     // what is in the text
	slots    []uint8 // the registers with the bounds of groups
}

type moveKind uint8

const (
	moveFail   moveKind = iota // there is no match
	moveLeave                  // only the matcher can tell
	moveMatch                  // the groups are as slots say, and the match ends in front of the byte
	moveAsk                    // the entry is next if text stands in front of the byte, else other
	moveToText                 // behind the byte there must be text, and behind that the state is next
	moveToByte                 // behind the byte all is read up to the byte that text is, and the state is next
)

// search looks for a match at the beginning of text. It goes on where only the matcher can tell.
func (a *automaton) search(m *Matcher, text []byte) outcome {
	t, regs, body := a.tables.Load(), &m.registers, text
	if n := len(text); n > 0 && text[n-1] == '\n' { // is of another class
		body = text[:n-1]
	}
	state, pos, entry := uint32(0), -1, uint32(entryBegin)
	for {
		var done outcome
		if t, state, pos, done = a.move(m, t, text, state, pos, entry); done != goesOn {
			return done
		}
		if pos < 0 {
			return goesOn
		}
		entries := t.entries
		for {
			if pos >= len(body) {
				entry = atomic.LoadUint32(&entries[state+uint32(a.classAt(text, pos))])
				break
			}
			next := atomic.LoadUint32(&entries[state+uint32(a.classes[body[pos]])])
			if next == state { // no register is set there; to guess so saves waiting for next
				pos++
				continue
			}
			if next-1 >= isMove-1 {
				entry = next
				break
			}
			regs[entries[next]%mostRegisters] = int32(pos)
			state = next
			pos++
		}
	}
}

// move does what comes of the byte at pos by an entry. It returns where it leads to; the position is -1 where only the matcher can tell.
func (a *automaton) move(m *Matcher, t *tables, text []byte, state uint32, pos int, entry uint32) (*tables, uint32, int, outcome) {
	for {
		if entry == 0 {
			t, entry = a.learn(t, state, a.classAt(text, pos))
		}
		if entry < isMove {
			m.registers[t.entries[entry]%mostRegisters] = int32(pos)
			return t, entry, pos + 1, goesOn
		}
		v := &t.moves[entry-isMove]
		switch v.kind {
		case moveFail:
			return t, 0, pos, fails
		case moveLeave:
			return t, 0, -1, goesOn
		case moveMatch:
			m.registers[v.register] = int32(pos)
			m.takeGroups(v.slots)
			return t, 0, pos, matches
		case moveAsk:
			if entry = v.other; v.text.stands(text[pos:]) {
				entry = v.next
			}
			continue
		}
		m.registers[v.register] = int32(pos)
		if pos = v.pass(text, pos+1); pos < 0 {
			return t, 0, pos, fails
		}
		return t, v.next, pos, goesOn
	}
}

// pass returns where a move to text or a byte leads to behind pos, -1 if nowhere.
func (v *move) pass(text []byte, pos int) int {
	if v.kind == moveToText {
		if !v.text.stands(text[pos:]) {
			return -1
		}
		return pos + len(v.text.text)
	}
	i := bytes.IndexByte(text[pos:], v.text.text[0])
	if i >= 0 {
		return pos + i
	}
	return len(text)
}

// stands reports the same as begins. It is quicker where much is to be compared.
func (l *lit) stands(text []byte) bool {
	if len(text) < wordSize {
		return len(text) >= len(l.text) && string(text[:len(l.text)]) == l.text
	}
	if (binary.LittleEndian.Uint64(text)^l.head)&l.mask != 0 {
		return false
	}
	return len(l.text) <= wordSize || len(text) >= len(l.text) && string(text[wordSize:len(l.text)]) == l.text[wordSize:]
}

// takeGroups notes a match whose groups are in registers.
func (m *Matcher) takeGroups(slots []uint8) {
	m.makeSlots()
	m.registers[0] = -1
	for slot := 2; slot < len(slots); slot++ {
		m.slots[slot] = m.registers[slots[slot]]
	}
	m.start, m.end = 0, int(m.registers[slots[1]])
}

// learn works out what comes of a class of bytes in a state. It returns the tables to go on with, and the entry.
func (a *automaton) learn(t *tables, state uint32, class uint8) (*tables, uint32) {
	a.learning.Lock()
	defer a.learning.Unlock()
	l := a.learner
	if t.born != l.tables.born {
		return t, entryLeave
	}
	if l.tables.entries[state+uint32(class)] == 0 {
		entry := l.entry(state, class)
		a.tables.Store(l.tables)
		if entry == 0 {
			return t, entryLeave
		}
		atomic.StoreUint32(&l.tables.entries[state+uint32(class)], entry)
	}
	return l.tables, l.tables.entries[state+uint32(class)]
}
