package pyre

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A multiScan looks for many literals in one pass over a text. It looks for grams, a few bytes side by side that the literals have and
// most other texts have not, and where it sees one, whether that is part of a literal. Where the machine can, a sieve looks at every
// place of the text for one gram of each literal; elsewhere leaps go from place to place and look for more grams. It does not change and
// may be shared.
type multiScan struct {
	mask  uint32         // of the bytes of a gram
	parts []part         // in the order of their hashes
	after [hashes]uint16 // one more than the index of the first part whose hash is in this word of a bitmap, 0 if there is none
	sieve *sieve         // nil: there are leaps
	leaps *leaps
}

// A part is a gram of a literal.
type part struct {
	hash       uint32
	at         int    // where it stands in the literal
	head, mask uint64 // the first eight bytes of the literal, and which of them there are
	literal    []byte
}

const (
	maxGram   = 4
	hashBits  = 16
	hashes    = 1 << hashBits / 64 // words of a bitmap of all hashes
	minWindow = 3
	mostScan  = 255
)

// canScan reports whether the literals are neither too many nor too short to gain anything.
func canScan(c clause) bool { return 0 < len(c) && len(c) <= mostScan && shortest(c) >= minWindow }

// newSievingScan returns a scan with a sieve, nil if the machine has none or it would gain little.
func newSievingScan(c clause) *multiScan {
	if !canScan(c) || !canSift() {
		return nil
	}
	gram := min(maxGram, shortest(c))
	chances := newGramChances(gram)
	chances.share(c)
	s := newScan(gram, len(c))
	grams := make([]string, len(c))
	for i, literal := range c {
		at := chances.rarest(literal, 1)
		grams[i] = literal[at : at+gram]
		s.add(literal, at, 1)
	}
	s.order()
	if s.sieve = newSieve(grams); s.sieve == nil {
		return nil
	}
	return s
}

// newLeapingScan returns a scan with leaps, nil if it would gain nothing.
func newLeapingScan(c clause) *multiScan {
	if !canScan(c) {
		return nil
	}
	gram, leap := gramFor(c), leapFor(c)
	chances := newGramChances(gram)
	s := newScan(gram, len(c)*leap)
	for _, literal := range c {
		s.add(literal, chances.rarest(literal, leap), leap)
	}
	s.order()
	s.leaps = newLeaps(leap, s.parts)
	return s
}

func newScan(gram, parts int) *multiScan {
	return &multiScan{mask: gramMask(gram), parts: make([]part, 0, parts)}
}

func gramMask(gram int) uint32 { return ^uint32(0) >> (32 - 8*gram) }

// add makes n grams of the literal parts, which stand side by side from at on.
func (s *multiScan) add(literal string, at, n int) {
	text := append([]byte(literal), make([]byte, 8)...) // so that eight bytes can be read of the last ones
	p := part{literal: text[:len(literal)], mask: ^uint64(0)}
	if len(literal) < 8 {
		p.mask >>= 64 - 8*len(literal)
	}
	p.head = binary.LittleEndian.Uint64(text)
	for p.at = at; p.at < at+n; p.at++ {
		p.hash = hashOfGram(binary.LittleEndian.Uint32(text[p.at:]) & s.mask)
		s.parts = append(s.parts, p)
	}
}

// order puts the parts in order, all of which have been added.
func (s *multiScan) order() {
	slices.SortFunc(s.parts, func(a, b part) int { return cmp.Compare(a.hash, b.hash) })
	for i, p := range slices.Backward(s.parts) {
		s.after[p.hash/64] = uint16(i + 1)
	}
}

// hashOfGram returns the hash of the bytes of a gram, read as one number.
func hashOfGram(gram uint32) uint32 { return gram * 0x9e3779b1 >> (32 - hashBits) }

// in reports whether text contains one of the literals.
func (s *multiScan) in(text []byte) bool {
	var places [sieveBlock]int32
	for at := 0; at < len(text); {
		n, next := s.find(text, at, places[:])
		for _, p := range places[:n] {
			if s.isAround(text, int(p)) {
				return true
			}
		}
		at = next
	}
	return false
}

// sweep appends to places where grams stand in text that are part of one of the literals there.
func (s *multiScan) sweep(text []byte, places []int32) []int32 {
	for at := 0; at < len(text); {
		places = slices.Grow(places, 2*sieveBlock)
		n, next := s.find(text, at, places[len(places):cap(places)])
		for _, p := range places[len(places) : len(places)+n] {
			if s.isAround(text, int(p)) {
				places = append(places, p)
			}
		}
		at = next
	}
	return places
}

// find writes to places where in text, at from or behind it, grams may stand, until it is through or has no room for a block of
// them. It returns how many it has written and where to go on.
func (s *multiScan) find(text []byte, from int, places []int32) (n, next int) {
	if s.sieve != nil {
		return s.sieve.find(text, from, places)
	}
	return s.leaps.find(text, from, s.mask, places)
}

// isAround reports whether one of the literals is in text so that one of its grams stands at i.
func (s *multiScan) isAround(text []byte, i int) bool {
	if i+maxGram > len(text) {
		return s.isAroundEnd(text, i)
	}
	return s.isPart(binary.LittleEndian.Uint32(text[i:])&s.mask, text, i)
}

// isAroundEnd is isAround where fewer than four bytes are left.
func (s *multiScan) isAroundEnd(text []byte, i int) bool {
	var four [maxGram]byte
	if copy(four[:], text[i:])*8 < bits.Len32(s.mask) {
		return false
	}
	return s.isPart(binary.LittleEndian.Uint32(four[:])&s.mask, text, i)
}

// isPart reports whether gram, which stands at i in text, is part of one of the literals there.
func (s *multiScan) isPart(gram uint32, text []byte, i int) bool {
	hash := hashOfGram(gram)
	after := int(s.after[hash/64])
	if after == 0 {
		return false
	}
	for k := after - 1; k < len(s.parts) && s.parts[k].hash <= hash; k++ {
		if p := &s.parts[k]; p.hash == hash && i >= p.at && p.begins(text[i-p.at:]) {
			return true
		}
	}
	return false
}

// begins reports whether text begins with the literal of p.
func (p *part) begins(text []byte) bool {
	if len(text) < 8 {
		return bytes.HasPrefix(text, p.literal)
	}
	return (binary.LittleEndian.Uint64(text)^p.head)&p.mask == 0 && (len(p.literal) <= 8 || bytes.HasPrefix(text, p.literal))
}
