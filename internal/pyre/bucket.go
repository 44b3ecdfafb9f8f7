package pyre

import (
	"math"
	"math/bits"
	"slices"
)

// A bucket is grams that a sieve tells of as one.
type bucket struct {
	halves [maxGram][2]uint16 // which low halves their bytes have and which high ones, as bits
	chance float64            // of a place in a log to be told of
}

// bucketsOf puts grams, which are ASCII and all different, into as many buckets as a sieve has at most. Those come together that are
// most alike.
func bucketsOf(grams []string) []bucket {
	chances := newHalfChances()
	all := make([]bucket, len(grams))
	worse := make([][]float64, len(grams)) // what it costs to put i and j < i together, by i and j
	for i, g := range grams {
		all[i] = bucketOf(g, chances)
		worse[i] = make([]float64, i)
		for j := range i {
			worse[i][j] = all[i].with(&all[j], chances).chance - all[i].chance - all[j].chance
		}
	}
	for len(all) > sieveBuckets {
		i, j := leastOf(worse)
		all[j] = all[i].with(&all[j], chances)
		all, worse = slices.Delete(all, i, i+1), slices.Delete(worse, i, i+1)
		for k := i; k < len(all); k++ {
			worse[k] = slices.Delete(worse[k], i, i+1)
		}
		for k := range all {
			if k != j {
				worse[max(j, k)][min(j, k)] = all[k].with(&all[j], chances).chance - all[k].chance - all[j].chance
			}
		}
	}
	return all
}

// leastOf returns the indexes of the least of rows, of which row i has i.
func leastOf(rows [][]float64) (row, at int) {
	least := math.Inf(1)
	for i := range rows {
		for j, x := range rows[i] {
			if x < least {
				row, at, least = i, j, x
			}
		}
	}
	return row, at
}

func bucketOf(gram string, chances *halfChances) bucket {
	var b bucket
	for k := range b.halves {
		b.halves[k] = [2]uint16{math.MaxUint16, math.MaxUint16} // behind a short gram stands anything
		if k < len(gram) {
			b.halves[k] = [2]uint16{1 << (gram[k] & 15), 1 << (gram[k] >> 4)}
		}
	}
	b.chance = chances.of(&b)
	return b
}

// with returns the grams of b and o as one bucket.
func (b *bucket) with(o *bucket, chances *halfChances) bucket {
	both := *b
	for k := range both.halves {
		both.halves[k][0] |= o.halves[k][0]
		both.halves[k][1] |= o.halves[k][1]
	}
	both.chance = chances.of(&both)
	return both
}

// halfChances tell how often ASCII characters stand in log lines, by their high halves and their low ones.
type halfChances [8][16]float64

// newHalfChances takes characters to be as often as they are far in front by frequency.
func newHalfChances() *halfChances {
	sum := 0.0
	for c := range byte(0x80) {
		sum += 1 / float64(1+rarity(c))
	}
	var all halfChances
	for c := range byte(0x80) {
		all[c>>4][c&15] = 1 / float64(1+rarity(c)) / sum
	}
	return &all
}

// of estimates how often a place is told of because of b.
func (h *halfChances) of(b *bucket) float64 {
	chance := 1.0
	for _, halves := range b.halves {
		sum := 0.0
		for high := uint8(halves[1]); high != 0; high &= high - 1 {
			row := &h[bits.TrailingZeros8(high)]
			for low := halves[0]; low != 0; low &= low - 1 {
				sum += row[bits.TrailingZeros16(low)]
			}
		}
		chance *= sum
	}
	return chance
}
