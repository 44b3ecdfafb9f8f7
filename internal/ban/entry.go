package ban

import (
	"encoding/binary"
	"math"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// An entry is one ban and its places in the list and in the heap. 100,000 of them are a busy server, so it is kept small: what nobody
// asks for before the ban ends is packed.
type entry struct {
	packed     string // the id's binary form behind its length, the count that banned, and the rest as package packed has it
	time       ticket.Unix
	banTime    float64
	prev, next *entry
	place      int32 // in the heap; -1 for a ban without end
	count      int32
	failures   int32
	whole      bool
	restored   bool
}

func newEntry(b *ticket.Ban) *entry {
	e := &entry{
		time: b.Time, banTime: b.BanTime, place: -1, count: small(b.Count), failures: small(b.Failures), whole: b.Whole, restored: b.Restored,
	}
	var id [64]byte
	key := b.ID.AppendBinary(id[:0])
	buffer := binary.AppendUvarint(make([]byte, 0, 512), uint64(len(key)))
	buffer = append(buffer, key...)
	buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(b.Retry))
	if !b.IP.IsZero() || len(b.Matches) > 0 || len(b.Fields) > 0 {
		buffer = packed.Append(buffer, &b.Failure)
	}
	e.packed = string(buffer)
	return e
}

// small makes a count fit. More than two thousand million is not to be told from two.
func small(n int) int32 { return int32(max(0, min(n, math.MaxInt32))) }

// key is the name of e's id in the book.
func (e *entry) key() string {
	key, _ := e.parts()
	return key
}

// parts returns the key, and what stands behind.
func (e *entry) parts() (key, rest string) {
	head := e.packed[:min(len(e.packed), binary.MaxVarintLen64)]
	n, width := binary.Uvarint([]byte(head)) // it is ours
	end := width + int(n)
	return e.packed[width:end], e.packed[end:]
}

func (e *entry) id() addr.ID {
	id, _ := addr.FromBinary(e.key()) // it is ours
	return id
}

// endsAt returns when the ban ends, given the jail's ban time; see ticket.Ban.End.
func (e *entry) endsAt(jail float64) (end ticket.Unix, ends bool) {
	b := ticket.Ban{Failure: ticket.Failure{Time: e.time}, BanTime: e.banTime}
	return b.End(jail)
}

// ticket returns the ban as it stands.
func (e *entry) ticket() *ticket.Ban {
	b := &ticket.Ban{
		Failure: ticket.Failure{ID: e.id(), Time: e.time, Whole: e.whole},
		BanTime: e.banTime, Count: int(e.count), Failures: int(e.failures), Restored: e.restored,
	}
	_, rest := e.parts()
	b.Retry = math.Float64frombits(binary.LittleEndian.Uint64([]byte(rest[:8])))
	if rest = rest[8:]; rest != "" {
		packed.Read(rest, &b.Failure) // it is ours
	}
	return b
}
