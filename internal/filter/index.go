package filter

import (
	"bytes"
	"hash/maphash"
)

// An index finds connections by their id. It has room for as many as there may be, and never grows. The zero value is empty and ready.
type index struct {
	seed  maphash.Seed
	slots *[indexSlots]slot // each connection where its hash says, or behind, where that was taken; nil before the first is put in
	count int
}

// A slot has a connection, nil for none, and its hash, so that those that it is not about need not be looked at.
type slot struct {
	hash uint64
	held *connection
}

// indexSlots is a power of two, and so many that most of them stay free.
const indexSlots = 256

// hash returns the number that stands for an id.
func (x *index) hash(id []byte) uint64 {
	if x.slots == nil {
		x.seed, x.slots = maphash.MakeSeed(), new([indexSlots]slot)
	}
	return maphash.Bytes(x.seed, id)
}

// find returns the connection with an id, nil if there is none.
func (x *index) find(id []byte, hash uint64) *connection {
	for i := hash; ; i++ {
		s := &x.slots[i%indexSlots]
		if s.held == nil || s.hash == hash && bytes.Equal(s.held.id, id) {
			return s.held
		}
	}
}

// put adds r, whose id is new.
func (x *index) put(r *connection) {
	i := r.hash
	for x.slots[i%indexSlots].held != nil {
		i++
	}
	x.slots[i%indexSlots] = slot{r.hash, r}
	x.count++
}

// remove takes r out, which must be there, and moves up those behind it that had to make way.
func (x *index) remove(r *connection) {
	free := r.hash
	for x.slots[free%indexSlots].held != r {
		free++
	}
	x.count--
	for i := free + 1; ; i++ {
		next := x.slots[i%indexSlots]
		if next.held == nil {
			break
		}
		// How far it stands behind its place says whether the free slot is not before that.
		if (i-next.hash)%indexSlots >= (i-free)%indexSlots {
			x.slots[free%indexSlots] = next
			free = i
		}
	}
	x.slots[free%indexSlots] = slot{}
}
