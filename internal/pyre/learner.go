package pyre

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// A learner works out the entries of an automaton. It follows all ways through the program side by side, each of them byte by byte.
type learner struct {
	*alphabet
	prog     *program
	tables   *tables
	states   []state // by number, divided by the number of classes
	numbers  map[state]uint32
	key      []byte // of the state at hand, the memory
	moves    int    // in use
	full     bool   // a limit has been reached
	refused  int    // entries since then
	follower follower

	beginning []byte // what texts have begun with that were observed
	observed  int    // how many these are
	draft     habit  // that is about to be made, without its text
}

// Limits of an automaton. One that has reached them is of no use for texts that need more; when there are many of these it begins anew.
const (
	mostSteps   = 64 << 10 // of the follower: some milliseconds
	mostEntries = 16 << 10
	mostMoves   = 1 << 10
	mostRefused = 4 << 10
	mostAnswers = 3
)

// newAutomaton returns the automaton of p, nil if it can have none.
func newAutomaton(p *program) *automaton {
	letters := newAlphabet(p)
	l := &learner{alphabet: letters, prog: p}
	if !l.follower.init(p, letters) {
		return nil
	}
	l.begin()
	a := &automaton{alphabet: *letters, prog: p, learner: l}
	a.tables.Store(l.tables)
	return a
}

// begin starts from nothing.
func (l *learner) begin() {
	const room, forMoves = 16, 32 // few need more moves, and to enlarge tables takes copying
	l.tables = &tables{entries: make([]uint32, room*len(l.samples)), moves: make([]move, forMoves), born: new(int)}
	l.moves = copy(l.tables.moves, []move{{kind: moveLearn}, {kind: moveFail}, {kind: moveLeave}})
	l.states, l.numbers = nil, map[state]uint32{}
	l.follower.steps, l.refused, l.full = 0, 0, false
	first := way{place{l.prog.entry, 0}, make([]uint8, l.prog.slots)}
	v := l.shortCut(first, l.end)
	if v.text.text == "" || v.kind != moveToText {
		v = move{next: l.number([]way{first}, l.end)}
	}
	l.tables.opening, l.tables.first = v.text, v.next
}

// entry returns the entry of a state and class, entryUnknown if there is no room for it.
func (l *learner) entry(state uint32, class uint8) uint32 {
	if l.full {
		if l.refused++; l.refused >= mostRefused {
			l.begin()
		}
		return entryUnknown
	}
	entry := l.step(state, class, nil)
	l.full = l.full || l.follower.steps > mostSteps
	if l.full {
		return entryUnknown
	}
	return entry
}

// step returns the entry of a state and class, given answers to what was asked about the text.
func (l *learner) step(number uint32, class uint8, answers []answer) uint32 {
	if class == beyondASCII {
		return entryLeave
	}
	s := l.states[int(number)/len(l.samples)]
	ways, asked := l.follower.follow(s, class, answers)
	switch {
	case asked != "" && len(answers) == mostAnswers:
		return entryLeave
	case asked != "":
		answers = slices.Clip(answers)
		yes := l.step(number, class, append(answers, answer{asked, true}))
		no := l.step(number, class, append(answers, answer{asked, false}))
		return l.addMove(move{kind: moveAsk, text: newLit(asked), next: yes, other: no})
	case len(ways) == 0:
		return entryFail
	}
	register := l.chooseRegister(ways)
	if ways[0].at.pc == matched {
		return l.addMove(move{kind: moveMatch, register: register, slots: slices.Clone(ways[0].bounds[:l.prog.capture])})
	}
	return l.arrive(ways, class, register)
}

// chooseRegister gives the bounds that are set now a register, and returns that; 0 if there are none.
func (l *learner) chooseRegister(ways []way) uint8 {
	if !l.follower.noted {
		return 0
	}
	used, wanted := uint32(1), false // by register; nobody reads that with number 0
	for _, w := range ways {
		for _, r := range w.bounds {
			if r == now {
				wanted = true
			} else {
				used |= 1 << r
			}
		}
	}
	if !wanted {
		return 0
	}
	register := uint8(bits.TrailingZeros32(^used))
	if register >= mostRegisters {
		l.full = true
		return 0
	}
	for _, w := range ways {
		for slot, r := range w.bounds {
			if r == now {
				w.bounds[slot] = register
			}
		}
	}
	return register
}

// arrive returns the entry that leads to the state of ways, behind a byte of the class before.
func (l *learner) arrive(ways []way, before, register uint8) uint32 {
	if len(ways) == 1 {
		if v := l.shortCut(ways[0], before); v.text.text != "" {
			v.register = register
			return l.addMove(v)
		}
	}
	return l.number(ways, before) | uint32(register)<<noteShift
}

// shortestJump is the length from which on it is worth while to compare a string as a whole.
const shortestJump = 4

// shortCut returns a move that goes on along a way, the only one, to the end of a string or of a run up to one byte. It has no text
// if there is none.
func (l *learner) shortCut(w way, before uint8) (v move) {
	if w.at.pc == matched {
		return v
	}
	switch in := &l.prog.code[w.at.pc]; in.op {
	case iLit:
		text := l.prog.lits[in.n].text[w.at.off:]
		end := text[len(text)-1]
		if len(text) >= shortestJump && end < utf8.RuneSelf && !strings.Contains(text, "\n") {
			w.at = place{w.at.pc + 1, 0}
			v = move{kind: moveToText, text: newLit(text), next: l.number([]way{w}, l.classes[end])}
		}
	case iRunAll:
		if in.flags&flagStop != 0 && w.at.off == in.x && !l.follower.looksBack[w.at.pc] {
			v = move{kind: moveToByte, text: newLit(string(in.c)), next: l.number([]way{w}, before)}
		}
	}
	return v
}

// number returns the number of the state of ways.
func (l *learner) number(ways []way, before uint8) uint32 {
	if !l.follower.lookBack(ways) {
		before = noClass
	}
	l.key = append(l.key[:0], before)
	for i, w := range ways {
		l.key = appendWay(l.key, w, i > 0 && bytes.Equal(w.bounds, ways[i-1].bounds))
	}
	if n, known := l.numbers[state(l.key)]; known {
		return n
	}
	n := len(l.states) * len(l.samples)
	if n+len(l.samples) > mostEntries {
		l.full = true
		return 0
	}
	if t := l.tables; n+len(l.samples) > len(t.entries) {
		l.tables = t.enlarged(min(4*len(t.entries), mostEntries), len(t.moves))
	}
	for i := range l.samples {
		l.tables.entries[n+i] = entryUnknown
	}
	s := state(l.key)
	l.states = append(l.states, s)
	l.numbers[s] = uint32(n)
	return uint32(n)
}

// addMove returns the entry of a move.
func (l *learner) addMove(v move) uint32 {
	if l.moves >= mostMoves {
		l.full = true
		return entryLeave
	}
	if t := l.tables; l.moves == len(t.moves) {
		l.tables = t.enlarged(len(t.entries), 2*len(t.moves))
	}
	l.tables.moves[l.moves] = v
	l.moves++
	return isMove + uint32(l.moves-1)
}

// enlarged returns a copy of t with room for so many.
func (t *tables) enlarged(entries, moves int) *tables {
	larger := &tables{t.opening, t.first, t.habit, make([]uint32, entries), make([]move, moves), t.born}
	copy(larger.entries, t.entries)
	copy(larger.moves, t.moves)
	return larger
}
