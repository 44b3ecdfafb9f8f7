// Package failure counts the failures of each offender and says when they are enough.
//
// In go failures in the order in which a filter finds them; out come the count after each and, once it reaches maxretry,
// the ticket to ban. The package never reads the clock, never asks the database and never bans: what time it is, how much
// a failure of a known offender weighs and what to do with a ticket is the caller's business.
package failure

import (
	"cmp"
	"math"
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// Settings are the limits of one jail.
type Settings struct {
	MaxRetry   int     // the count that bans
	FindTime   float64 // seconds within which failures add up
	MaxMatches int     // how many of the latest lines to keep for an id; 0 keeps none
}

// A Table holds the offenders of one jail that have not been banned yet. Make it with New. It is not safe for concurrent use.
type Table struct {
	settings Settings
	pending  map[addr.ID]*record
	order    uint64 // number of the latest record
	total    int
	// opener is the failure that made the latest record: reported a second time, for its weight, it adds no lines.
	opener *ticket.Failure
	// touched are the ids whose record changed, appeared or went since Changes was called; nil where nobody asks.
	touched map[addr.ID]struct{}
}

// A record is what is known of one id. A flood fills the table with ids seen once, so it is kept small: what only some
// failures carry hangs on detail.
type record struct {
	first, last ticket.Unix
	retry       float64
	order       uint64
	attempts    int32
	whole       bool
	detail      *detail
}

type detail struct {
	ip      addr.ID
	matches []ticket.Match
	fields  ticket.Fields
}

// New returns an empty table.
func New(s Settings) *Table {
	return &Table{settings: s, pending: map[addr.ID]*record{}}
}

// Apply puts new limits in force. Records that a lower MaxRetry makes due stay until their next failure or a call of Due.
func (t *Table) Apply(s Settings) { t.settings = s }

// Settings returns the limits in force.
func (t *Table) Settings() Settings { return t.settings }

// Add counts a failure as count ones: 1 as a filter finds it, more for an attempt with several lines. A known offender's
// failure is added a second time, observed, for the weight beyond 1; that one counts only where the id is still pending.
//
// Add returns the count so far and, if that reached MaxRetry, the ticket: its time is that of the id's latest failure, and
// the id starts from nothing again. The table keeps the slices of f, which the caller must not change any more.
func (t *Table) Add(f *ticket.Failure, count int, observed bool) (retry float64, due *ticket.Ban) {
	r := t.pending[f.ID]
	switch {
	case r != nil:
		t.extend(r, f, count)
	case observed:
		return 0, nil
	default:
		r = t.open(f, count)
	}
	t.total++
	t.touch(f.ID)
	if r.retry < float64(t.settings.MaxRetry) {
		return r.retry, nil
	}
	return r.retry, t.take(f.ID, r)
}

// open makes the record of an id not seen before. Its lines are kept whatever MaxMatches says: they are one attempt's.
func (t *Table) open(f *ticket.Failure, count int) *record {
	t.order++
	t.opener = f
	r := &record{
		first: f.Time, last: f.Time, whole: f.Whole,
		retry: float64(max(1, count)), attempts: 1, order: t.order,
	}
	if !f.IP.IsZero() || len(f.Matches) > 0 || len(f.Fields) > 0 {
		r.detail = &detail{ip: f.IP, matches: f.Matches, fields: f.Fields}
	}
	t.pending[f.ID] = r
	return r
}

func (t *Table) extend(r *record, f *ticket.Failure, count int) {
	if f.Time > r.last {
		r.advance(f.Time, t.settings.FindTime)
		r.whole = f.Whole
	}
	r.retry += float64(count)
	r.attempts++
	lines := f.Matches
	if f == t.opener {
		lines = nil
	}
	r.keep(lines, t.settings.MaxMatches)
}

// advance moves the latest failure to now. Where the span since the first exceeds findTime, the count is not dropped but
// scaled to what that rate makes in findTime; the order of operations and the rounding (half to even) are part of the
// behaviour. (docs/compatibility.md, "counting")
func (r *record) advance(now ticket.Unix, findTime float64) {
	if start := now - ticket.Unix(findTime); r.first < start {
		r.retry = math.RoundToEven(r.retry / float64(now-r.first) * findTime)
		r.first = start
	}
	r.last = now
}

// keep appends lines and cuts the whole to the last limit ones.
func (r *record) keep(lines []ticket.Match, limit int) {
	if r.detail == nil {
		if len(lines) == 0 {
			return
		}
		r.detail = &detail{}
	}
	all := append(slices.Clip(r.detail.matches), lines...)
	if over := len(all) - max(0, limit); over > 0 {
		all = slices.Clone(all[over:]) // a copy, so that the lines cut off can be freed
	}
	r.detail.matches = all
}

// take removes id and returns its ticket.
func (t *Table) take(id addr.ID, r *record) *ticket.Ban {
	delete(t.pending, id)
	t.touch(id)
	b := &ticket.Ban{
		Failure:  ticket.Failure{ID: id, Time: r.last, Whole: r.whole},
		BanTime:  ticket.Default,
		Count:    1,
		Failures: int(r.attempts),
		Retry:    r.retry,
	}
	if d := r.detail; d != nil {
		b.IP, b.Matches, b.Fields = d.ip, d.matches, d.fields
	}
	return b
}

// Due takes out the tickets that have reached MaxRetry without a failure of their own, which happens when it was lowered;
// in the order in which their ids were first seen.
func (t *Table) Due() []*ticket.Ban {
	var ids []addr.ID
	for id, r := range t.pending {
		if r.retry >= float64(t.settings.MaxRetry) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b addr.ID) int { return cmp.Compare(t.pending[a].order, t.pending[b].order) })
	var due []*ticket.Ban
	for _, id := range ids {
		due = append(due, t.take(id, t.pending[id]))
	}
	return due
}

// CleanUp forgets the ids whose latest failure is findtime or more before now.
func (t *Table) CleanUp(now ticket.Unix) {
	limit := now - ticket.Unix(t.settings.FindTime)
	for id, r := range t.pending {
		if r.last <= limit {
			delete(t.pending, id)
			t.touch(id)
		}
	}
}

// Len returns the number of pending ids.
func (t *Table) Len() int { return len(t.pending) }

// Total returns how often Add counted something.
func (t *Table) Total() int { return t.total }

// Pending returns the count and the attempts of an id that is in the table.
func (t *Table) Pending(id addr.ID) (retry float64, failures int, ok bool) {
	r := t.pending[id]
	if r == nil {
		return 0, 0, false
	}
	return r.retry, int(r.attempts), true
}
