// Package ban keeps the active bans of a jail and says how long each lasts.
//
// In go the tickets that the counting, a command or the database made due; out come the tickets whose ban begins or has
// ended. Beside the Book stand the arithmetic of growing ban times (Settings, Increment, Weight).
// The package never reads the clock, never touches the firewall or the database, and never logs.
package ban

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"sync"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A Book holds the active bans of one jail, in the order in which they were made. The zero Book is empty and ready; tell it
// the jail's ban time with SetBanTime. It is safe for concurrent use. Tickets go in and come out as copies, so nobody sees
// a later change; the slices in them are shared and must not be changed.
type Book struct {
	mu      sync.Mutex // guards what follows
	banTime float64
	active  map[addr.ID]*entry
	first   *entry // the oldest, and the newest: a list in order of ban
	last    *entry
	expiry  expiry
	total   int
}

// An entry is one ban and its places in the list and in the heap. 100,000 of them are a busy server: keep it small.
type entry struct {
	ban        ticket.Ban
	end        ticket.Unix // meaningless for a ban without end
	place      int         // in the heap; -1 for a ban without end
	prev, next *entry
}

// Add records b unless its ban would have ended before now or its id is banned already. In the latter case existing is
// the ticket in the book, after its ban was drawn out to the end that b would have had, if that is later; its time stays.
// Neither added nor existing means: expired.
func (k *Book) Add(b *ticket.Ban, now ticket.Unix) (added bool, existing *ticket.Ban) {
	k.mu.Lock()
	defer k.mu.Unlock()
	end, ends := b.End(k.banTime)
	if ends && end < now {
		return false, nil
	}
	if e := k.active[b.ID]; e != nil {
		k.extendLocked(e, b)
		have := e.ban
		return false, &have
	}
	if k.active == nil {
		k.active = map[addr.ID]*entry{}
	}
	e := &entry{ban: *b, place: -1}
	k.active[b.ID] = e
	k.linkLocked(e)
	k.scheduleLocked(e)
	k.total++
	return true, nil
}

// extendLocked draws e out to the end of b.
func (k *Book) extendLocked(e *entry, b *ticket.Ban) {
	have, haveEnds := e.ban.End(k.banTime)
	want, wantEnds := b.End(k.banTime)
	switch {
	case !haveEnds || wantEnds && want <= have:
		return
	case !wantEnds:
		e.ban.BanTime = ticket.Forever
	default:
		e.ban.BanTime = b.Duration(k.banTime) + float64(b.Time-e.ban.Time)
	}
	k.scheduleLocked(e)
}

// linkLocked puts e behind all others.
func (k *Book) linkLocked(e *entry) {
	e.prev = k.last
	if k.last == nil {
		k.first = e
	} else {
		k.last.next = e
	}
	k.last = e
}

// dropLocked takes e out of everything and returns its ticket.
func (k *Book) dropLocked(e *entry) *ticket.Ban {
	delete(k.active, e.ban.ID)
	if e.place >= 0 {
		heap.Remove(&k.expiry, e.place)
	}
	if e.prev == nil {
		k.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		k.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil // the ticket, which keeps e alive, must not keep its neighbours
	return &e.ban
}

// Remove ends the ban of id and returns its ticket; ok is false if there is none.
func (k *Book) Remove(id addr.ID) (b *ticket.Ban, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.active[id]
	if e == nil {
		return nil, false
	}
	return k.dropLocked(e), true
}

// RemoveWithin ends all bans inside the network id, its own included, and returns their tickets in order of ban.
func (k *Book) RemoveWithin(id addr.ID) []*ticket.Ban {
	if p, ok := id.Prefix(); !ok || p.IsSingleIP() { // covers only itself: no need to look at all
		if b, ok := k.Remove(id); ok {
			return []*ticket.Ban{b}
		}
		return nil
	}
	return k.removeIf(func(e *entry) bool { return id.Covers(e.ban.ID) })
}

// Clear ends all bans and returns their tickets in order of ban. The total stays.
func (k *Book) Clear() []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	bans := k.listLocked()
	k.active, k.first, k.last, k.expiry = nil, nil, nil, nil
	return bans
}

func (k *Book) removeIf(unwanted func(*entry) bool) []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []*ticket.Ban
	for e := k.first; e != nil; {
		this := e
		e = e.next // before dropping this cuts it loose
		if unwanted(this) {
			out = append(out, k.dropLocked(this))
		}
	}
	return out
}

// Prolong gives the ban of id a ban time of its own, and the number of bans that led to it. It returns the changed ticket;
// ok is false if id is not banned (any more).
func (k *Book) Prolong(id addr.ID, banTime float64, count int) (b *ticket.Ban, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.active[id]
	if e == nil {
		return nil, false
	}
	e.ban.BanTime, e.ban.Count = banTime, count
	k.scheduleLocked(e)
	have := e.ban
	return &have, true
}

// SetBanTime changes the jail's ban time (seconds or ticket.Forever), at once for all bans without a time of their own: some may be over by that.
func (k *Book) SetBanTime(seconds float64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.banTime = seconds
	for e := k.first; e != nil; e = e.next {
		if e.ban.BanTime == ticket.Default {
			k.scheduleLocked(e)
		}
	}
}

// Has reports whether id itself is banned.
func (k *Book) Has(id addr.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.active[id] != nil
}

// Get returns the ticket of id.
func (k *Book) Get(id addr.ID) (b *ticket.Ban, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.active[id]
	if e == nil {
		return nil, false
	}
	have := e.ban
	return &have, true
}

// Len returns the number of active bans.
func (k *Book) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.active)
}

// Total returns how many bans were ever added, restored ones included.
func (k *Book) Total() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.total
}

// IDs returns who is banned, in order of ban.
func (k *Book) IDs() []addr.ID {
	k.mu.Lock()
	defer k.mu.Unlock()
	ids := make([]addr.ID, 0, len(k.active))
	for e := k.first; e != nil; e = e.next {
		ids = append(ids, e.ban.ID)
	}
	return ids
}

// List returns the tickets in order of ban.
func (k *Book) List() []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.listLocked()
}

func (k *Book) listLocked() []*ticket.Ban {
	copies := make([]ticket.Ban, len(k.active))
	bans := make([]*ticket.Ban, 0, len(k.active))
	for e := k.first; e != nil; e = e.next {
		b := &copies[len(bans)]
		*b = e.ban
		bans = append(bans, b)
	}
	return bans
}

// ByEnd returns the tickets in order of their end, those without end last; equal ones in order of ban.
func (k *Book) ByEnd() []*ticket.Ban {
	k.mu.Lock()
	jail, bans := k.banTime, k.listLocked()
	k.mu.Unlock()
	key := func(b *ticket.Ban) ticket.Unix {
		if end, ends := b.End(jail); ends {
			return end
		}
		return ticket.Unix(math.Inf(1))
	}
	slices.SortStableFunc(bans, func(a, b *ticket.Ban) int { return cmp.Compare(key(a), key(b)) })
	return bans
}
