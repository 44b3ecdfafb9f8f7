package pyre

import "encoding/binary"

// Leaps tell where in a text grams may stand without looking at all of it. They are so long that none of the literals can stand
// between two places that are looked at without one of its grams being seen. Where the next place is does not depend on what was seen, so
// that no look waits for the one before.
type leaps struct {
	length int
	grams  [hashes]uint64 // a bitmap of their hashes
}

// gramFor returns the length of the grams for c.
func gramFor(c clause) int {
	if shortest(c) < 6 {
		return 3
	}
	return maxGram
}

// leapFor returns the length of leaps for c: as many grams must stand side by side in each literal.
func leapFor(c clause) int { return min(shortest(c), maxWindow) - gramFor(c) + 1 }

func newLeaps(length int, parts []part) *leaps {
	l := &leaps{length: length}
	for i := range parts {
		hash := parts[i].hash
		l.grams[hash/64] |= 1 << (hash % 64)
	}
	return l
}

// find does so for a multiScan whose grams have this mask. Behind the last place for four bytes it tells of every leap.
func (l *leaps) find(text []byte, from int, mask uint32, places []int32) (n, next int) {
	i := from
	for ; i <= len(text)-maxGram && n < len(places); i += l.length {
		hash := hashOfGram(binary.LittleEndian.Uint32(text[i:]) & mask)
		if l.grams[hash/64]>>(hash%64)&1 != 0 {
			places[n] = int32(i)
			n++
		}
	}
	for ; i < len(text) && n < len(places); i += l.length {
		places[n] = int32(i)
		n++
	}
	return n, i
}
