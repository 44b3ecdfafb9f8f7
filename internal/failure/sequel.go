package failure

import (
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// A record may be the sequel of an earlier entry of the same id: it has all the numbers, but of the lines only those that came since. So
// somebody who fails again and again costs what his new lines cost, on the tape and in the store.

// linesOf returns how many lines r has in all.
func linesOf(r *record) int {
	if r.sequel {
		return r.lines
	}
	n, _ := packed.Lines(r.detail)
	return n
}

// follow makes r, whose detail is the lines that it has more than before, the sequel of before, which stands at a place. It returns how
// many bytes of the tape are out of force then: an entry without lines of its own is passed over, so that there are no more entries
// than lines.
func (t *Table) follow(r, before *record, at place, lines int) (stale int) {
	from := at
	if before.sequel && len(before.detail) == 0 {
		from, stale = before.earlier, len(t.tape.at(at))
	}
	r.sequel, r.earlier, r.lines = true, from, linesOf(before)+lines
	return stale
}

// weight returns how many bytes of the tape are in force for the id with this entry.
func (t *Table) weight(entry []byte) (n int) {
	for {
		n += len(entry)
		r := readRecord(entry)
		if !r.sequel {
			return n
		}
		entry = t.tape.at(r.earlier)
	}
}

// whole returns the detail of r with the lines of all that it is the sequel of.
func (t *Table) whole(r *record) []byte {
	if !r.sequel {
		return r.detail
	}
	parts := [][]byte{r.detail}
	first := readRecord(t.tape.at(r.earlier))
	for first.sequel {
		parts = append(parts, first.detail)
		first = readRecord(t.tape.at(first.earlier))
	}
	slices.Reverse(parts)
	n, lines := r.lines-linesOf(&first), slices.Concat(parts...)
	if detail, ok := packed.Extend(nil, first.detail, n, lines); ok {
		return detail
	}
	var f ticket.Failure
	first.unpack(&f)
	more, _ := packed.ReadLines(string(lines), n) // they are ours
	f.Matches = append(f.Matches, more...)
	return t.pack(&f)
}

// failure returns the latest failure of id, whose record is r, with the lines and fields of all.
func (t *Table) failure(r *record, id addr.ID) ticket.Failure {
	f := ticket.Failure{ID: id, Time: r.last, Whole: r.isWhole}
	alone := record{detail: t.whole(r)}
	alone.unpack(&f)
	return f
}

// ban returns the ticket of id, whose record is r.
func (t *Table) ban(r *record, id addr.ID) *ticket.Ban {
	return &ticket.Ban{Failure: t.failure(r, id), BanTime: ticket.Default, Count: 1, Failures: r.attempts, Retry: r.retry}
}
