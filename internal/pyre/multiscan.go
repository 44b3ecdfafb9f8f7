package pyre

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A multiScan looks for many literals in one pass over a text, and of long ones for a part of them. It looks for grams, a few bytes side
// by side that the literals have and most other texts have not, and where it sees one, whether that is part of a literal. Where the
// machine can, a sieve looks at every place of the text for one gram of each literal; elsewhere leaps go from place to place and look for
// more grams. It does not change and may be shared.
type multiScan struct {
	mask  uint32         // of the bytes of a gram
	parts []part         // in the order of their hashes
	after [hashes]uint16 // one more than the index of the first part whose hash is in this word of a bitmap, 0 if there is none
	sieve *sieve         // nil: there are leaps
	leaps *leaps
}

// A part is a gram of a literal.
type part struct {
	hash    uint32
	of      uint8 // the number of the literal
	at      int   // where it stands in the literal
	literal lit
}

const (
	maxGram   = 4
	hashBits  = 16
	hashes    = 1 << hashBits / 64 // words of a bitmap of all hashes
	minWindow = 3
	maxWindow = 2 * wordSize // bytes of a literal that are looked for at most
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
		s.add(i, literal, at, 1)
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
	for i, literal := range c {
		s.add(i, literal, chances.rarest(literal, leap), leap)
	}
	s.order()
	s.leaps = newLeaps(leap, s.parts)
	return s
}

func newScan(gram, parts int) *multiScan {
	return &multiScan{mask: gramMask(gram), parts: make([]part, 0, parts)}
}

func gramMask(gram int) uint32 { return ^uint32(0) >> (32 - 8*gram) }

// add makes n grams of a literal parts, which stand side by side from at on. The number is its index. Of a long literal only what is
// around them is looked for: it says nearly as much, and is compared in two words.
func (s *multiScan) add(number int, literal string, at, n int) {
	if spare := maxWindow - (n - 1 + maxGram); len(literal) > maxWindow {
		from := max(0, min(at-spare/2, len(literal)-maxWindow))
		literal, at = literal[from:from+maxWindow], at-from
	}
	for p := (part{of: uint8(number), at: at, literal: newLit(literal)}); p.at < at+n; p.at++ {
		gram, _ := s.lastGram([]byte(literal), p.at)
		p.hash = hashOfGram(gram)
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

// number gives the literals other numbers, by those that they have.
func (s *multiScan) number(numbers []uint8) {
	for i := range s.parts {
		s.parts[i].of = numbers[s.parts[i].of]
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
			if s.around(text, int(p)) != 0 {
				return true
			}
		}
		at = next
	}
	return false
}

// which returns which of the literals text contains, as bits by their numbers, of which there must be no more than 64.
func (s *multiScan) which(text []byte) (found uint64) {
	var places [sieveBlock]int32
	for at := 0; at < len(text); {
		n, next := s.find(text, at, places[:])
		for _, p := range places[:n] {
			found |= s.around(text, int(p))
		}
		at = next
	}
	return found
}

// sweep appends to places where grams stand in text that are part of one of the literals there.
func (s *multiScan) sweep(text []byte, places []int32) []int32 {
	for at := 0; at < len(text); {
		places = slices.Grow(places, 2*sieveBlock)
		n, next := s.find(text, at, places[len(places):cap(places)])
		for _, p := range places[len(places) : len(places)+n] {
			if s.around(text, int(p)) != 0 {
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

// around returns which of the literals are in text so that one of their grams stands at i, as bits by their numbers; of numbers from 64 on
// only that there is one.
func (s *multiScan) around(text []byte, i int) (literals uint64) {
	var gram uint32
	if i+maxGram <= len(text) {
		gram = binary.LittleEndian.Uint32(text[i:]) & s.mask
	} else if last, ok := s.lastGram(text, i); ok {
		gram = last
	} else {
		return 0
	}
	hash := hashOfGram(gram)
	after := int(s.after[hash/64])
	if after == 0 {
		return 0
	}
	for k := after - 1; k < len(s.parts) && s.parts[k].hash <= hash; k++ {
		if p := &s.parts[k]; p.hash == hash && i >= p.at && p.literal.stands(text[i-p.at:]) {
			literals |= 1 << (p.of % 64)
		}
	}
	return literals
}

// lastGram returns the gram that stands at i in text, behind which there may be nothing. It is not ok if it is cut off.
func (s *multiScan) lastGram(text []byte, i int) (gram uint32, ok bool) {
	var four [maxGram]byte
	n := copy(four[:], text[i:])
	return binary.LittleEndian.Uint32(four[:]) & s.mask, 8*n >= bits.Len32(s.mask)
}
