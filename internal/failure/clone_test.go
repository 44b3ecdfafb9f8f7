package failure

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A branch is a table with what it is compared with: a plain one, and a copy outside.
type branch struct {
	table *Table
	plain *plainTable
	saved copyOf
}

func (b *branch) clone() *branch {
	c := &branch{b.table.Clone(), &plainTable{b.plain.settings, map[addr.ID]*plainRecord{}, b.plain.order}, b.saved}
	for id, r := range b.plain.pending {
		own := *r
		c.plain.pending[id] = &own
	}
	c.saved.pieces = slices.Clone(b.saved.pieces)
	return c
}

// pending returns all that is known of those who are pending, by the copy outside.
func (b *branch) pending(t *testing.T) []*ticket.Ban {
	b.saved.take(b.table, false)
	one := New(b.table.Settings())
	if err := one.Restore(b.saved.pieces); err != nil {
		t.Fatal(err)
	}
	one.Apply(Settings{FindTime: 1})
	return one.Due()
}

// TestClonesGoTheirOwnWay adds random failures to tables that are cloned now and then, each with a copy outside.
func TestClonesGoTheirOwnWay(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	settings := Settings{MaxRetry: 6, FindTime: 2000, MaxMatches: 4}
	first := &branch{table: New(settings), plain: &plainTable{settings: settings, pending: map[addr.ID]*plainRecord{}}}
	first.saved.known = first.table.Copy()
	branches := []*branch{first}
	now, bans, unequal := ticket.Unix(start), 0, 0
	for i := range 3_000 {
		now += ticket.Unix(r.Float64())
		b := branches[r.IntN(len(branches))]
		f := randomFailure(r, now)
		if r.IntN(3) == 0 {
			f.ID = addr.Raw(fmt.Sprint(i))
		}
		_, want := b.plain.add(f, 1)
		_, got := b.table.Add(f, 1, false)
		if diff := cmp.Diff(want, got, compareIDs); diff != "" {
			t.Fatalf("step %d (-plain +table):\n%s", i, diff)
		}
		if got != nil {
			bans++
		}
		switch r.IntN(100) {
		case 0:
			b.plain.cleanUp(now)
			b.table.CleanUp(now)
		case 1, 2:
			b.saved.take(b.table, false)
		case 3:
			c := b.clone()
			if !c.table.Equal(b.table) {
				t.Fatalf("step %d: a clone is not equal", i)
			}
			branches = append(branches, c)
			if len(branches) > 4 {
				branches = slices.Delete(branches, 0, 1)
			}
		}
		if i%500 != 499 {
			continue
		}
		mine := b.pending(t)
		for _, c := range branches {
			theirs := c.pending(t)
			if want := len(c.plain.pending); len(theirs) != want || c.table.LenAt(0) != want {
				t.Fatalf("step %d: %d restored, %d in the table, want %d", i, len(theirs), c.table.LenAt(0), want)
			}
			if reflect.DeepEqual(theirs, mine) {
				continue
			}
			if unequal++; c.table.Equal(b.table) {
				t.Fatalf("step %d: different tables are equal", i)
			}
		}
	}
	if bans < 20 || unequal < 10 {
		t.Errorf("only %d bans, only %d tables that differed", bans, unequal)
	}
}

func TestEqual(t *testing.T) {
	settings := Settings{MaxRetry: 3, FindTime: 100, MaxMatches: 3}
	table := func(s Settings, ids ...string) *Table {
		u := New(s)
		for _, id := range ids {
			u.Add(failureOf(id, 0, "line"), 1, false)
		}
		return u
	}
	restored := func(u *Table) *Table {
		pieces, _ := u.Changes(new(Copy), true)
		v := New(u.Settings())
		if err := v.Restore(pieces); err != nil {
			t.Fatal(err)
		}
		return v
	}
	emptied := table(settings, "192.0.2.1")
	emptied.CleanUp(start + 200)
	lowered := table(settings)
	lowered.Apply(Settings{MaxRetry: 2, FindTime: 100, MaxMatches: 3})
	lowered.Apply(settings)
	two := table(settings, "192.0.2.1", "192.0.2.2")
	for _, tt := range []struct {
		name string
		a, b *Table
		want bool
	}{
		{"empty", table(settings), table(settings), true},
		{"one that was emptied", table(settings), emptied, true},
		{"other settings", table(settings), table(Settings{MaxRetry: 4, FindTime: 100, MaxMatches: 3}), false},
		{"maxretry was lower", table(settings), lowered, false},
		{"the same history", two, table(settings, "192.0.2.1", "192.0.2.2"), true},
		{"somebody else", two, table(settings, "192.0.2.1", "192.0.2.3"), false},
		{"somebody more", two, table(settings, "192.0.2.1"), false},
		{"restored from the same", restored(two), restored(two), true},
		{"restored from something else", restored(two), restored(table(settings, "192.0.2.1", "192.0.2.3")), false},
	} {
		if got := tt.a.Equal(tt.b); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := tt.b.Equal(tt.a); got != tt.want {
			t.Errorf("%s, the other way: %v", tt.name, got)
		}
	}
}
