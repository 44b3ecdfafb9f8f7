package ban

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

const start = ticket.Unix(1700000000)

func id(text string) addr.ID {
	x, err := addr.Parse(text)
	if err != nil {
		panic(err)
	}
	return x
}

// banOf makes a ticket whose failure was at seconds after start.
func banOf(who string, at ticket.Unix, banTime float64) *ticket.Ban {
	return &ticket.Ban{Failure: ticket.Failure{ID: id(who), Time: start + at}, BanTime: banTime, Count: 1}
}

// bookOf makes a book with jail ban time 600 and bans of these ids, a second apart.
func bookOf(t *testing.T, who ...string) *Book {
	t.Helper()
	k := &Book{}
	k.SetBanTime(600)
	for i, w := range who {
		if added, _ := k.Add(banOf(w, ticket.Unix(i), ticket.Default), start); !added {
			t.Fatalf("%s was not added", w)
		}
	}
	return k
}

func names(bans []*ticket.Ban) []string {
	out := []string{}
	for _, b := range bans {
		out = append(out, b.ID.String())
	}
	return out
}

func wantNames(t *testing.T, what string, got []*ticket.Ban, want ...string) {
	t.Helper()
	if diff := gocmp.Diff(append([]string{}, want...), names(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAddAgainDrawsOut(t *testing.T) {
	tests := []struct {
		name          string
		first, second *ticket.Ban
		want          float64 // ban time of the ticket in the book
	}{
		{"later failure, jail's time", banOf("192.0.2.1", 0, ticket.Default), banOf("192.0.2.1", 5, ticket.Default), 605},
		{"same end", banOf("192.0.2.1", 0, 605), banOf("192.0.2.1", 5, ticket.Default), 605},
		{"earlier end changes nothing", banOf("192.0.2.1", 0, ticket.Default), banOf("192.0.2.1", 5, 100), ticket.Default},
		{"without end wins", banOf("192.0.2.1", 0, ticket.Default), banOf("192.0.2.1", 5, ticket.Forever), ticket.Forever},
		{"without end stays", banOf("192.0.2.1", 0, ticket.Forever), banOf("192.0.2.1", 5, 1e6), ticket.Forever},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := bookOf(t)
			k.Add(tt.first, start)
			added, existing := k.Add(tt.second, start+5)
			if added || existing == nil {
				t.Fatalf("Add = %v, %v, want the existing ticket", added, existing)
			}
			if existing.BanTime != tt.want || existing.Time != start {
				t.Errorf("ban time %v, time %v; want %v, %v", existing.BanTime, existing.Time, tt.want, start)
			}
			if k.Len() != 1 || k.Total() != 1 {
				t.Errorf("Len, Total = %d, %d, want 1, 1", k.Len(), k.Total())
			}
			end, ends := existing.End(600)
			if next, ok := k.NextEnd(); ok != ends || ok && next != end {
				t.Errorf("NextEnd = %v, %v, want %v, %v", next, ok, end, ends)
			}
		})
	}
}

func TestExpiredBanIsNotAdded(t *testing.T) {
	k := bookOf(t)
	if added, existing := k.Add(banOf("192.0.2.1", 0, 10), start+11); added || existing != nil {
		t.Errorf("Add of a ban that is over = %v, %v, want neither", added, existing)
	}
	if added, _ := k.Add(banOf("192.0.2.1", 0, 10), start+10); !added {
		t.Error("a ban that ends right now was not added")
	}
}

func TestExpired(t *testing.T) {
	k := bookOf(t)
	k.Add(banOf("192.0.2.3", 0, 30), start)
	k.Add(banOf("192.0.2.1", 0, 10), start)
	k.Add(banOf("192.0.2.9", 0, ticket.Forever), start)
	k.Add(banOf("192.0.2.2", 0, 20), start)
	wantNames(t, "at the very end of the first", k.Expired(start+10, 10))
	wantNames(t, "a moment later", k.Expired(start+10.001, 10), "192.0.2.1")
	wantNames(t, "limited to one", k.Expired(start+1000, 1), "192.0.2.2")
	wantNames(t, "the rest", k.Expired(start+1000, 10), "192.0.2.3")
	wantNames(t, "left", k.List(), "192.0.2.9")
	if _, ok := k.NextEnd(); ok {
		t.Error("NextEnd although only a ban without end is left")
	}
}

func TestSetBanTimeActsAtOnce(t *testing.T) {
	k := bookOf(t, "192.0.2.1", "192.0.2.2")
	k.Add(banOf("192.0.2.3", 0, 1000), start)
	k.SetBanTime(5)
	if next, _ := k.NextEnd(); next != start+5 {
		t.Errorf("NextEnd = %v, want %v", next, start+5)
	}
	k.SetBanTime(ticket.Forever)
	if next, _ := k.NextEnd(); next != start+1000 {
		t.Errorf("NextEnd = %v, want that of the ban with its own time, %v", next, start+1000)
	}
	k.SetBanTime(7)
	wantNames(t, "expired", k.Expired(start+8.5, 10), "192.0.2.1", "192.0.2.2")
}

func TestProlong(t *testing.T) {
	k := bookOf(t, "192.0.2.1")
	b, ok := k.Prolong(id("192.0.2.1"), 1200, 3)
	if !ok || b.BanTime != 1200 || b.Count != 3 {
		t.Fatalf("Prolong = %+v, %v", b, ok)
	}
	if next, _ := k.NextEnd(); next != start+1200 {
		t.Errorf("NextEnd = %v, want %v", next, start+1200)
	}
	if _, ok := k.Prolong(id("192.0.2.2"), 1200, 1); ok {
		t.Error("prolonged somebody who is not banned")
	}
}

func TestRemove(t *testing.T) {
	k := bookOf(t, "198.51.100.7", "192.0.2.1", "198.51.100.16/28", "2001:db8::5", "word", "198.51.100.200")
	if _, ok := k.Remove(id("192.0.2.9")); ok {
		t.Error("removed somebody who is not banned")
	}
	if b, ok := k.Remove(id("2001:DB8::5")); !ok || b.ID != id("2001:db8::5") {
		t.Errorf("Remove = %v, %v", b, ok)
	}
	wantNames(t, "within a network", k.RemoveWithin(id("198.51.100.0/25")), "198.51.100.7", "198.51.100.16/28")
	wantNames(t, "within a word", k.RemoveWithin(id("word")), "word")
	wantNames(t, "left", k.List(), "192.0.2.1", "198.51.100.200")
	wantNames(t, "cleared", k.Clear(), "192.0.2.1", "198.51.100.200")
	if k.Len() != 0 || k.Total() != 6 || k.Has(id("192.0.2.1")) {
		t.Errorf("after Clear: Len %d, Total %d", k.Len(), k.Total())
	}
	if added, _ := k.Add(banOf("192.0.2.1", 0, ticket.Default), start); !added {
		t.Error("cannot ban again after Clear")
	}
}

// TestTextsOfAllKinds compares the texts of lists with those of the tickets.
func TestTextsOfAllKinds(t *testing.T) {
	k := bookOf(t)
	if got := k.IDs(); got == nil || len(got) > 0 {
		t.Errorf("an empty book lists %q", got)
	}
	want := []string{"192.0.2.1", "2001:db8::1", "root", "198.51.100.0/24", "2001:db8::/48", "", "::192.0.2.1", "long " + strings.Repeat("x", 100_000)}
	for _, text := range want {
		id, err := addr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		k.Add(&ticket.Ban{Failure: ticket.Failure{ID: id, Time: start}, BanTime: ticket.Default}, start)
	}
	if diff := gocmp.Diff(want, k.IDs()); diff != "" {
		t.Error(diff)
	}
}

func TestByEnd(t *testing.T) {
	k := bookOf(t, "192.0.2.1", "192.0.2.2")
	k.Add(banOf("192.0.2.3", 0, ticket.Forever), start)
	k.Add(banOf("192.0.2.4", 0, 5), start)
	k.Add(banOf("192.0.2.5", 0, 600), start)
	wantNames(t, "by end", k.ByEnd(), "192.0.2.4", "192.0.2.1", "192.0.2.5", "192.0.2.2", "192.0.2.3")
	for i, b := range k.ByEnd() {
		if got := k.IDsByEnd()[i]; got != b.ID.String() {
			t.Errorf("IDsByEnd has %s where ByEnd has %s", got, b.ID)
		}
	}
}

// Random operations against a slice that is searched and sorted anew each time.
func TestBookAgainstSlowBook(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	k := bookOf(t)
	jail, slow, now := 600.0, []*ticket.Ban{}, start
	find := func(id addr.ID) int { return slices.IndexFunc(slow, func(b *ticket.Ban) bool { return b.ID == id }) }
	for i := range 20_000 {
		now += ticket.Unix(r.IntN(20))
		who := fmt.Sprintf("192.0.2.%d", r.IntN(60))
		at := find(id(who))
		switch r.IntN(8) {
		case 0:
			if _, ok := k.Remove(id(who)); ok != (at >= 0) {
				t.Fatalf("Remove(%s) = %v", who, ok)
			}
			if at >= 0 {
				slow = slices.Delete(slow, at, at+1)
			}
		case 1:
			if k.Prolong(id(who), 1500, 2); at >= 0 {
				slow[at].BanTime, slow[at].Count = 1500, 2
			}
		case 2:
			jail = float64(100 * (1 + r.IntN(9)))
			k.SetBanTime(jail)
		case 3:
			got := k.Expired(now, 1000)
			if !slices.IsSortedFunc(got, func(a, b *ticket.Ban) int {
				x, _ := a.End(jail)
				y, _ := b.End(jail)
				return cmp.Compare(x, y)
			}) {
				t.Fatalf("Expired is out of order: %v", names(got))
			}
			n := len(slow)
			slow = slices.DeleteFunc(slow, func(b *ticket.Ban) bool { end, ends := b.End(jail); return ends && end < now })
			if len(got) != n-len(slow) {
				t.Fatalf("%d expired, want %d", len(got), n-len(slow))
			}
		default:
			times := []float64{ticket.Default, ticket.Default, ticket.Default, 300, ticket.Forever}
			b := banOf(who, now-start, times[r.IntN(len(times))])
			if added, _ := k.Add(b, now); added != (at < 0) {
				t.Fatalf("Add(%s) = %v", who, added)
			}
			if at < 0 {
				slow = append(slow, b)
			} else if have, want := endOf(slow[at], jail), endOf(b, jail); want > have {
				slow[at].BanTime = float64(want - slow[at].Time)
				if b.Duration(jail) == ticket.Forever {
					slow[at].BanTime = ticket.Forever
				}
			}
		}
		if i%20 > 0 {
			continue
		}
		if diff := gocmp.Diff(names(slow), names(k.List())); diff != "" {
			t.Fatalf("list (-want +got):\n%s", diff)
		}
	}
}

func endOf(b *ticket.Ban, jail float64) ticket.Unix {
	if end, ends := b.End(jail); ends {
		return end
	}
	return 1e18
}

func TestConcurrentUse(t *testing.T) {
	k := bookOf(t)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 500 {
				who := fmt.Sprintf("192.0.%d.%d", w, i%250)
				k.Add(banOf(who, ticket.Unix(i), ticket.Default), start)
				k.Prolong(id(who), 700, 2)
				for _, b := range k.List() {
					_ = b.BanTime
				}
				k.Remove(id(who))
			}
		})
	}
	wg.Wait()
	if k.Len() != 0 || k.Total() != 2000 {
		t.Errorf("Len, Total = %d, %d, want 0, 2000", k.Len(), k.Total())
	}
}

