package ban

import (
	"container/heap"

	"gaol/internal/ticket"
)

// expiry is the heap of the bans that end, the next to end in front. Each entry knows its place.
type expiry []*entry

func (x expiry) Len() int           { return len(x) }
func (x expiry) Less(i, j int) bool { return x[i].end < x[j].end }

func (x expiry) Swap(i, j int) {
	x[i], x[j] = x[j], x[i]
	x[i].place, x[j].place = int32(i), int32(j)
}

func (x *expiry) Push(e any) {
	e.(*entry).place = int32(len(*x))
	*x = append(*x, e.(*entry))
}

func (x *expiry) Pop() any {
	n := len(*x) - 1
	e := (*x)[n]
	(*x)[n] = nil
	*x = (*x)[:n]
	e.place = -1
	return e
}

// scheduleLocked puts e where its ban's end belongs, after that was set or changed.
func (k *Book) scheduleLocked(e *entry) {
	end, ends := e.endsAt(k.banTime)
	switch e.end = end; {
	case ends && e.place >= 0:
		heap.Fix(&k.expiry, int(e.place))
	case ends:
		heap.Push(&k.expiry, e)
	case e.place >= 0:
		heap.Remove(&k.expiry, int(e.place))
	}
}

// Expired takes out and returns the bans that ended before now (a ban lasts until its very end), the longest over first, at
// most limit of them.
func (k *Book) Expired(now ticket.Unix, limit int) []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	var over []*ticket.Ban
	for len(over) < limit && len(k.expiry) > 0 && k.expiry[0].end < now {
		over = append(over, k.dropLocked(k.expiry[0]))
	}
	return over
}

// NextEnd returns when the next ban ends; ok is false if none does.
func (k *Book) NextEnd() (end ticket.Unix, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.expiry) == 0 {
		return 0, false
	}
	return k.expiry[0].end, true
}
