package failure

import (
	"bytes"
	"hash/maphash"
	"iter"

	"gaol/internal/addr"
)

func (t *Table) hash(key []byte) uint64 { return maphash.Bytes(t.seed, key) }

// find returns the slot of the id with this key.
func (t *Table) find(hash uint64, key []byte) (number int, ok bool) {
	return t.index.find(hash, func(p place) bool {
		k, _ := keyOf(t.tape.at(p))
		return bytes.Equal(k, key)
	})
}

func (t *Table) entryOf(number int) []byte { return t.tape.at(t.index.place(number)) }

func (t *Table) record(number int) record { return readRecord(t.entryOf(number)) }

// write puts r on the tape for the id whose key is in t.key.
func (t *Table) write(r *record) place {
	t.entry = r.append(t.entry[:0], t.key)
	t.live += len(t.entry)
	return t.tape.append(t.entry)
}

// insert notes the place of an id that is new.
func (t *Table) insert(hash uint64, at place) {
	if t.index.full() {
		t.index.grow()
	}
	t.index.add(hash, at)
}

// drop takes the id with this key out, which has the slot with this number.
func (t *Table) drop(number int, key []byte) {
	t.live -= t.weight(t.entryOf(number))
	t.index.remove(number)
	t.entry = appendGone(t.entry[:0], key)
	t.tape.append(t.entry)
}

// records gives the entries in force.
func (t *Table) records() iter.Seq2[place, []byte] {
	return func(yield func(place, []byte) bool) {
		for _, s := range t.index.slots {
			if s != empty && s != deleted && !yield(s.place(), t.tape.at(s.place())) {
				return
			}
		}
	}
}

// condense copies what is in force to a new tape, once most of the tape no longer is.
func (t *Table) condense() {
	if t.tape.size > 2*t.live+spare {
		t.rewrite()
	}
}

// rewrite copies what is in force to a new tape.
func (t *Table) rewrite() {
	var fresh tape
	live := 0
	places := newIndex(t.index.used)
	for at, entry := range t.tape.entries() {
		if isGone(entry) {
			continue
		}
		key, _ := keyOf(entry)
		hash := t.hash(key)
		if number, ok := t.find(hash, key); ok && t.index.place(number) == at {
			entry = t.alone(entry, key)
			live += len(entry)
			places.add(hash, fresh.append(entry))
		}
	}
	t.tape, t.index, t.live, t.edition = fresh, places, live, new(edition)
}

// alone returns entry or, if it is a sequel, one that holds everything; valid until the next call.
func (t *Table) alone(entry, key []byte) []byte {
	r := readRecord(entry)
	if !r.sequel {
		return entry
	}
	r.detail, r.sequel = t.whole(&r), false
	t.entry = r.append(t.entry[:0], key)
	return t.entry
}

func idOf(key []byte) addr.ID {
	id, _ := addr.FromBinary(string(key)) // it is ours
	return id
}
