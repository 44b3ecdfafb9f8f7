// Package packed keeps what a failure carries in a few bytes: its address, lines and fields as one run of bytes without pointers, for
// tables that hold very many of them.
//
// In go the parts of a ticket.Failure, out come the same parts. What is captured from a line is not stored a second time, but points
// into it; well-known names are one byte. The package never decides what to keep.
package packed

import (
	"bytes"
	"encoding/binary"
	"fmt"

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
	begin := len(to)
	if f.IP.IsZero() {
		to = append(to, 0)
	} else {
		id := f.IP.AppendBinary(make([]byte, 0, 32))
		to = append(binary.AppendUvarint(to, uint64(len(id))), id...)
	}
	to = AppendLines(binary.AppendUvarint(to, uint64(len(f.Matches))), f.Matches)
	lines := search{in: to[begin:min(len(to), begin+window)]}
	to = binary.AppendUvarint(to, uint64(len(f.Fields)))
	for i := range f.Fields {
		to = appendValue(appendName(to, f.Fields[i].Name), f.Fields[i].Value, &lines)
	}
	return to
}

func appendMatch(to []byte, m *ticket.Match) []byte {
	return appendText(appendText(appendText(to, m.Before), m.Date), m.After)
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// appendName appends the code of a name, counted from 1, or 0 and the name.
func appendName(to []byte, name string) []byte {
	for i := range names {
		if names[i] == name {
			return append(to, byte(i+1))
		}
	}
	return appendText(append(to, 0), name)
}

func appendValue(to []byte, value any, lines *search) []byte {
	switch v := value.(type) {
	case ticket.Set:
		to = binary.AppendUvarint(append(to, set), uint64(len(v)))
		for _, member := range v {
			to = appendMember(to, member, lines)
		}
		return to
	}
	return appendMember(to, value, lines)
}

// appendMember appends what a set may hold: a string, nil or a tuple.
func appendMember(to []byte, value any, lines *search) []byte {
	v, ok := value.(ticket.Tuple)
	if !ok {
		return appendPart(to, value, lines)
	}
	to = binary.AppendUvarint(append(to, tuple), uint64(len(v)))
	for _, part := range v {
		to = appendPart(to, part, lines)
	}
	return to
}

// appendPart appends a string, or nil.
func appendPart(to []byte, value any, lines *search) []byte {
	if value == nil {
		return append(to, none)
	}
	s, ok := value.(string)
	if !ok {
		s = fmt.Sprint(value)
	}
	if len(s) >= shortest {
		if at := lines.find([]byte(s)); at >= 0 {
			return binary.AppendUvarint(binary.AppendUvarint(append(to, within), uint64(at)), uint64(len(s)))
		}
	}
	return appendText(append(to, text), s)
}

// A search finds texts in lines. It goes on where the last one ended, because fields mostly come in the order of the line, and searches
// all only where that leads to nothing.
type search struct {
	in []byte
	at int
}

// find returns where text stands, -1 if nowhere.
func (x *search) find(text []byte) int {
	at := bytes.Index(x.in[x.at:], text)
	if at >= 0 {
		at += x.at
	} else if at = bytes.Index(x.in, text); at < 0 {
		return -1
	}
	x.at = at + len(text)
	return at
}

// Read sets the parts of f that Append stored in b, and reports whether b is what Append makes. The texts of f share b's memory.
func Read(b string, f *ticket.Failure) bool {
	r := reader{all: b, rest: b}
	f.IP, f.Matches, f.Fields = addr.ID{}, nil, nil
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
