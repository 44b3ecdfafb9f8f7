package packed

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A Writer packs a failure part by part, for whoever has it in another form than that of a ticket: first as many lines as Begin was told,
// then Fields and as many names, each with its value.
type Writer struct {
	to    []byte
	begin int // where the failure begins
	lines search
}

// Begin begins to append a failure with the address ip, or none, and a number of lines.
func Begin(to []byte, ip addr.ID, lines int) Writer {
	w := Writer{to: to, begin: len(to)}
	if ip.IsZero() {
		w.to = append(w.to, 0)
	} else {
		w.to = appendText(w.to, ip.AppendBinary(make([]byte, 0, 32)))
	}
	w.to = binary.AppendUvarint(w.to, uint64(lines))
	return w
}

// Line appends a line.
func (w *Writer) Line(before, date, after []byte) {
	w.to = appendText(appendText(appendText(w.to, before), date), after)
}

// Fields says how many fields follow.
func (w *Writer) Fields(n int) {
	w.lines.in = w.to[w.begin:min(len(w.to), w.begin+window)]
	w.to = binary.AppendUvarint(w.to, uint64(n))
}

// Name begins a field: its code, counted from 1, or 0 and the name.
func (w *Writer) Name(name string) {
	for i := range names {
		if names[i] == name {
			w.to = append(w.to, byte(i+1))
			return
		}
	}
	w.to = appendText(append(w.to, 0), name)
}

// Set begins a set of n members, each a text, an absent one or a tuple.
func (w *Writer) Set(n int) { w.to = binary.AppendUvarint(append(w.to, set), uint64(n)) }

// Tuple begins a tuple of n parts, each a text or an absent one.
func (w *Writer) Tuple(n int) { w.to = binary.AppendUvarint(append(w.to, tuple), uint64(n)) }

// Absent appends what took no part.
func (w *Writer) Absent() { w.to = append(w.to, none) }

// Text appends a text, or where in the lines it stands.
func (w *Writer) Text(s []byte) {
	if len(s) >= shortest {
		if at := w.lines.find(s); at >= 0 {
			w.to = binary.AppendUvarint(binary.AppendUvarint(append(w.to, within), uint64(at)), uint64(len(s)))
			return
		}
	}
	w.to = appendText(append(w.to, text), s)
}

// Bytes returns all that has been appended, and what stood before.
func (w *Writer) Bytes() []byte { return w.to }

// value appends the value of a ticket's field.
func (w *Writer) value(value any) {
	v, ok := value.(ticket.Set)
	if !ok {
		w.member(value)
		return
	}
	w.Set(len(v))
	for _, member := range v {
		w.member(member)
	}
}

// member appends what a set may hold.
func (w *Writer) member(value any) {
	v, ok := value.(ticket.Tuple)
	if !ok {
		w.part(value)
		return
	}
	w.Tuple(len(v))
	for _, part := range v {
		w.part(part)
	}
}

func (w *Writer) part(value any) {
	switch v := value.(type) {
	case nil:
		w.Absent()
	case string:
		w.Text([]byte(v))
	default:
		w.Text([]byte(fmt.Sprint(v)))
	}
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
