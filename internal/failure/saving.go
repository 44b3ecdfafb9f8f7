package failure

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// Format is the number of the form in which Changes gives what it gives. Bytes of another one cannot be read.
const Format = 2<<8 | packed.Format

// An edition is a tape and what it grows to. When a table is written anew, that is another edition.
type edition struct{ _ byte } // values without size might be the same

// A Copy is how much of a table somebody outside has. The zero Copy is that of somebody who has nothing of it.
type Copy struct {
	of    *edition
	mark  end // the tape up to here is in the copy
	saved int // bytes that Changes gave since it last gave all
	roomy int // how many those may become
}

// Copy returns the Copy of somebody who has all of t as it is now.
func (t *Table) Copy() Copy {
	return Copy{of: t.edition, mark: t.tape.end(), roomy: spare}
}

// Changes returns what c has not got yet, in pieces: who has them all, in their order, has the table. whole says that these pieces are
// the whole table and those from before can be forgotten, because that was asked for, because the table was written anew, or because
// there are too many of them. The pieces stay as they are while the table goes on; nobody may change them.
func (t *Table) Changes(c *Copy, all bool) (pieces [][]byte, whole bool) {
	if all = all || c.of != t.edition; !all {
		pieces = t.tape.since(c.mark)
	}
	for _, p := range pieces {
		c.saved += len(p)
	}
	if whole = all || c.saved > c.roomy; whole {
		pieces = t.tape.since(end{})
		c.of, c.saved, c.roomy = t.edition, t.tape.size, 2*t.tape.size+spare
	}
	c.mark = t.tape.end()
	return pieces, whole
}

// Changed reports whether Changes would return anything new.
func (t *Table) Changed(c *Copy) bool { return c.of != t.edition || t.tape.end() != c.mark }

// ErrMalformed is the error of Restore for bytes that are none of Changes's.
var ErrMalformed = errors.New("malformed failures")

// Restore takes in the offenders of another table from all that its Changes returned. Ids that are pending already stay as they are.
// After an error the table has those that could be read.
func (t *Table) Restore(pieces [][]byte) error {
	other := New(t.settings)
	var err error
	for i, p := range pieces {
		if e := other.replay(p); e != nil && err == nil {
			err = fmt.Errorf("piece %d of %d: %w", i+1, len(pieces), e)
		}
	}
	t.merge(other)
	t.lowered = t.lowered || other.Len() > 0 // it may have been meanwhile
	return err
}

// replay does what the entries in piece say.
func (t *Table) replay(piece []byte) error {
	for len(piece) > 0 {
		var entry []byte
		if entry, piece = cutEntry(piece); !sound(entry) {
			return ErrMalformed
		}
		key, _ := keyOf(entry)
		hash := t.hash(key)
		number, known := t.find(hash, key)
		switch {
		case isGone(entry) && known:
			t.drop(number, key)
		case isGone(entry):
		case known:
			if !t.replace(number, entry) {
				return ErrMalformed
			}
		case isSequel(entry):
			return ErrMalformed
		default:
			t.live += len(entry)
			t.insert(hash, t.tape.append(entry))
		}
		t.condense()
	}
	return nil
}

// replace puts entry in the place of what is in force for its id. It reports false if it is the sequel of something else.
func (t *Table) replace(number int, entry []byte) bool {
	at := t.index.place(number)
	stale := 0
	if !isSequel(entry) {
		stale = t.weight(t.tape.at(at))
	} else {
		key, _ := keyOf(entry)
		r, before := readRecord(entry), t.record(number)
		lines := r.lines - linesOf(&before)
		if _, ok := packed.ReadLines(string(r.detail), lines); !ok {
			return false
		}
		stale = t.follow(&r, &before, at, lines)
		t.entry = r.append(t.entry[:0], key)
		entry = t.entry
	}
	t.live += len(entry) - stale
	t.index.move(number, t.tape.append(entry))
	return true
}

// merge adds the records of other, in the order of their first failures.
func (t *Table) merge(other *Table) {
	type one struct {
		order uint64
		at    place
	}
	all := make([]one, 0, other.Len())
	for at, entry := range other.records() {
		all = append(all, one{readRecord(entry).order, at})
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.order, b.order) })
	for _, x := range all {
		key, _ := keyOf(other.tape.at(x.at))
		entry := other.alone(other.tape.at(x.at), key)
		t.key = append(t.key[:0], key...)
		hash := t.hash(t.key)
		if _, known := t.find(hash, t.key); known {
			continue
		}
		r := readRecord(entry)
		t.order++
		r.order = t.order
		t.insert(hash, t.write(&r))
	}
	t.condense()
}

// sound reports whether entry is one that a table makes.
func sound(entry []byte) bool {
	if len(entry) < 10 {
		return false
	}
	key, _ := keyOf(entry)
	_, ok := addr.FromBinary(string(key))
	if !ok || isGone(entry) {
		return ok
	}
	r, ok := parseRecord(entry)
	if !ok || !finite(float64(r.first)) || !finite(float64(r.last)) || !finite(r.retry) || r.attempts < 0 || r.attempts > math.MaxInt32 {
		return false
	}
	var f ticket.Failure
	return len(r.detail) == 0 || r.sequel || packed.Read(string(r.detail), &f)
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
