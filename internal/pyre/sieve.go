package pyre

import (
	"math/bits"
	"slices"
)

// A sieve tells for a block of places in a text at once where one of some grams may stand. The grams are in eight buckets. It looks at
// the bytes of a gram by halves, their low four bits and their high ones; by what stands there, a table has the buckets with a gram that
// has the same there. Where all tables have a bucket in common, a gram may stand: the sieve misses none, but it tells of others that are mixed
// of the same halves.
type sieve struct {
	tables [looks][16]uint8
	last   int // where the last byte of a gram is in it
}

// looks is what a sieve looks at of a gram: both halves of its first byte and of its second, and the low halves of its third and last. The
// high ones tell little more.
const looks = 6

// halves returns what the looks are for a gram.
func halves(gram string) [looks]uint8 {
	last := gram[len(gram)-1]
	return [looks]uint8{gram[0] & 15, gram[0] >> 4, gram[1] & 15, gram[1] >> 4, gram[2] & 15, last & 15}
}

const (
	sieveBuckets = 8
	sieveBlock   = 32                       // places
	sieveReads   = sieveBlock + maxGram - 1 // bytes that a block is told from
	mostSieved   = 64                       // grams, which take time to be put into buckets
	mostTold     = len(phrases) / 64        // places in phrases, each of which would have to be looked at
)

// newSieve returns a sieve for grams of one length, nil if it would be of no use: it cannot tell of bytes beyond ASCII, nor keep very
// many grams apart.
func newSieve(grams []string) *sieve {
	slices.Sort(grams)
	grams = slices.Compact(grams)
	if len(grams) > mostSieved || slices.ContainsFunc(grams, func(g string) bool { return !isASCII(g) }) {
		return nil
	}
	s := &sieve{last: len(grams[0]) - 1}
	told := 0
	for i, b := range bucketsOf(grams) {
		s.add(b, 1<<i)
		told += b.told
	}
	if told > mostTold {
		return nil
	}
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (s *sieve) add(b *bucket, bit uint8) {
	for k, values := range b.halves {
		for ; values != 0; values &= values - 1 {
			s.tables[k][bits.TrailingZeros16(values)] |= bit
		}
	}
}

// find does so for a multiScan. Whether a gram of three bytes is the end of text it leaves to be looked at.
func (s *sieve) find(text []byte, from int, places []int32) (n, next int) {
	if len(text) < sieveReads {
		return s.findShort(text, from, places)
	}
	n, next = s.sift(text, from, places)
	if next < len(text)-minWindow || n == len(places) {
		return n, next
	}
	places[n] = int32(len(text) - minWindow)
	return n + 1, len(text)
}

// findShort does so for a text that is shorter than what a block is told from. Behind its end are zeros.
func (s *sieve) findShort(text []byte, from int, places []int32) (n, next int) {
	var long [sieveReads]byte
	left := copy(long[:], text[from:])
	told, _ := s.sift(long[:], 0, places)
	for _, p := range places[:told] {
		if int(p)+minWindow <= left {
			places[n] = p + int32(from)
			n++
		}
	}
	return n, len(text)
}
