package ban

import (
	"container/heap"

	"gaol/internal/ticket"
)

// expiry is the heap of the bans that end, the next to end in front. Each entry knows its place.
type expiry struct {
	entries []*entry
	banTime float64 // the jail's
}

func (x *expiry) Len() int { return len(x.entries) }

func (x *expiry) Less(i, j int) bool {
	a, _ := x.entries[i].endsAt(x.banTime)
	b, _ := x.entries[j].endsAt(x.banTime)
	return a < b
}

func (x *expiry) Swap(i, j int) {
	all := x.entries
	all[i], all[j] = all[j], all[i]
	all[i].place, all[j].place = int32(i), int32(j)
}

func (x *expiry) Push(e any) {
	e.(*entry).place = int32(len(x.entries))
	x.entries = append(x.entries, e.(*entry))
}

func (x *expiry) Pop() any {
	n := len(x.entries) - 1
	e := x.entries[n]
	x.entries[n] = nil
	x.entries = x.entries[:n]
	e.place = -1
	return e
}

// scheduleLocked puts e where its ban's end belongs, after that was set or changed.
func (k *Book) scheduleLocked(e *entry) {
	switch _, ends := e.endsAt(k.expiry.banTime); {
	case ends && e.place >= 0:
		heap.Fix(&k.expiry, int(e.place))
	case ends:
		heap.Push(&k.expiry, e)
	case e.place >= 0:
		heap.Remove(&k.expiry, int(e.place))
	}
}

// rescheduleLocked puts all bans in order anew.
func (k *Book) rescheduleLocked() {
	x := &k.expiry
	x.entries = x.entries[:0]
	for e := k.first; e != nil; e = e.next {
		e.place = -1
		if _, ends := e.endsAt(x.banTime); ends {
			x.Push(e)
		}
	}
	clear(x.entries[len(x.entries):cap(x.entries)])
	heap.Init(x)
}

// Expired takes out and returns the bans that ended before now (a ban lasts until its very end), the longest over first, at
// most limit of them.
func (k *Book) Expired(now ticket.Unix, limit int) []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	var over []*ticket.Ban
	for len(over) < limit {
		end, ok := k.expiry.next()
		if !ok || end >= now {
			break
		}
		over = append(over, k.dropLocked(k.expiry.entries[0]))
	}
	return over
}

// NextEnd returns when the next ban ends; ok is false if none does.
func (k *Book) NextEnd() (end ticket.Unix, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.expiry.next()
}

func (x *expiry) next() (end ticket.Unix, ok bool) {
	if len(x.entries) == 0 {
		return 0, false
	}
	end, _ = x.entries[0].endsAt(x.banTime)
	return end, true
}
