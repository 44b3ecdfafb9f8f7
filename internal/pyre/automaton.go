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
	prog   *program
	tables atomic.Pointer[tables]

	learning sync.Mutex // guards learner, and writing in tables
	learner  *learner
}

// Tables are read while they are added to: entries by atomic operations, and what they tell of does not change any more. Where they
// become too small, larger ones take their place; those that a search has at hand stay valid.
type tables struct {
	opening lit    // what every match begins with, perhaps nothing
	first   uint32 // the state behind it
	habit   *habit // nil: none
	entries []uint32
	moves   []move
	born    *int // the same for all tables that number states alike
}

// An entry tells by the number of a state and the class of the next byte what comes of it: the number of the next state, and above
// noteShift the register in which the position before the byte is to be noted; or isMove and the number of a move. The number of a state
// is where its entries begin. Nobody reads register 0.
const (
	isMove        = 1 << 31
	noteShift     = 16
	stateMask     = 1<<noteShift - 1
	mostRegisters = 32
)

// The entries of moves that every automaton has, in this order.
const (
	entryUnknown = isMove + iota // still to be worked out
	entryFail
	entryLeave
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
	moveToText moveKind = iota // behind the byte there must be text, and behind that the state is next
	moveToByte                 // behind the byte all is read up to the byte that text is, and the state is next
	moveAsk                    // the entry is next if text stands in front of the byte, else other
	moveMatch                  // the groups are as slots say, and the match ends in front of the byte
	moveLearn                  // it is still to be worked out
	moveFail                   // there is no match
	moveLeave                  // only the matcher can tell
)

// search looks for a match at the beginning of text. It goes on where only the matcher can tell.
func (a *automaton) search(m *Matcher, text []byte) outcome {
	t, registers, body := a.tables.Load(), &m.registers, text
	if n := len(text); n > 0 && text[n-1] == '\n' { // is of another class
		body = text[:n-1]
	}
	state, pos := t.begin(registers, text)
	if pos < 0 {
		return fails
	}
	for {
		var entry uint32
		if entry, state, pos = t.read(&a.alphabet, registers, body, state, pos); pos >= len(body) {
			entry = atomic.LoadUint32(&t.entries[state+uint32(a.classAt(text, pos))])
		}
	again:
		if entry < isMove {
			registers[entry>>noteShift%mostRegisters] = int32(pos)
			state = entry & stateMask
			pos++
			continue
		}
		v := &t.moves[entry-isMove]
		switch v.kind {
		case moveLearn:
			t, entry = a.learn(t, state, a.classAt(text, pos))
			goto again
		case moveAsk:
			if entry = v.other; v.text.stands(text[pos:]) {
				entry = v.next
			}
			goto again
		case moveFail:
			return fails
		case moveLeave:
			return goesOn
		case moveMatch:
			registers[v.register%mostRegisters] = int32(pos)
			m.takeGroups(v.slots)
			return matches
		case moveToText:
			registers[v.register%mostRegisters] = int32(pos)
			if pos++; !v.text.stands(text[pos:]) {
				return fails
			}
			pos += len(v.text.text)
		case moveToByte:
			registers[v.register%mostRegisters] = int32(pos)
			pos = indexFrom(text, pos+1, v.text.text[0])
		}
		state = v.next
	}
}

// read goes from state to state as long as bytes of body lead on. It returns the entry that is a move, and where it has come to.
//
// What takes most of the time is to wait for an entry that the next one depends on. So what is likely is guessed, and the entry only
// compared with it, which the processor need not wait for: that the state stays the same, as in a run, or that the one comes next that
// was new next, as in a string.
func (t *tables) read(a *alphabet, registers *[mostRegisters]int32, body []byte, state uint32, pos int) (uint32, uint32, int) {
	entries, row := t.entries, uint32(len(a.samples))
	for uint(pos) < uint(len(body)) {
		entry := atomic.LoadUint32(&entries[state+uint32(a.classes[body[pos]])])
		if entry == state {
			pos++
			continue
		}
		if entry == state+row {
			state += row
			pos++
			continue
		}
		if entry >= isMove {
			return entry, state, pos
		}
		registers[entry>>noteShift%mostRegisters] = int32(pos)
		pos++
		if next := entry & stateMask; next != state+row {
			state = next
		} else {
			state += row
		}
	}
	return 0, state, pos
}

// indexFrom returns where c first stands from pos on, or the end of text.
func indexFrom(text []byte, pos int, c byte) int {
	if i := bytes.IndexByte(text[pos:], c); i >= 0 {
		return pos + i
	}
	return len(text)
}

// begin returns the state behind what text begins with, and where that is; -1 if there is no match.
func (t *tables) begin(registers *[mostRegisters]int32, text []byte) (state uint32, pos int) {
	if h := t.habit; h != nil && h.text.stands(text) {
		for _, n := range h.notes {
			registers[n.register%mostRegisters] = n.pos
		}
		return h.state, len(h.text.text)
	}
	if !t.opening.stands(text) {
		return 0, -1
	}
	return t.first, len(t.opening.text)
}

// stands reports the same as begins. It is quicker where much is to be compared.
func (l *lit) stands(text []byte) bool {
	n := len(l.text)
	if len(text) < wordSize {
		return len(text) >= n && string(text[:n]) == l.text
	}
	if (binary.LittleEndian.Uint64(text)^l.head)&l.mask != 0 {
		return false
	}
	if n <= wordSize {
		return true
	}
	if len(text) < n || binary.LittleEndian.Uint64(text[n-wordSize:]) != l.tail {
		return false
	}
	return n <= 2*wordSize || string(text[wordSize:n-wordSize]) == l.text[wordSize:n-wordSize]
}

// takeGroups notes a match whose groups are in registers.
func (m *Matcher) takeGroups(slots []uint8) {
	m.makeSlots()
	registers, groups := &m.registers, m.slots[:len(slots)]
	registers[0] = -1
	for slot, register := range slots {
		groups[slot] = registers[register%mostRegisters]
	}
	m.start, m.end = 0, int(groups[1])
}

// learn works out what comes of a class of bytes in a state. It returns the tables to go on with, and the entry.
func (a *automaton) learn(t *tables, state uint32, class uint8) (*tables, uint32) {
	a.learning.Lock()
	defer a.learning.Unlock()
	l := a.learner
	if t.born != l.tables.born {
		return t, entryLeave
	}
	if l.tables.entries[state+uint32(class)] == entryUnknown {
		entry := l.entry(state, class)
		if l.tables != t {
			a.tables.Store(l.tables)
		}
		if entry == entryUnknown {
			return t, entryLeave
		}
		atomic.StoreUint32(&l.tables.entries[state+uint32(class)], entry)
	}
	return l.tables, l.tables.entries[state+uint32(class)]
}

// observe lets a text, one of some, tell what texts begin with.
func (a *automaton) observe(text []byte) {
	a.learning.Lock()
	defer a.learning.Unlock()
	a.learner.observe(text)
	a.tables.Store(a.learner.tables)
}
