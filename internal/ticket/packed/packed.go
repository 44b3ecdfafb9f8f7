// Package packed keeps what a failure carries in a few bytes: its address, lines and fields as one run of bytes without pointers, for
// tables that hold very many of them.
//
// In go the parts of a ticket.Failure, out come the same parts. What is captured from a line is not stored a second time, but points
// into it; well-known names are one byte. The package never decides what to keep.
package packed

import (
	"encoding/binary"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// Format is the number of the byte format. It must change whenever old bytes would be read as something else, since tables are stored.
const Format = 2

// names are the names of fields that stock filters use, in the order of their codes. Names may be added at the end.
var names = [...]string{
	"user", "mlfid", "ip", "ip4", "ip6", "dns", "host", "fid", "port", "nofail", "mlfpending", "mlfforget", "mlfgained", "alt_user",
	"alt_user1", "cond_user", "cond_inv", "error", "email", "stream",
}

// Kinds of a field's value.
const (
	none byte = iota // the group took no part
	text
	within // a part of the lines: its place there, and its length
	set
	tuple
)

// shortest is the length from which on a place in the lines is shorter than the text itself, and window how many bytes of the lines are
// searched for it: a longer search would cost more than it saves.
const (
	shortest = 3
	window   = 1024
)

// Append appends the parts of f that are neither its identity nor its time. A failure without any of them takes three bytes.
func Append(to []byte, f *ticket.Failure) []byte {
	if f.Packed != nil {
		return append(to, f.Packed...)
	}
	w := Begin(to, f.IP, len(f.Matches))
	w.to = AppendLines(w.to, f.Matches)
	w.Fields(len(f.Fields))
	for i := range f.Fields {
		w.Name(f.Fields[i].Name)
		w.value(f.Fields[i].Value)
	}
	return w.to
}

// Open unpacks f.Packed, if there is something, and empties it.
func Open(f *ticket.Failure) {
	if f.Packed != nil {
		Read(string(f.Packed), f) // it is ours
	}
}

// appendText appends a text behind its length.
func appendText[T string | []byte](to []byte, s T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// Read sets the parts of f that Append stored in b, and reports whether b is what Append makes. The texts of f share b's memory.
func Read(b string, f *ticket.Failure) bool {
	r := reader{all: b, rest: b}
	f.IP, f.Matches, f.Fields, f.Packed = addr.ID{}, nil, nil, nil
	if id := r.text(); id != "" {
		var ok bool
		if f.IP, ok = addr.FromBinary(id); !ok {
			return false
		}
	}
	f.Matches = r.matches(r.count(3))
	if n := r.count(2); n > 0 {
		f.Fields = make(ticket.Fields, n)
		for i := range f.Fields {
			f.Fields[i] = ticket.Field{Name: r.name(), Value: r.value()}
		}
	}
	return !r.bad && r.rest == ""
}

// A reader takes bytes apart. After an error it gives empty values.
type reader struct {
	all, rest string
	bad       bool
}

func (r *reader) fail() {
	r.bad, r.rest = true, ""
}

func (r *reader) number() uint64 {
	var v uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		c := r.rest[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return v
		}
	}
	r.fail()
	return 0
}

// count reads the number of things that take least bytes each, so that nobody makes us reserve memory for more than there can be.
func (r *reader) count(least int) int {
	n := r.number()
	if n > uint64(len(r.rest)/least) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count(1)
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) matches(n int) []ticket.Match {
	if n == 0 {
		return nil
	}
	lines := make([]ticket.Match, n)
	for i := range lines {
		lines[i] = ticket.Match{Before: r.text(), Date: r.text(), After: r.text()}
	}
	return lines
}

func (r *reader) name() string {
	switch code := r.number(); {
	case code == 0:
		return r.text()
	case code <= uint64(len(names)):
		return names[code-1]
	}
	r.fail()
	return ""
}

func (r *reader) value() any {
	kind := r.number()
	if kind != uint64(set) {
		return r.member(kind)
	}
	members := make(ticket.Set, r.count(1))
	for i := range members {
		members[i] = r.member(r.number())
	}
	return members
}

func (r *reader) member(kind uint64) any {
	if kind != uint64(tuple) {
		return r.part(kind)
	}
	parts := make(ticket.Tuple, r.count(1))
	for i := range parts {
		parts[i] = r.part(r.number())
	}
	return parts
}

func (r *reader) part(kind uint64) any {
	switch kind {
	case uint64(none):
		return nil
	case uint64(text):
		return r.text()
	case uint64(within):
		return r.within(r.number(), r.number())
	}
	r.fail()
	return nil
}

func (r *reader) within(at, length uint64) string {
	if size := uint64(len(r.all)); at > size || length > size-at {
		r.fail()
		return ""
	}
	return r.all[at : at+length]
}
