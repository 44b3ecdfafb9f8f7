package failure

import "math/bits"

// An index finds the places of entries by the hashes of their keys, in 8 bytes a slot: a hash table with open addressing. It does not
// know the keys: whoever asks compares. The zero index is empty and ready.
//
// Where a slot belongs is told by the upper bits of the hash, which it holds: so the index grows without a look at a single key, which
// would be one after the other from memory that no cache has.
type index struct {
	slots []slot
	shift uint // from a hash to the number of the slot where the search begins
	used  int  // neither empty nor deleted
	stale int  // deleted
}

// A slot holds a place, counted from 1, and above it the upper bits of the hash.
type slot uint64

const (
	empty   slot = 0
	deleted slot = 1<<placeBits - 1 // no tape gets that far
)

func slotOf(hash uint64, p place) slot { return slot(hash>>placeBits<<placeBits) | slot(p+1) }

// hash returns the upper bits of the hash.
func (s slot) hash() uint64 { return uint64(s) >> placeBits << placeBits }

func (s slot) place() place { return place(s&(1<<placeBits-1)) - 1 }

// find returns the number of the slot with this hash for whose place is says yes.
func (x *index) find(hash uint64, is func(place) bool) (number int, ok bool) {
	if x.used == 0 {
		return 0, false
	}
	mask := len(x.slots) - 1
	for i := int(hash >> x.shift); ; i = (i + 1) & mask {
		s := x.slots[i]
		if s == empty {
			return 0, false
		}
		if s>>placeBits == slot(hash>>placeBits) && s != deleted && is(s.place()) {
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
func (x *index) add(hash uint64, p place) { x.put(slotOf(hash, p)) }

func (x *index) put(s slot) {
	mask := len(x.slots) - 1
	i := int(s.hash() >> x.shift)
	for x.slots[i] != empty {
		i = (i + 1) & mask
	}
	x.slots[i] = s
	x.used++
}

// grow makes room for twice as much.
func (x *index) grow() {
	old := x.slots
	*x = newIndex(2 * x.used)
	for _, s := range old {
		if s != empty && s != deleted {
			x.put(s)
		}
	}
}

// newIndex returns an index that has room for n places and some more.
func newIndex(n int) index {
	width := bits.Len(uint(max(8, n*5/4+1)))
	return index{slots: make([]slot, 1<<width), shift: uint(64 - width)}
}
