package failure

import (
	"encoding/binary"
	"math"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// An entry of the tape is a record of what is known of one id, or says that nothing is any more. The latest entry of an id is in force.
// It begins with what is looked at often, at fixed places: a byte of flags, the time of the latest failure (8 bytes), the length of the
// key (1 byte or more) and the key, which is the id's binary form. The rest of a record is unpacked only when it is needed.
const (
	flagGone   byte = 1 << iota
	flagWhole       // the time is a whole number, see ticket.Failure
	flagSpan        // the first failure has a time of its own
	flagRetry       // the count is no small whole number
	flagSequel      // what follows are only the lines that came after those of an earlier entry
)

// A record is an entry unpacked.
type record struct {
	first, last ticket.Unix
	retry       float64
	attempts    int
	order       uint64 // rises with the first failure
	isWhole     bool
	detail      []byte // what package packed makes of the rest of the failure; of a sequel, of its own lines
	sequel      bool
	earlier     place // of a sequel, what it follows, and the number of all lines
	lines       int
}

func isGone(entry []byte) bool { return entry[0]&flagGone != 0 }

func isSequel(entry []byte) bool { return entry[0]&flagSequel != 0 }

func lastOf(entry []byte) ticket.Unix {
	return ticket.Unix(math.Float64frombits(binary.LittleEndian.Uint64(entry[1:])))
}

// keyOf returns the key of an entry and what stands behind.
func keyOf(entry []byte) (key, rest []byte) { return cutEntry(entry[9:]) }

func appendHead(to []byte, flags byte, last ticket.Unix, key []byte) []byte {
	to = appendFloat(append(to, flags), float64(last))
	return append(binary.AppendUvarint(to, uint64(len(key))), key...)
}

func appendFloat(to []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(to, math.Float64bits(f))
}

// appendGone appends an entry that says that the id with this key is no longer pending.
func appendGone(to, key []byte) []byte { return appendHead(to, flagGone, 0, key) }

// append appends r as the entry of the id with this key.
func (r *record) append(to, key []byte) []byte {
	var flags byte
	if r.isWhole {
		flags |= flagWhole
	}
	if r.first != r.last {
		flags |= flagSpan
	}
	if r.sequel {
		flags |= flagSequel
	}
	small := r.retry == math.Trunc(r.retry) && r.retry >= 0 && r.retry < 1<<32
	if !small {
		flags |= flagRetry
	}
	to = appendHead(to, flags, r.last, key)
	to = binary.AppendUvarint(binary.AppendUvarint(to, r.order), uint64(r.attempts))
	if small {
		to = binary.AppendUvarint(to, uint64(r.retry))
	} else {
		to = appendFloat(to, r.retry)
	}
	if r.first != r.last {
		to = appendFloat(to, float64(r.first))
	}
	if r.sequel {
		to = binary.AppendUvarint(binary.AppendUvarint(to, uint64(r.earlier)), uint64(r.lines))
	}
	return append(to, r.detail...)
}

// readRecord unpacks the entry of a record; its detail shares the entry's memory. It is ours, so it is well formed.
func readRecord(entry []byte) record {
	r, _ := parseRecord(entry)
	return r
}

// parseRecord is readRecord for an entry that anybody may have made; ok is false if it is malformed.
func parseRecord(entry []byte) (r record, ok bool) {
	_, rest := keyOf(entry)
	flags := entry[0]
	r.isWhole, r.last = flags&flagWhole != 0, lastOf(entry)
	in := numbers{rest: rest}
	r.order, r.attempts = in.uvarint(), int(in.uvarint())
	if flags&flagRetry != 0 {
		r.retry = in.float()
	} else {
		r.retry = float64(in.uvarint())
	}
	r.first = r.last
	if flags&flagSpan != 0 {
		r.first = ticket.Unix(in.float())
	}
	if r.sequel = flags&flagSequel != 0; r.sequel {
		r.earlier, r.lines = place(in.uvarint()), int(in.uvarint())
	}
	r.detail = in.rest
	return r, !in.bad
}

// numbers reads numbers from the front of rest. After an error all are 0.
type numbers struct {
	rest []byte
	bad  bool
}

func (n *numbers) uvarint() uint64 {
	v, width := binary.Uvarint(n.rest)
	if width <= 0 {
		n.bad, n.rest = true, nil
		return 0
	}
	n.rest = n.rest[width:]
	return v
}

func (n *numbers) float() float64 {
	if len(n.rest) < 8 {
		n.bad, n.rest = true, nil
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(n.rest))
	n.rest = n.rest[8:]
	return f
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

// unpack sets what f has beside its identity and time. r is no sequel.
func (r *record) unpack(f *ticket.Failure) {
	if len(r.detail) > 0 {
		packed.Read(string(r.detail), f) // it is ours
	}
}
