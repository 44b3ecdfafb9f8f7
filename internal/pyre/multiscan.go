package pyre

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
)

// A multiScan looks for many literals in one pass over a text. It looks at pairs of bytes and knows for each how far the
// end of a literal can be from there at least, so most of the text is skipped (the algorithm of Wu and Manber). It does
// not change and may be shared.
type multiScan struct {
	window int        // length of the part of each literal that is looked for
	shift  *pairTable // bytes that can be skipped; 0: a window may end here
	first  *pairTable // the first of the parts that end with this pair, if shift is 0
	parts  []part     // in the order of their last pairs
	sweep  func() *sweep
}

// A part is a literal, where the window in it begins, and the pairs that the window begins and ends with.
type part struct {
	literal    []byte
	at         int
	begin, end uint16
}

const (
	pairs     = 1 << 12 // that are told apart
	minWindow = 3
	maxWindow = 16
	mostScan  = 255
)

type pairTable [pairs]uint8

// newMultiScan returns nil for literals that are too many or too short to gain anything.
func newMultiScan(c clause) *multiScan {
	if len(c) == 0 || len(c) > mostScan {
		return nil
	}
	s := &multiScan{window: maxWindow, shift: new(pairTable), first: new(pairTable)}
	for _, literal := range c {
		s.window = min(s.window, len(literal))
	}
	if s.window < minWindow {
		return nil
	}
	for i := range s.shift {
		s.shift[i] = uint8(s.window - 1)
	}
	for _, literal := range c {
		s.add(literal)
	}
	slices.SortStableFunc(s.parts, func(a, b part) int { return cmp.Compare(b.end, a.end) })
	for i, p := range slices.Backward(s.parts) {
		s.first[p.end] = uint8(i)
	}
	s.sweep = sync.OnceValue(func() *sweep { return newSweep(s) })
	return s
}

func (s *multiScan) add(literal string) {
	at := windowIn(literal, s.window)
	window := []byte(literal[at : at+s.window])
	p := part{literal: []byte(literal), at: at, begin: pair(window)}
	for k := range len(window) - 1 {
		p.end = pair(window[k:])
		s.shift[p.end] = min(s.shift[p.end], uint8(len(window)-2-k))
	}
	s.parts = append(s.parts, p)
}

// windowIn returns where in literal the n bytes are whose last two are the rarest pair: there the scan stops to compare.
func windowIn(literal string, n int) int {
	best := 0
	for i := range len(literal) - n + 1 {
		if to := i + n; chance(clause{literal[to-2 : to]}) < chance(clause{literal[best+n-2 : best+n]}) {
			best = i
		}
	}
	return best
}

// pair returns the number of the pair that text begins with. Some pairs share one.
func pair(text []byte) uint16 {
	v := binary.LittleEndian.Uint16(text)
	return (v ^ v>>5) % pairs
}

// in reports whether text contains one of the literals. It scans both halves of the text at the same time, since a step
// takes longer to answer than to ask: where the next one looks depends on it.
func (s *multiScan) in(text []byte) bool {
	first, last := s.window-2, len(text)-2 // where the pairs stand that windows end with
	half := (first + last + 1) / 2
	i, k := first, half
	for i < half && k <= last {
		one, two := pair(text[i:]), pair(text[k:])
		skip, jump := int(s.shift[one]), int(s.shift[two])
		if skip == 0 {
			if s.endsAt(text, i+2, one) {
				return true
			}
			skip = 1
		}
		if jump == 0 {
			if s.endsAt(text, k+2, two) {
				return true
			}
			jump = 1
		}
		i, k = i+skip, k+jump
	}
	return s.between(text, i, half-1) || s.between(text, max(k, first), last)
}

// between reports whether text contains one of the literals so that its window ends with a pair from i to last.
func (s *multiScan) between(text []byte, i, last int) bool {
	for i <= last {
		at := pair(text[i:])
		if skip := int(s.shift[at]); skip > 0 {
			i += skip
			continue
		}
		if s.endsAt(text, i+2, at) {
			return true
		}
		i++
	}
	return false
}

// endsAt reports whether one of the literals is in text so that its window ends at to, with the given pair.
func (s *multiScan) endsAt(text []byte, to int, end uint16) bool {
	begin := pair(text[to-s.window:])
	for i := int(s.first[end]); i < len(s.parts) && s.parts[i].end == end; i++ {
		p := &s.parts[i]
		if p.begin != begin {
			continue
		}
		if from := to - s.window - p.at; from >= 0 && bytes.HasPrefix(text[from:], p.literal) {
			return true
		}
	}
	return false
}
