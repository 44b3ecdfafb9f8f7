package failure

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// A plainTable is a Table as one would write it without minding memory.
type plainTable struct {
	settings Settings
	pending  map[addr.ID]*plainRecord
	order    int
}

type plainRecord struct {
	record
	ban ticket.Ban
}

func (p *plainTable) add(f *ticket.Failure, count int) (retry float64, due *ticket.Ban) {
	r := p.pending[f.ID]
	if r == nil {
		p.order++
		r = &plainRecord{record: record{first: f.Time, retry: float64(max(1, count)), order: uint64(p.order)}}
		r.ban = ticket.Ban{Failure: *f, BanTime: ticket.Default, Count: 1, Failures: 1}
		p.pending[f.ID] = r
	} else {
		r.last = r.ban.Time
		if f.Time > r.last {
			r.advance(f.Time, p.settings.FindTime)
			r.ban.Time, r.ban.Whole = f.Time, f.Whole
		}
		r.retry += float64(count)
		r.ban.Failures++
		r.ban.Matches = slices.Concat(r.ban.Matches, f.Matches)
		r.ban.Matches = r.ban.Matches[max(0, len(r.ban.Matches)-p.settings.MaxMatches):]
	}
	if r.retry < float64(p.settings.MaxRetry) {
		return r.retry, nil
	}
	delete(p.pending, f.ID)
	r.ban.Retry = r.retry
	return r.retry, &r.ban
}

func (p *plainTable) cleanUp(now ticket.Unix) {
	for id, r := range p.pending {
		if r.ban.Time <= now-ticket.Unix(p.settings.FindTime) {
			delete(p.pending, id)
		}
	}
}

// A copyOf collects what Changes gives, as a store does.
type copyOf struct {
	known  Copy
	pieces [][]byte
	wholes int
}

func (c *copyOf) take(t *Table, all bool) {
	pieces, whole := t.Changes(&c.known, all)
	if whole {
		c.pieces = nil
		c.wholes++
	}
	for _, p := range pieces {
		c.pieces = append(c.pieces, slices.Clone(p))
	}
}

// randomFailure is one of few ids, of all kinds, with lines and fields of all kinds.
func randomFailure(r *rand.Rand, now ticket.Unix) *ticket.Failure {
	names := []string{"192.0.2.%d", "2001:db8::%d", "198.51.%d.0/24", "user %d", "2001:db8:%d::/48", ""}
	name := names[r.IntN(len(names))]
	if name != "" {
		name = fmt.Sprintf(name, r.IntN(40))
	}
	f := &ticket.Failure{ID: id(name), Time: now, Whole: r.IntN(2) == 0}
	if r.IntN(4) == 0 {
		f.IP = id("203.0.113.9")
	}
	for range r.IntN(4) {
		f.Matches = append(f.Matches, ticket.Match{Before: "a", Date: fmt.Sprint(now), After: fmt.Sprintf(" user=bob port=%d\xff", r.IntN(1e5))})
	}
	for _, x := range (ticket.Fields{
		{Name: "user", Value: "bob"}, {Name: "other", Value: nil}, {Name: "mlfid", Value: ""}, {Name: "x", Value: "not in the line"},
		{Name: "users", Value: ticket.Set{"bob", "ann"}}, {Name: "fid", Value: ticket.Tuple{"", nil, "bob"}},
	}) {
		if r.IntN(3) == 0 {
			f.Fields = append(f.Fields, x)
		}
	}
	return f
}

// TestTableLikePlainOne compares counts and tickets on random failures, while the table is copied, cleaned up and replaced by what its
// copy has restored.
func TestTableLikePlainOne(t *testing.T) {
	t.Run("few lines", func(t *testing.T) { likePlainOne(t, Settings{MaxRetry: 6, FindTime: 400, MaxMatches: 4}, 12_000, 100) })
	// So many that their number takes more than a byte.
	t.Run("many lines", func(t *testing.T) { likePlainOne(t, Settings{MaxRetry: 150, FindTime: 1e6, MaxMatches: 130}, 4000, 1) })
	t.Run("no lines", func(t *testing.T) { likePlainOne(t, Settings{MaxRetry: 20, FindTime: 4000}, 4000, 20) })
}

func likePlainOne(t *testing.T, settings Settings, steps, leastBans int) {
	r := rand.New(rand.NewPCG(3, 4))
	want := &plainTable{settings: settings, pending: map[addr.ID]*plainRecord{}}
	got := New(settings)
	saved := copyOf{known: got.Copy()}
	now, bans := ticket.Unix(start), 0
	for i := range steps {
		now += ticket.Unix(r.Float64() * 5)
		f := randomFailure(r, now)
		if r.IntN(3) == 0 {
			f.ID = addr.Raw(fmt.Sprint(i)) // seen once
		}
		count := 1 + r.IntN(2)
		wantRetry, wantDue := want.add(f, count)
		if r.IntN(2) == 0 {
			f = &ticket.Failure{ID: f.ID, Time: f.Time, Whole: f.Whole, Packed: packed.Append(nil, f)}
		}
		gotRetry, gotDue := got.Add(f, count, false)
		if diff := cmp.Diff([]any{wantRetry, wantDue}, []any{gotRetry, gotDue}, compareIDs); diff != "" {
			t.Fatalf("step %d (-plain +table):\n%s", i, diff)
		}
		if gotDue != nil {
			bans++
		}
		switch r.IntN(50) {
		case 0:
			want.cleanUp(now)
			got.CleanUp(now)
		case 1:
			saved.take(got, r.IntN(20) == 0)
		case 2:
			saved.take(got, false)
			got = New(settings)
			if err := got.Restore(saved.pieces); err != nil {
				t.Fatal(err)
			}
			saved.known = got.Copy()
			saved.take(got, true)
		}
		if got.Len() != len(want.pending) {
			t.Fatalf("step %d: %d pending, want %d", i, got.Len(), len(want.pending))
		}
	}
	t.Logf("%d bans, %d whole copies", bans, saved.wholes)
	if bans < leastBans || saved.wholes < 10 {
		t.Error("too little happened")
	}
}