// 100,000 bans must fit in 40 MB.
func TestMemoryPerBan(t *testing.T) {
	const n = 100_000
	k := bookOf(t)
	before := heapBytes()
	for i := range n {
		k.Add(banOf(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), 0, ticket.Default), start)
	}
	each := (heapBytes() - before) / n
	t.Logf("%d bytes per ban", each)
	if each > 160 {
		t.Errorf("%d bytes per ban, want at most 160", each)
	}
	runtime.KeepAlive(k)
}

func heapBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkAddExpire(b *testing.B) {
	var k Book
	k.SetBanTime(600)
	ids := make([]*ticket.Ban, 100_000)
	for i := range ids {
		ids[i] = banOf(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), 0, ticket.Default)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t := *ids[i%len(ids)]
		t.Time = start + ticket.Unix(i)/100
		k.Add(&t, t.Time)
		k.Expired(t.Time, 10)
	}
}

// TestTicketsComeBackWhole compares a ticket with every part set, and one with none.
func TestTicketsComeBackWhole(t *testing.T) {
	full := &ticket.Ban{
		Failure: ticket.Failure{
			ID: id("192.0.2.0/24"), IP: id("2001:db8::1"), Time: start + 0.25, Whole: true,
			Matches: []ticket.Match{{Before: "a", Date: "b", After: " user=bob"}, {}},
			Fields:  ticket.Fields{{Name: "user", Value: "bob"}, {Name: "none"}, {Name: "f", Value: ticket.Tuple{"x", nil}}},
		},
		BanTime: 12.5, Count: 3, Failures: 4, Retry: 5.5, Restored: true,
	}
	bare := &ticket.Ban{Failure: ticket.Failure{ID: addr.Raw(strings.Repeat("long ", 50)), Time: start}, BanTime: ticket.Default}
	k := bookOf(t)
	for _, b := range []*ticket.Ban{full, bare} {
		if added, _ := k.Add(b, start); !added {
			t.Fatal("not added")
		}
		got, ok := k.Get(b.ID)
		if diff := gocmp.Diff(b, got, cmpopts.EquateComparable(addr.ID{})); diff != "" || !ok {
			t.Errorf("%v (-want +got):\n%s", ok, diff)
		}
	}
}
