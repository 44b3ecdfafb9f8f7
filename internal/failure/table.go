// Package failure counts the failures of each offender and says when they are enough.
//
// In go failures in the order in which a filter finds them; out come the count after each and, once it reaches maxretry,
// the ticket to ban. The package never reads the clock, never asks the database and never bans: what time it is, how much
// a failure of a known offender weighs and what to do with a ticket is the caller's business.
package failure

import (
	"cmp"
	"hash/maphash"
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// Settings are the limits of one jail.
type Settings struct {
	MaxRetry   int     // the count that bans
	FindTime   float64 // seconds within which failures add up
	MaxMatches int     // how many of the latest lines to keep for an id; 0 keeps none
}

// A Table holds the offenders of one jail that have not been banned yet. Make it with New. It is not safe for concurrent use.
//
// A flood fills it with ids seen once, so they are kept packed, on a tape: whatever changes is written behind the rest, and what is in
// force is copied to a new tape when most of the old one no longer is. The tape is also what is stored, see Changes.
type Table struct {
	settings Settings
	tape     tape
	index    index        // of the entries in force
	seed     maphash.Seed // so that nobody can choose ids whose hashes collide
	live     int          // bytes of those
	order    uint64       // number of the latest record
	total    int
	lowered  bool // MaxRetry was: some records may be due
	// opener is the failure counted last if it made a record: reported a second time, for its weight, it adds no lines.
	opener  *ticket.Failure
	edition *edition

	key, entry, detail, lines []byte // scratch space
}

// spare is how many bytes of a tape may always be out of force.
const spare = 1 << 16

// New returns an empty table.
func New(s Settings) *Table {
	return &Table{settings: s, seed: maphash.MakeSeed(), edition: new(edition)}
}

// Apply puts new limits in force. Records that a lower MaxRetry makes due stay until their next failure or a call of Due.
func (t *Table) Apply(s Settings) {
	t.lowered = t.lowered || s.MaxRetry < t.settings.MaxRetry
	t.settings = s
}

// Settings returns the limits in force.
func (t *Table) Settings() Settings { return t.settings }

// Add counts a failure as count ones: 1 as a filter finds it, more for an attempt with several lines. A known offender's
// failure is added a second time, observed, for the weight beyond 1; that one counts only where the id is still pending.
//
// Add returns the count so far and, if that reached MaxRetry, the ticket: its time is that of the id's latest failure, and
// the id starts from nothing again. Of f the table keeps copies.
func (t *Table) Add(f *ticket.Failure, count int, observed bool) (retry float64, due *ticket.Ban) {
	t.key = f.ID.AppendBinary(t.key[:0])
	hash := t.hash(t.key)
	number, known := t.find(hash, t.key)
	if !observed {
		t.opener = nil // whose memory may be f's by now
	}
	var r record
	stale := 0
	switch {
	case known:
		r = t.record(number)
		stale = t.extend(&r, t.index.place(number), f, count)
	case observed:
		return 0, nil
	default:
		r = t.open(f, count)
	}
	t.total++
	switch {
	case r.retry >= float64(t.settings.MaxRetry):
		due = t.ban(&r, f.ID)
		if known {
			t.drop(number, t.key)
		}
	case known:
		t.live -= stale
		t.index.move(number, t.write(&r))
	default:
		t.insert(hash, t.write(&r))
	}
	t.condense()
	return r.retry, due
}

// open makes the record of an id not seen before. Its lines are kept whatever MaxMatches says: they are one attempt's.
func (t *Table) open(f *ticket.Failure, count int) record {
	t.order++
	t.opener = f
	return record{
		first: f.Time, last: f.Time, isWhole: f.Whole, retry: float64(max(1, count)), attempts: 1, order: t.order, detail: t.pack(f),
	}
}

// extend counts f in r, which stands at a place. It returns how many bytes of the tape are out of force when r is written.
func (t *Table) extend(r *record, at place, f *ticket.Failure, count int) (stale int) {
	if f.Time > r.last {
		r.advance(f.Time, t.settings.FindTime)
		r.isWhole = f.Whole
	}
	r.retry += float64(count)
	r.attempts++
	if f == t.opener {
		return t.keep(r, at, 0, nil)
	}
	n, lines := t.linesIn(f)
	return t.keep(r, at, n, lines)
}

// linesIn returns the lines of f packed, in memory that holds until the next call.
func (t *Table) linesIn(f *ticket.Failure) (n int, lines []byte) {
	if f.Packed != nil {
		return packed.Lines(f.Packed)
	}
	t.lines = packed.AppendLines(t.lines[:0], f.Matches)
	return len(f.Matches), t.lines
}

// keep appends n packed lines to those of r, which stands at a place, and cuts the whole to the last MaxMatches.
func (t *Table) keep(r *record, at place, n int, lines []byte) (stale int) {
	before := *r
	switch all := linesOf(r) + n; {
	case len(r.detail) == 0 && !r.sequel && n == 0:
		return len(t.tape.at(at))
	case all <= t.settings.MaxMatches || all == 0:
		r.detail = lines
		return t.follow(r, &before, at, n)
	}
	f := t.failure(r, addr.ID{})
	more, _ := packed.ReadLines(string(lines), n) // we packed them, or the filter did
	f.Matches = append(f.Matches, more...)
	f.Matches = f.Matches[len(f.Matches)-max(0, t.settings.MaxMatches):]
	r.detail, r.sequel = t.pack(&f), false
	return t.weight(t.tape.at(at))
}

// pack returns what f carries beside its identity and time, in memory that holds until the next call; nil if there is nothing.
func (t *Table) pack(f *ticket.Failure) []byte {
	if f.Packed != nil {
		return f.Packed
	}
	if f.IP.IsZero() && len(f.Matches) == 0 && len(f.Fields) == 0 {
		return nil
	}
	t.detail = packed.Append(t.detail[:0], f)
	return t.detail
}

// Due takes out the tickets that have reached MaxRetry without a failure of their own, which happens when it was lowered;
// in the order in which their ids were first seen.
func (t *Table) Due() []*ticket.Ban {
	if !t.lowered {
		return nil
	}
	t.lowered = false
	type one struct {
		key []byte
		record
	}
	var all []one
	for _, entry := range t.records() {
		if r := readRecord(entry); r.retry >= float64(t.settings.MaxRetry) {
			key, _ := keyOf(entry)
			all = append(all, one{key, r})
		}
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.order, b.order) })
	var due []*ticket.Ban
	for _, x := range all {
		number, _ := t.find(t.hash(x.key), x.key)
		due = append(due, t.ban(&x.record, idOf(x.key)))
		t.drop(number, x.key)
	}
	t.condense()
	return due
}

