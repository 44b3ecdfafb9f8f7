package pyre

import (
	"slices"
)

// A foresight is what a matcher has worked out of an outlook: its states so far, and which state comes before which. It is
// kept from search to search.
type foresight struct {
	outlook *outlook
	states  []uint64 // the bits of the spots of each state
	before  []uint16 // by state and class of byte: the number of the state before that, 0: not known yet
	dead    []bool   // by state: no match comes through a place with it
	numbers map[uint64]uint16
	scratch []uint64
	spent   int // spots looked at in this search
	glance  usefulness
}

const (
	mostForeseen   = 2000    // states
	mostForesights = 64      // programs
	foreseeCost    = 1 << 19 // spots that one search may look at
)

// foresee works out for every position of the text from which places a match can come. It fails if that takes too much.
func (m *Matcher) foresee() bool {
	f := m.foresightOf(m.prog)
	if f == nil {
		return false
	}
	n := len(m.text)
	m.ahead.at = slices.Grow(m.ahead.at[:0], n+1)[:n+1]
	if !f.read(m.text, m.ahead.at) {
		f.forget()
		return false
	}
	m.ahead.foresight = f
	return true
}

// An ahead is the foresight of the present search, if it has come to that.
type ahead struct {
	*foresight          // nil: none
	at         []uint16 // the states by position
}

// possible reports whether a match can come of going on at pc from pos. In an atomic group
// anything is possible: there a way that leads to no match still keeps others from being
// tried.
func (m *Matcher) possible(pc, pos int32) bool { return m.atomics > 0 || m.ahead.possible(pc, pos) }

func (a *ahead) possible(pc, pos int32) bool {
	if a.foresight == nil {
		return true
	}
	spot := a.outlook.spotOf[pc]
	return a.states[int(a.at[pos])*a.outlook.words+int(spot>>6)]>>(spot&63)&1 != 0
}

// foresightOf returns the foresight for p, nil if there is none.
func (m *Matcher) foresightOf(p *program) *foresight {
	if f, seen := m.foresights[p]; seen {
		return f
	}
	var f *foresight
	if o := p.outlook(); o != nil {
		f = &foresight{outlook: o}
		f.forget()
	}
	if m.foresights == nil || len(m.foresights) >= mostForesights {
		m.foresights = map[*program]*foresight{}
	}
	m.foresights[p] = f
	return f
}

// forget drops all states but state 0, in which nothing is possible: that of what follows the end.
func (f *foresight) forget() {
	words := f.outlook.words
	f.states = make([]uint64, words)
	f.before = make([]uint16, f.outlook.count)
	f.dead = []bool{true}
	f.numbers = map[uint64]uint16{}
	f.scratch = make([]uint64, words)
}

// read follows text from its end to its beginning, and sets at to the state at each position. It fails if the text needs
// more states, or work, than is good.
func (f *foresight) read(text []byte, at []uint16) bool {
	f.spent = 0
	o := f.outlook
	state, ok := f.step(0, o.ends)
	n := len(text)
	at[n] = state
	if ok && n > 0 && text[n-1] == '\n' {
		n--
		state, ok = f.step(state, o.last)
		at[n] = state
	}
	for n--; ok && n >= 0; n-- {
		class := o.classes[text[n]]
		if next := f.before[int(state)*o.count+int(class)]; next != 0 {
			state = next
		} else {
			state, ok = f.step(state, class)
		}
		at[n] = state
	}
	return ok
}

const (
	glanced     = 32  // bytes of the end of a text
	mostGlanced = 256 // states that are kept for that
)

// endsBadly reports whether the last bytes of the text are enough to tell that no match reaches its end.
func (m *Matcher) endsBadly() bool {
	f := m.foresightOf(m.prog)
	if f == nil || f.glance.rests() {
		return false
	}
	if len(f.dead) > mostGlanced {
		f.forget()
	}
	badly := f.endsBadly(m.text)
	f.glance.note(badly, worthSome)
	return badly
}

func (f *foresight) endsBadly(text []byte) bool {
	f.spent = 0
	o := f.outlook
	state, ok := f.step(0, o.ends)
	n := len(text)
	if ok && n > 0 && text[n-1] == '\n' {
		n--
		state, ok = f.step(state, o.last)
	}
	for least := max(0, n-glanced); ok && n > least && !f.dead[state]; {
		n--
		state, ok = f.step(state, o.classes[text[n]])
	}
	return ok && f.dead[state]
}

// step returns the state before a byte of the class, after which is the given state.
func (f *foresight) step(after uint16, class uint8) (uint16, bool) {
	o := f.outlook
	known := &f.before[int(after)*o.count+int(class)]
	if *known != 0 {
		return *known, true
	}
	if f.spent > foreseeCost {
		return 0, false
	}
	from := f.states[int(after)*o.words : int(after+1)*o.words]
	clear(f.scratch)
	for changed := true; changed; { // loops need a second round, nested ones a third
		changed = false
		for i := len(o.spots) - 1; i >= 0; i-- {
			if f.scratch[i>>6]>>(i&63)&1 == 0 && o.possible(int32(i), class, from, f.scratch) {
				f.scratch[i>>6] |= 1 << (i & 63)
				changed = true
			}
		}
		f.spent += len(o.spots)
	}
	number, ok := f.number()
	if ok {
		f.before[int(after)*o.count+int(class)] = number // may have moved
	}
	return number, ok
}

// possible reports whether a match can come of spot i before a byte of the class, when the spots at hand and those after
// the byte are known.
func (o *outlook) possible(i int32, class uint8, after, at []uint64) bool {
	s := &o.spots[i]
	has := func(set []uint64, spot int32) bool { return spot != noSpot && set[spot>>6]>>(spot&63)&1 != 0 }
	switch {
	case s.sure:
		return true
	case s.reads.has(class) && has(after, s.next), s.remains.has(class) && has(after, i):
		return true
	case !s.at.has(class):
		return false
	case s.both:
		return has(at, s.first) && has(at, s.second)
	}
	return has(at, s.first) || has(at, s.second)
}

// number returns the number of the state in scratch.
func (f *foresight) number() (uint16, bool) {
	words := f.outlook.words
	key := hashOf(f.scratch)
	number, seen := f.numbers[key]
	if seen && slices.Equal(f.states[int(number)*words:int(number+1)*words], f.scratch) {
		return number, true
	}
	count := len(f.states) / words
	if count >= mostForeseen {
		return 0, false
	}
	f.states = append(f.states, f.scratch...)
	f.before = append(f.before, make([]uint16, f.outlook.count)...)
	f.dead = append(f.dead, !intersects(f.scratch, f.outlook.within))
	if !seen {
		f.numbers[key] = uint16(count)
	}
	return uint16(count), true
}

// intersects reports whether two sets have a spot in common.
func intersects(a, b []uint64) bool {
	for i := range a {
		if a[i]&b[i] != 0 {
			return true
		}
	}
	return false
}

// hashOf mixes the words of a set.
func hashOf(set []uint64) uint64 {
	h := uint64(len(set))
	for _, w := range set {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}
