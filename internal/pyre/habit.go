package pyre

import "slices"

// A habit is what texts have begun with of late, behind which an automaton knows its state without reading: in logs the name of the
// machine and of the program, or all of a message up to its first name or number.
type habit struct {
	text  lit
	state uint32 // behind text
	notes []note // the positions noted on the way
}

type note struct {
	register uint8
	pos      int32
}

const (
	observeEvery  = 128 // searches of a matcher
	witnesses     = 5   // texts that must begin alike to make a habit
	shortestHabit = 8   // bytes; fewer are read as fast
	longestHabit  = 96  // bytes
)

// observe lets a text, one of some, tell what texts begin with.
func (l *learner) observe(text []byte) {
	if l.observed == 0 {
		l.beginning = append(l.beginning[:0], text[:min(len(text), longestHabit)]...)
	}
	l.beginning = l.beginning[:alike(l.beginning, text)]
	if l.observed++; l.observed < witnesses {
		return
	}
	l.observed = 0
	l.setHabit()
}

// alike returns how many bytes a and b begin with are the same.
func alike(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// setHabit makes a habit of what texts begin with, if that is not the one that there is. There is none if it is too short.
func (l *learner) setHabit() {
	text := l.beginning[:l.readHabit(&l.draft)]
	old := l.tables.habit
	if old == nil && len(text) < shortestHabit || old != nil && old.text.text == string(text) {
		return
	}
	t := *l.tables
	t.habit = nil
	if len(text) >= shortestHabit {
		t.habit = &habit{newLit(string(text)), l.draft.state, slices.Clone(l.draft.notes)}
	}
	l.tables = &t
}

// readHabit reads what texts begin with, as far as it is known what comes of that and no byte behind it has a say. It returns how far that
// is, 0 if reading would not be worth it. Numbers that begin alike will not for long.
func (l *learner) readHabit(h *habit) int {
	t, text := l.tables, l.beginning
	for len(text) > 0 && '0' <= text[len(text)-1] && text[len(text)-1] <= '9' {
		text = text[:len(text)-1]
	}
	if !t.opening.stands(text) {
		return 0
	}
	pos := len(t.opening.text)
	h.state, h.notes = t.first, h.notes[:0]
	for pos < len(text) && text[pos] != '\n' {
		entry := t.entries[h.state+uint32(l.classes[text[pos]])]
		if entry < isMove {
			h.note(entry>>noteShift, pos)
			h.state = entry & stateMask
			pos++
			continue
		}
		v := &t.moves[entry-isMove]
		if v.kind != moveToText || !v.text.stands(text[pos+1:]) {
			break
		}
		h.note(uint32(v.register), pos)
		h.state = v.next
		pos += 1 + len(v.text.text)
	}
	if pos == len(t.opening.text) {
		return 0
	}
	return pos
}

// note notes a position, and forgets what was noted in the register before.
func (h *habit) note(register uint32, pos int) {
	if register == 0 { // nobody reads that
		return
	}
	for i := range h.notes {
		if h.notes[i].register == uint8(register) {
			h.notes[i].pos = int32(pos)
			return
		}
	}
	h.notes = append(h.notes, note{uint8(register), int32(pos)})
}