// Last returns the time of an id's latest failure, if it is pending.
func (t *Table) Last(id addr.ID) (last ticket.Unix, ok bool) {
	t.key = id.AppendBinary(t.key[:0])
	number, ok := t.find(t.hash(t.key), t.key)
	if !ok {
		return 0, false
	}
	return lastOf(t.entryOf(number)), true
}

// CleanUp forgets the ids whose latest failure is findtime or more before now.
func (t *Table) CleanUp(now ticket.Unix) {
	limit := now - ticket.Unix(t.settings.FindTime)
	for at, entry := range t.tape.entries() {
		if isGone(entry) || lastOf(entry) > limit {
			continue
		}
		key, _ := keyOf(entry)
		if number, ok := t.find(t.hash(key), key); ok && t.index.place(number) == at {
			t.drop(number, key)
		}
	}
	t.condense()
}

// Len returns the number of pending ids.
func (t *Table) Len() int { return t.index.used }

// LenAt returns what Len would return after CleanUp.
func (t *Table) LenAt(now ticket.Unix) (n int) {
	limit := now - ticket.Unix(t.settings.FindTime)
	for _, entry := range t.records() {
		if lastOf(entry) > limit {
			n++
		}
	}
	return n
}

// Total returns how often Add counted something.
func (t *Table) Total() int { return t.total }

// Pending returns the count and the attempts of an id that is in the table.
func (t *Table) Pending(id addr.ID) (retry float64, failures int, ok bool) {
	key := id.AppendBinary(nil)
	number, ok := t.find(t.hash(key), key)
	if !ok {
		return 0, 0, false
	}
	r := t.record(number)
	return r.retry, r.attempts, true
}
