package pyre

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// A multiScan looks for many literals in one pass over a text. It looks at a few bytes side by side, a gram, and then at those some
// steps further on, so far that none of the literals can stand between without one of its grams being seen. Each look stands for
// itself: where the next one is does not depend on what was seen. It does not change and may be shared.
type multiScan struct {
	step  int
	mask  uint32            // of the bytes of a gram
	grams [hashWords]uint64 // whether there are parts of a hash
	first [hashWords]uint16 // the first of the parts whose hashes are in the same word of grams
	parts []part            // in the order of their hashes
}

// A part is a gram of a literal.
type part struct {
	hash    uint32
	at      int // where it stands in the literal
	literal []byte
}

const (
	hashBits  = 16
	hashWords = 1 << hashBits / 64
	minWindow = 3
	maxWindow = 16
	mostScan  = 255
)

// newMultiScan returns nil for literals that are too many or too short to gain anything.
func newMultiScan(c clause) *multiScan {
	if len(c) == 0 || len(c) > mostScan || shortest(c) < minWindow {
		return nil
	}
	gram := gramFor(c)
	s := &multiScan{step: stepFor(c), mask: ^uint32(0) >> (32 - 8*gram)}
	s.parts = make([]part, 0, len(c)*s.step)
	for _, literal := range c {
		s.add(literal, gram)
	}
	slices.SortFunc(s.parts, func(a, b part) int { return cmp.Compare(a.hash, b.hash) })
	for i, p := range slices.Backward(s.parts) {
		s.first[p.hash/64] = uint16(i)
	}
	return s
}

// gramFor returns the length of the grams for c.
func gramFor(c clause) int {
	if shortest(c) < 6 {
		return 3
	}
	return 4
}

// stepFor returns the step for c: as many grams must stand side by side in each literal.
func stepFor(c clause) int { return min(shortest(c), maxWindow) - gramFor(c) + 1 }

// add puts as many grams side by side of the literal into the scan as it takes for one of them to be seen: those that are rarest.
func (s *multiScan) add(literal string, gram int) {
	chances := make([]float64, 0, 64)
	for i := range len(literal) - gram + 1 {
		chances = append(chances, chanceOfGram(literal[i:i+gram]))
	}
	best, least := 0, math.Inf(1)
	for i := range len(chances) - s.step + 1 {
		sum := 0.0
		for _, p := range chances[i : i+s.step] {
			sum += p
		}
		if sum < least {
			best, least = i, sum
		}
	}
	text := append([]byte(literal), 0) // so that four bytes can be read of the last three
	for at := best; at < best+s.step; at++ {
		hash := hashOfGram(binary.LittleEndian.Uint32(text[at:]) & s.mask)
		s.grams[hash/64] |= 1 << (hash % 64)
		s.parts = append(s.parts, part{hash, at, text[:len(literal)]})
	}
}

// chanceOfGram estimates how often a gram stands in log lines: characters as often as they are far in front by frequency. It is
// only good for comparing.
func chanceOfGram(gram string) float64 {
	p := 1.0
	for i := range len(gram) {
		p /= float64(1 + rarity(gram[i]))
	}
	if strings.Contains(everywhere, gram) {
		p++
	}
	return p
}

// hashOfGram returns the hash of the bytes of a gram, read as one number.
func hashOfGram(gram uint32) uint32 { return gram * 0x9e3779b1 >> (32 - hashBits) }

// in reports whether text contains one of the literals.
func (s *multiScan) in(text []byte) bool {
	for i := s.next(text, 0); i < len(text); i = s.next(text, i+s.step) {
		if s.isAround(text, i) {
			return true
		}
	}
	return false
}

// sweep appends to places where grams stand in text that are part of one of the literals there.
func (s *multiScan) sweep(text []byte, places []int32) []int32 {
	for i := s.next(text, 0); i < len(text); i = s.next(text, i+s.step) {
		if s.isAround(text, i) {
			places = append(places, int32(i))
		}
	}
	return places
}

// next returns the first place, at i or any number of steps from it, where a gram of one of the literals may stand. Behind the last
// place for four bytes it just goes on.
func (s *multiScan) next(text []byte, i int) int {
	step, mask := s.step, s.mask
	for i <= len(text)-4 {
		hash := hashOfGram(binary.LittleEndian.Uint32(text[i:i+4]) & mask)
		if s.grams[hash/64]>>(hash%64)&1 != 0 {
			break
		}
		i += step
	}
	return i
}

// isAround reports whether one of the literals is in text so that one of its grams stands at i.
func (s *multiScan) isAround(text []byte, i int) bool {
	var four [4]byte
	if copy(four[:], text[i:])*8 < bits.Len32(s.mask) {
		return false
	}
	hash := hashOfGram(binary.LittleEndian.Uint32(four[:]) & s.mask)
	for k := int(s.first[hash/64]); k < len(s.parts) && s.parts[k].hash <= hash; k++ {
		p := &s.parts[k]
		if p.hash == hash && i >= p.at && bytes.HasPrefix(text[i-p.at:], p.literal) {
			return true
		}
	}
	return false
}
