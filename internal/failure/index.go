package failure

import "math/bits"

// An index finds the places of entries by the hashes of their keys, in 8 bytes a slot: a hash table with open addressing. It does not
// know the keys: whoever asks compares. The zero index is empty and ready.
type index struct {
	slots []slot
	used  int // neither empty nor deleted
	stale int // deleted
}

// A slot holds a place, counted from 1, and above it the upper bits of the hash.
type slot uint64

const (
	empty   slot = 0
	deleted slot = 1<<placeBits - 1 // no tape gets that far
)

func slotOf(hash uint64, p place) slot { return slot(hash>>placeBits<<placeBits) | slot(p+1) }

func (s slot) place() place { return place(s&(1<<placeBits-1)) - 1 }

// find returns the number of the slot with this hash for whose place is says yes.
func (x *index) find(hash uint64, is func(place) bool) (number int, ok bool) {
	if x.used == 0 {
		return 0, false
	}
	mask := len(x.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s == empty {
			return 0, false
		}
		if s != deleted && s>>placeBits == slot(hash>>placeBits) && is(s.place()) {
			return i, true
		}
	}
}

func (x *index) place(number int) place { return x.slots[number].place() }

// move changes the place in a slot.
func (x *index) move(number int, p place) {
	x.slots[number] = x.slots[number]>>placeBits<<placeBits | slot(p+1)
}

func (x *index) remove(number int) {
	x.slots[number] = deleted
	x.used--
	x.stale++
}

// full reports whether the index must be grown before something is added.
func (x *index) full() bool { return 5*(x.used+x.stale+1) > 4*len(x.slots) }

// add adds a place whose key is not in the index. It must not be full.
func (x *index) add(hash uint64, p place) {
	mask := len(x.slots) - 1
	i := int(hash) & mask
	for x.slots[i] != empty {
		i = (i + 1) & mask
	}
	x.slots[i] = slotOf(hash, p)
	x.used++
}

// newIndex returns an index that has room for n places and some more.
func newIndex(n int) index {
	size := 1 << bits.Len(uint(max(8, n*5/4+1)))
	return index{slots: make([]slot, size)}
}
