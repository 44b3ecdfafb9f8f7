package pyre

import (
	"math"
	"math/bits"
	"slices"
)

// A bucket is grams that a sieve tells of as one, and with them of all that is mixed of their halves. How often that is so is tried out on phrases.
type bucket struct {
	halves [maxGram][2]uint16 // which low halves their bytes have and which high ones, as bits
	seen   [maxGram][2]bitmap // where in phrases such a half stands, less the place of its byte in a gram
	told   int                // places in phrases that it tells of
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
		all = poured(all)
	}
	return all
}

// poured puts those buckets together that are least often mixed up with others then.
func poured(all []*bucket) []*bucket {
	seen := newHalvesSeen()
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
		for half := range b.halves[k] {
			b.halves[k][half] |= o.halves[k][half]
			b.seen[k][half].add(&o.seen[k][half])
		}
	}
	b.told = b.toldWith(b)
}

// costOf returns at how many places more b and o tell of a gram when they are one. Less than one is for what they might in other texts.
func (b *bucket) costOf(o *bucket) float64 {
	mixtures := 1.0
	for k := range b.halves {
		for half := range b.halves[k] {
			mixtures *= float64(bits.OnesCount16(b.halves[k][half] | o.halves[k][half]))
		}
	}
	return float64(b.toldWith(o)-b.told-o.told) + mixtures/(1<<33)
}

// toldWith returns at how many places in phrases b and o tell of a gram when they are one.
func (b *bucket) toldWith(o *bucket) (told int) {
	for w := range b.seen[0][0] {
		places := uint64(math.MaxUint64)
		for k := range b.seen {
			places &= (b.seen[k][0][w] | o.seen[k][0][w]) & (b.seen[k][1][w] | o.seen[k][1][w])
			if places == 0 {
				break
			}
		}
		told += bits.OnesCount64(places)
	}
	return told
}

// halvesSeen tell where in phrases the halves of each byte of a gram stand, by the byte's place in the gram and the half.
type halvesSeen [maxGram][2][16]bitmap

func newHalvesSeen() *halvesSeen {
	s := new(halvesSeen)
	for i := range len(phrases) - maxGram + 1 {
		for k := range s {
			c := phrases[i+k]
			s[k][0][c&15][i/64] |= 1 << (i % 64)
			s[k][1][c>>4][i/64] |= 1 << (i % 64)
		}
	}
	return s
}

func bucketOf(gram string) *bucket {
	b := new(bucket)
	for k := range b.halves {
		b.halves[k] = [2]uint16{math.MaxUint16, math.MaxUint16} // behind a short gram stands anything
		if k < len(gram) {
			b.halves[k] = [2]uint16{1 << (gram[k] & 15), 1 << (gram[k] >> 4)}
		}
	}
	return b
}

// look finds out where phrases have what a bucket tells of.
func (b *bucket) look(seen *halvesSeen) {
	for k := range b.halves {
		for half, values := range b.halves[k] {
			for ; values != 0; values &= values - 1 {
				b.seen[k][half].add(&seen[k][half][bits.TrailingZeros16(values)])
			}
		}
	}
	b.told = b.toldWith(b)
}
