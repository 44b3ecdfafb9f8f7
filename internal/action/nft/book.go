package nft

import (
	"net/netip"
	"slices"
	"time"

	"github.com/google/nftables"
)

// A book says who must be in one set, and until when. It knows that the kernel takes no overlapping networks: of a network
// and its parts only the network is in the set, and the parts return when it goes. The zero book is empty and ready.
type book struct {
	until   members
	lengths [129]int // how many members have each prefix length
	// forgetful is true when the set drops members by itself, some time after they should have left.
	forgetful bool
}

// A stamp is a time in milliseconds since 1970, 0 for ever: a third of a time.Time, of which a book may hold a hundred thousand.
type stamp int64

func stampOf(t time.Time) stamp {
	if t.IsZero() {
		return 0
	}
	return stamp(t.UnixMilli())
}

func (s stamp) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(s))
}

// A change is what to do to a set: first take out, then put in.
type change struct {
	del, add []netip.Prefix
}

// put adds p, or changes how long it stays, and adds to c what that means for the set.
func (b *book) put(p netip.Prefix, until time.Time, c *change) {
	was, known := b.until.get(p)
	b.until.set(p, stampOf(until))
	if !known {
		b.lengths[p.Bits()]++
	}
	if b.covered(p) {
		return
	}
	if known {
		b.take(p, was.time(), c) // to put it in again: older kernels change no timeout of a member that is there
	} else {
		c.del = append(c.del, b.within(p)...)
	}
	c.add = append(c.add, p)
}

// remove takes p out and adds to c what that means for the set. It reports whether p was there.
func (b *book) remove(p netip.Prefix, c *change) bool {
	was, ok := b.until.get(p)
	if !ok {
		return false
	}
	b.until.remove(p)
	b.lengths[p.Bits()]--
	if b.covered(p) {
		return true
	}
	b.take(p, was.time(), c)
	c.add = append(c.add, b.within(p)...)
	return true
}

// take asks for p to be taken out, unless the kernel has done so: taking out what is not there fails the whole transaction.
func (b *book) take(p netip.Prefix, until time.Time, c *change) {
	if b.forgetful && !until.IsZero() && time.Since(until) >= slack {
		return
	}
	c.del = append(c.del, p)
}

// clear empties the book.
func (b *book) clear() { *b = book{forgetful: b.forgetful} }

// become makes those wanted the book's members, and returns what that means for the set.
func (b *book) become(wanted map[netip.Prefix]time.Time) change {
	var c change
	for p := range b.until.all() {
		if _, stays := wanted[p]; !stays {
			b.remove(p, &c)
		}
	}
	for p, until := range wanted {
		if !b.has(p, until) {
			b.put(p, until, &c)
		}
	}
	return c
}

// has reports whether p is a member until then, give or take a second.
func (b *book) has(p netip.Prefix, until time.Time) bool {
	was, known := b.until.get(p)
	return known && (was == 0) == until.IsZero() && was.time().Sub(until).Abs() < time.Second
}

// covered reports whether a larger network of the book contains p.
func (b *book) covered(p netip.Prefix) bool {
	for bits := range p.Bits() {
		if b.lengths[bits] == 0 {
			continue
		}
		if larger, err := p.Addr().Prefix(bits); err == nil {
			if _, ok := b.until.get(larger); ok {
				return true
			}
		}
	}
	return false
}

// within returns the largest members inside p, without p itself.
func (b *book) within(p netip.Prefix) []netip.Prefix {
	smaller := 0
	for bits := p.Bits() + 1; bits < len(b.lengths); bits++ {
		smaller += b.lengths[bits]
	}
	if smaller == 0 || p.IsSingleIP() {
		return nil
	}
	inside := &book{}
	for q := range b.until.all() {
		if q.Bits() > p.Bits() && p.Contains(q.Addr()) {
			inside.until.set(q, 0)
			inside.lengths[q.Bits()]++
		}
	}
	return inside.visible()
}

// visible returns the members that belong in the set: those that no larger one contains.
func (b *book) visible() []netip.Prefix {
	all := make([]netip.Prefix, 0, b.until.len())
	for p := range b.until.all() {
		if !b.covered(p) {
			all = append(all, p)
		}
	}
	return all
}

// hasNetworks reports whether any member is more than a single address.
func (b *book) hasNetworks() bool {
	for p := range b.until.all() {
		return slices.ContainsFunc(b.lengths[:p.Addr().BitLen()], func(n int) bool { return n > 0 })
	}
	return false
}

// slack is how much longer the kernel keeps an address than we mean to: its timeout is for the case that we are no more.
const slack = time.Minute

// elements returns p as elements of a set. A set of intervals takes the first address and the one behind the last; there is none
// behind the last of all.
func elements(p netip.Prefix, interval bool, timeout time.Duration) []nftables.SetElement {
	first := nftables.SetElement{Key: p.Addr().AsSlice(), Timeout: timeout}
	if !interval {
		return []nftables.SetElement{first}
	}
	behind := lastOf(p).Next()
	if !behind.IsValid() {
		return []nftables.SetElement{first}
	}
	return []nftables.SetElement{first, {Key: behind.AsSlice(), IntervalEnd: true}}
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	last, _ := netip.AddrFromSlice(b) // the length is an address's
	return last
}

// timeout returns what the kernel is told about a member that leaves at until.
func timeout(until, now time.Time) time.Duration {
	if until.IsZero() {
		return 0
	}
	return max(until.Sub(now), 0) + slack
}