func TestCopyStaysSmall(t *testing.T) {
	table := New(Settings{MaxRetry: 1 << 30, FindTime: 1e9, MaxMatches: 3})
	saved := copyOf{known: table.Copy()}
	for i := range 50_000 {
		table.Add(failureOf(fmt.Sprintf("192.0.2.%d", i%100), ticket.Unix(i), "a line of an ordinary length, as logs have them"), 1, false)
		if i%10 == 0 {
			saved.take(table, false)
		}
	}
	size := 0
	for _, p := range saved.pieces {
		size += len(p)
	}
	if limit := 4*spare + 2*table.live; size > limit || table.tape.size > limit {
		t.Errorf("the copy has %d bytes, the table %d, for %d in force", size, table.tape.size, table.live)
	}
	if table.Changed(&saved.known) {
		saved.take(table, false)
	}
	if table.Changed(&saved.known) {
		t.Error("still changed after everything was taken")
	}
}

func TestDueInOrderOfFirstFailure(t *testing.T) {
	first := New(Settings{MaxRetry: 100, FindTime: 1e9})
	for i := range 2000 {
		first.Add(failureOf(fmt.Sprintf("10.0.%d.%d", i*7%2000>>8, i*7%2000&255), 0), 5, false)
	}
	pieces, _ := first.Changes(new(Copy), true)
	second := New(Settings{MaxRetry: 5, FindTime: 1e9})
	if err := second.Restore(pieces); err != nil {
		t.Fatal(err)
	}
	first.Apply(Settings{MaxRetry: 5, FindTime: 1e9})
	want, got := first.Due(), second.Due()
	if len(want) != 2000 || first.Len() != 0 {
		t.Fatalf("%d due, %d left", len(want), first.Len())
	}
	if diff := cmp.Diff(want, got, compareIDs); diff != "" {
		t.Error(diff)
	}
}

// TestSequelsNeedTheirBeginning restores a copy whose first piece is missing, and one in which another took its place.
func TestSequelsNeedTheirBeginning(t *testing.T) {
	settings := Settings{MaxRetry: 100, FindTime: 1e9, MaxMatches: 100}
	var saved, other copyOf
	for _, c := range []struct {
		copy  *copyOf
		lines []string
	}{{&saved, []string{"a"}}, {&other, []string{"a", "b", "c"}}} {
		table := New(settings)
		c.copy.known = table.Copy()
		for i := range 2 {
			table.Add(failureOf("192.0.2.1", 0, c.lines...), 1, false)
			table.Add(failureOf(fmt.Sprintf("192.0.2.%d", 2+i), 0, "x"), 1, false)
			c.copy.take(table, false)
		}
	}
	if len(saved.pieces) != 2 {
		t.Fatalf("%d pieces", len(saved.pieces))
	}
	for name, pieces := range map[string][][]byte{
		"none": saved.pieces[1:], "more": {other.pieces[0], saved.pieces[1]}, "fewer": {saved.pieces[0], other.pieces[1]},
	} {
		table := New(settings)
		if err := table.Restore(pieces); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	table := New(settings)
	if err := table.Restore(saved.pieces); err != nil || table.Len() != 3 {
		t.Errorf("%d restored, %v", table.Len(), err)
	}
}

func FuzzRestore(f *testing.F) {
	table := New(Settings{MaxRetry: 100, FindTime: 1e9, MaxMatches: 3})
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		table.Add(randomFailure(r, start), 1, false)
	}
	pieces, _ := table.Changes(new(Copy), true)
	f.Add(pieces[0])
	f.Fuzz(func(t *testing.T, piece []byte) {
		one := New(Settings{MaxRetry: 1 << 30, FindTime: 100, MaxMatches: 3})
		_ = one.Restore([][]byte{piece}) // what could be read counts
		again, _ := one.Changes(new(Copy), true)
		other := New(one.Settings())
		if err := other.Restore(again); err != nil || other.Len() != one.Len() {
			t.Fatalf("%d restored of %d, %v", other.Len(), one.Len(), err)
		}
		one.Apply(Settings{MaxRetry: 0, FindTime: 100})
		for _, due := range one.Due() {
			other.Add(&due.Failure, 1, false)
		}
		other.CleanUp(start)
	})
}
