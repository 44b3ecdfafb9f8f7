package pyre

import (
	"math"
	"math/bits"
	"slices"
)

// A bucket is grams that a sieve tells of as one, and with them of all that is mixed of their halves. How often that is so is tried out on
// phrases.
type bucket struct {
	halves [looks]uint16 // which of each its grams have, as bits
	seen   [looks]bitmap // at which places in phrases a gram may stand by this look
	told   int           // at how many by all
}

// A bitmap is places in phrases.
type bitmap [(len(phrases) + 63) / 64]uint64

func (m *bitmap) add(o *bitmap) {
	for w := range m {
		m[w] |= o[w]
	}
}

// bucketsOf puts grams, which are ASCII and all different, into as many buckets as a sieve has at most.
func bucketsOf(grams []string) []*bucket {
	all := make([]*bucket, len(grams))
	for i, g := range grams {
		all[i] = bucketOf(g)
	}
	if len(all) > sieveBuckets {
		all = poured(all, len(grams[0]))
	}
	return all
}

// poured puts those buckets together whose grams, which have some length, are least often mixed up with others then.
func poured(all []*bucket, gram int) []*bucket {
	seen := newHalvesSeen(gram)
	costs := make([][]float64, len(all)) // of putting i and j < i together, by i and j
	for i, b := range all {
		b.look(seen)
		costs[i] = make([]float64, i)
		for j := range i {
			costs[i][j] = b.costOf(all[j])
		}
	}
	for len(all) > sieveBuckets {
		i, j := leastOf(costs)
		all[j].take(all[i])
		all, costs = slices.Delete(all, i, i+1), slices.Delete(costs, i, i+1)
		for k := i; k < len(all); k++ {
			costs[k] = slices.Delete(costs[k], i, i+1)
		}
		for k := range all {
			if k != j {
				costs[max(j, k)][min(j, k)] = all[k].costOf(all[j])
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

// take puts the grams of o into b.
func (b *bucket) take(o *bucket) {
	for k := range b.halves {
		b.halves[k] |= o.halves[k]
		b.seen[k].add(&o.seen[k])
	}
	b.told = b.toldWith(b)
}

// costOf returns at how many places more b and o tell of a gram when they are one. Less than one is for what they might in other texts.
func (b *bucket) costOf(o *bucket) float64 {
	mixtures := 1
	for k := range b.halves {
		mixtures *= bits.OnesCount16(b.halves[k] | o.halves[k])
	}
	return float64(b.toldWith(o)-b.told-o.told) + float64(mixtures)/(16<<(4*looks))
}

// toldWith returns at how many places in phrases b and o tell of a gram when they are one.
func (b *bucket) toldWith(o *bucket) (told int) {
	for w := range b.seen[0] {
		places := ^uint64(0)
		for k := range b.seen {
			if places &= b.seen[k][w] | o.seen[k][w]; places == 0 {
				break
			}
		}
		told += bits.OnesCount64(places)
	}
	return told
}

// halvesSeen tell at which places in phrases a gram may stand, by what one look at it gives.
type halvesSeen [looks][16]bitmap

func newHalvesSeen(gram int) *halvesSeen {
	s := new(halvesSeen)
	for i := range len(phrases) - gram + 1 {
		for k, half := range halves(phrases[i : i+gram]) {
			s[k][half][i/64] |= 1 << (i % 64)
		}
	}
	return s
}

func bucketOf(gram string) *bucket {
	b := new(bucket)
	for k, half := range halves(gram) {
		b.halves[k] = 1 << half
	}
	return b
}

// look finds out where in phrases a bucket tells of a gram.
func (b *bucket) look(seen *halvesSeen) {
	for k, values := range b.halves {
		for ; values != 0; values &= values - 1 {
			b.seen[k].add(&seen[k][bits.TrailingZeros16(values)])
		}
	}
	b.told = b.toldWith(b)
}
