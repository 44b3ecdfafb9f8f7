package pyre

import (
	"bytes"
	"slices"
)

// A Surveyor tells which lines of a text a Gate would let through, all of them at once: that takes less than to ask about each.
// It serves one goroutine. The zero Surveyor is ready.
type Surveyor struct {
	places []int32
	later  []int32 // a part of them
}

// Survey returns places in text, in ascending order. A line of text without any of them in it is one that g would refuse; of the others
// some may be. A line of text ends before a line feed. It learns nothing, and ok is false where g has nothing to go by. The
// places are valid until the next call.
func (s *Surveyor) Survey(g *Gate, text []byte) (places []int32, ok bool) {
	if len(g.needs) == 0 || len(text) > maxText {
		return nil, false
	}
	s.places = s.places[:0]
	s.find(g.needs[0].wanted, text)
	if len(g.needs) > 1 {
		s.keep(g.needs[1:], text)
	}
	return s.places, true
}

// find notes where one of the literals is.
func (s *Surveyor) find(w *wanted, text []byte) {
	by := w.search()
	for i := range by.few {
		before := len(s.places)
		s.look(&by.few[i], text)
		s.merge(before)
	}
	if by.many != nil {
		before := len(s.places)
		s.places = by.many.sweep(text, s.places)
		s.merge(before)
	}
}

// look notes where lines have the literal.
func (s *Surveyor) look(l *literal, text []byte) {
	for at := 0; at < len(text); at++ {
		next := l.index(text[at:])
		if next < 0 {
			break
		}
		s.places = append(s.places, int32(at+next))
		at = lineEnd(text, at+next)
	}
}

// merge puts all places in ascending order, as those before mid and the others each are.
func (s *Surveyor) merge(mid int) {
	if mid == 0 {
		return
	}
	s.later = append(s.later[:0], s.places[mid:]...)
	i, j := mid-1, len(s.later)-1
	for k := len(s.places) - 1; j >= 0; k-- {
		if i >= 0 && s.places[i] > s.later[j] {
			s.places[k] = s.places[i]
			i--
		} else {
			s.places[k] = s.later[j]
			j--
		}
	}
}

// keep drops the places whose line does not meet all of needs, and all but one of each line.
func (s *Surveyor) keep(needs []demand, text []byte) {
	kept, done := s.places[:0], 0 // lines that end before done are done with
	for _, at := range s.places {
		if int(at) < done {
			continue
		}
		from := bytes.LastIndexByte(text[:at], '\n') + 1
		done = lineEnd(text, int(at))
		if !slices.ContainsFunc(needs, func(d demand) bool { return !d.wanted.in(text[from:done]) }) {
			kept = append(kept, at)
		}
	}
	s.places = kept
}

// lineEnd returns where the line at at ends.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}
