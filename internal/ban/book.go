// Package ban keeps the active bans of a jail and says how long each lasts.
//
// In go the tickets that the counting, a command or the database made due; out come the tickets whose ban begins or has
// ended. Beside the Book stand the arithmetic of growing ban times (Settings, Increment, Weight).
// The package never reads the clock, never touches the firewall or the database, and never logs.
package ban

import (
	"container/heap"
	"sync"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A Book holds the active bans of one jail, in the order in which they were made. The zero Book is empty and ready; tell it
// the jail's ban time with SetBanTime. It is safe for concurrent use. Tickets go in and come out as copies, so nobody sees
// a later change; the slices in them are shared and must not be changed.
type Book struct {
	mu     sync.Mutex        // guards what follows
	active map[string]*entry // by the binary form of their ids
	first  *entry            // the oldest, and the newest: a list in order of ban
	last   *entry
	expiry expiry
	total  int
}

// Add records b unless its ban would have ended before now or its id is banned already. In the latter case existing is
// the ticket in the book, after its ban was drawn out to the end that b would have had, if that is later; its time stays.
// Neither added nor existing means: expired.
func (k *Book) Add(b *ticket.Ban, now ticket.Unix) (added bool, existing *ticket.Ban) {
	k.mu.Lock()
	defer k.mu.Unlock()
	end, ends := b.End(k.expiry.banTime)
	if ends && end < now {
		return false, nil
	}
	if e := k.findLocked(b.ID); e != nil {
		k.extendLocked(e, b)
		return false, e.ticket()
	}
	if k.active == nil {
		k.active = map[string]*entry{}
	}
	e := newEntry(b)
	k.active[e.key()] = e
	k.linkLocked(e)
	k.scheduleLocked(e)
	k.total++
	return true, nil
}

func (k *Book) findLocked(id addr.ID) *entry {
	var buffer [64]byte
	return k.active[string(id.AppendBinary(buffer[:0]))]
}

// extendLocked draws e out to the end of b.
func (k *Book) extendLocked(e *entry, b *ticket.Ban) {
	have, haveEnds := e.endsAt(k.expiry.banTime)
	want, wantEnds := b.End(k.expiry.banTime)
	switch {
	case !haveEnds || wantEnds && want <= have:
		return
	case !wantEnds:
		e.banTime = ticket.Forever
	default:
		e.banTime = b.Duration(k.expiry.banTime) + float64(b.Time-e.time)
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
	delete(k.active, e.key())
	if e.place >= 0 {
		heap.Remove(&k.expiry, int(e.place))
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
	return e.ticket()
}

// Remove ends the ban of id and returns its ticket; ok is false if there is none.
func (k *Book) Remove(id addr.ID) (b *ticket.Ban, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.findLocked(id)
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
	return k.removeIf(func(e *entry) bool { return id.Covers(e.id()) })
}

// Clear ends all bans and returns their tickets in order of ban. The total stays.
func (k *Book) Clear() []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	bans := k.listLocked()
	k.active, k.first, k.last, k.expiry.entries = nil, nil, nil, nil
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
	e := k.findLocked(id)
	if e == nil {
		return nil, false
	}
	e.banTime, e.count = banTime, small(count)
	k.scheduleLocked(e)
	return e.ticket(), true
}

// SetBanTime changes the jail's ban time (seconds or ticket.Forever), at once for all bans without a time of their own: some may be over by that.
func (k *Book) SetBanTime(seconds float64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expiry.banTime = seconds
	k.rescheduleLocked()
}

// Has reports whether id itself is banned.
func (k *Book) Has(id addr.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.findLocked(id) != nil
}

// Get returns the ticket of id.
func (k *Book) Get(id addr.ID) (b *ticket.Ban, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.findLocked(id)
	if e == nil {
		return nil, false
	}
	return e.ticket(), true
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

// List returns the tickets in order of ban.
func (k *Book) List() []*ticket.Ban {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.listLocked()
}

func (k *Book) listLocked() []*ticket.Ban {
	bans := make([]*ticket.Ban, 0, len(k.active))
	for e := k.first; e != nil; e = e.next {
		bans = append(bans, e.ticket())
	}
	return bans
}
