package failure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

func pendingID(text string) addr.ID {
	id, _ := addr.Parse(text)
	return id
}

// TestRestoredTableCountsOn moves every change of one table into another, and lets both count on.
func TestRestoredTableCountsOn(t *testing.T) {
	settings := Settings{MaxRetry: 3, FindTime: 100, MaxMatches: 5}
	first := New(settings)
	first.Watch()
	saved := map[addr.ID]Pending{}
	save := func() {
		changed, gone := first.Changes(false)
		for _, p := range changed {
			saved[p.ID] = p
		}
		for _, id := range gone {
			delete(saved, id)
		}
	}
	fail := func(table *Table, id string, at ticket.Unix) *ticket.Ban {
		_, due := table.Add(&ticket.Failure{ID: pendingID(id), Time: at, Matches: []ticket.Match{{After: id}}}, 1, false)
		return due
	}
	for i, id := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.3", "192.0.2.3"} {
		fail(first, id, ticket.Unix(1000+i))
		if i%2 == 0 {
			save()
		}
	}
	save()
	if first.Changed() {
		t.Error("still changed after everything was taken")
	}
	second := New(settings)
	all, _ := first.Changes(true)
	second.Restore(all)
	if diff := cmp.Diff(len(saved), second.Len()); diff != "" {
		t.Errorf("changes do not add up to the whole: %s", diff)
	}
	for _, p := range all {
		if diff := cmp.Diff(saved[p.ID], p, cmpopts.EquateComparable(addr.ID{}), cmpopts.IgnoreFields(Pending{}, "Order")); diff != "" {
			t.Error(diff)
		}
	}
	for _, id := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		want, got := fail(first, id, 1010), fail(second, id, 1010)
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(addr.ID{}), cmpopts.IgnoreFields(Pending{}, "Order")); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}
