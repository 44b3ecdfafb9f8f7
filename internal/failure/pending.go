package failure

import (
	"cmp"
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A Pending is an offender that has not been banned yet, as it can be kept outside of a Table. Its Time is that of the latest
// failure.
type Pending struct {
	ticket.Failure
	First    ticket.Unix // where the counting of Retry begins
	Retry    float64
	Attempts int
	Order    uint64 // rises with the first failure
}

// Watch begins to note what changes, for Changes.
func (t *Table) Watch() { t.touched = map[addr.ID]struct{}{} }

func (t *Table) touch(id addr.ID) {
	if t.touched != nil {
		t.touched[id] = struct{}{}
	}
}

// Changes returns what has changed since the last call, or since Watch: the offenders that are new or counted on, in order of their first failure,
// and the ids that are no longer pending. all makes it return every offender there is.
func (t *Table) Changes(all bool) (changed []Pending, gone []addr.ID) {
	if all {
		for id := range t.pending {
			t.touch(id)
		}
	}
	ids := make([]addr.ID, 0, len(t.touched))
	for id := range t.touched {
		if t.pending[id] == nil {
			gone = append(gone, id)
			continue
		}
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b addr.ID) int { return cmp.Compare(t.pending[a].order, t.pending[b].order) })
	for _, id := range ids {
		changed = append(changed, t.pending[id].export(id))
	}
	clear(t.touched)
	return changed, gone
}

// Changed reports whether Changes would return anything.
func (t *Table) Changed() bool { return len(t.touched) > 0 }

func (r *record) export(id addr.ID) Pending {
	p := Pending{
		Failure: ticket.Failure{ID: id, Time: r.last, Whole: r.whole},
		First:   r.first, Retry: r.retry, Attempts: int(r.attempts), Order: r.order,
	}
	if d := r.detail; d != nil {
		p.IP, p.Matches, p.Fields = d.ip, d.matches, d.fields
	}
	return p
}

// Restore puts offenders back that another Table had, in the order in which they come. Ids that are pending already stay as
// they are.
func (t *Table) Restore(all []Pending) {
	for _, p := range all {
		if t.pending[p.ID] != nil {
			continue
		}
		t.order++
		r := &record{first: p.First, last: p.Time, whole: p.Whole, retry: p.Retry, attempts: int32(p.Attempts), order: t.order}
		if !p.IP.IsZero() || len(p.Matches) > 0 || len(p.Fields) > 0 {
			r.detail = &detail{ip: p.IP, matches: p.Matches, fields: p.Fields}
		}
		t.pending[p.ID] = r
	}
}
