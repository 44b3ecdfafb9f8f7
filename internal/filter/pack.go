package filter

import (
	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// streamGroup names what a line's source says of its output, see ticket.Line.
var streamGroup = group{"stream", noRole, -1}

// packed makes what failure makes, without a string for each of its parts: most failures of a flood are counted and forgotten.
func (f *Filter) packed(o offender, lines *lineStore, told *values) *ticket.Failure {
	if !o.ip.IsZero() || f.line.stream != "" {
		told = f.withMore(o, told)
	}
	w := packed.Begin(f.packing[:0], o.ip, len(lines.lines))
	lines.pack(&w)
	told.pack(&w)
	f.packing = w.Bytes()
	return f.recall.made[0].failure(o.id, f.line, f.packing)
}

// withMore returns what told says together with what a failure has beside that. It is valid until the next call.
func (f *Filter) withMore(o offender, told *values) *values {
	given := &f.given
	given.clear()
	given.overlay(told)
	if !o.ip.IsZero() {
		given.put(&value{of: &roleGroups[roleIP], role: roleIP, kind: single, text: o.ip.AppendText(nil)})
	}
	if f.line.stream != "" && given.named(&streamGroup) == nil {
		given.put(&value{of: &streamGroup, kind: single, text: []byte(f.line.stream)})
	}
	return given
}

// A stock is memory for failures, which many share: in a flood to get it one by one takes as long as to fill it.
type stock struct {
	failures []ticket.Failure // those that were handed out last, and room for more
	bytes    []byte           // what they carry
	lent     int              // failures since the last time that all were given back
}

// How much memory is got at once. It is small, because every filter keeps it; in a flood it doubles up to the second number.
const (
	failuresAtOnce, failuresAtMost = 16, 512
	bytesAtOnce, bytesAtMost       = 4 << 10, 128 << 10
)

// failure returns a failure of id with the time of a line, that carries a copy of all.
func (s *stock) failure(id addr.ID, ln *line, all []byte) *ticket.Failure {
	if len(s.failures) == cap(s.failures) {
		s.failures = make([]ticket.Failure, 0, min(max(failuresAtOnce, 2*len(s.failures)), failuresAtMost))
	}
	if cap(s.bytes)-len(s.bytes) < len(all) {
		s.bytes = make([]byte, 0, max(bytesAtOnce, min(2*cap(s.bytes), bytesAtMost), len(all)))
	}
	begin := len(s.bytes)
	s.bytes = append(s.bytes, all...)
	s.failures = append(s.failures, ticket.Failure{ID: id, Time: ln.time, Whole: ln.whole, Packed: s.bytes[begin:len(s.bytes):len(s.bytes)]})
	s.lent++
	return &s.failures[len(s.failures)-1]
}

// giveBack has the memory of all failures used again, but for that of a flood that is over, or of long lines.
func (s *stock) giveBack() {
	large := cap(s.failures) > failuresAtOnce || cap(s.bytes) > bytesAtOnce
	if large && s.lent < cap(s.failures)/8 || cap(s.bytes) > bytesAtMost {
		*s = stock{}
		return
	}
	s.failures, s.bytes, s.lent = s.failures[:0], s.bytes[:0], 0
}

// pack packs those of v that took part.
func (v *values) pack(w *packed.Writer) {
	n := 0
	for i := range v.all {
		if v.all[i].kind != absent {
			n++
		}
	}
	w.Fields(n)
	for i := range v.all {
		x := &v.all[i]
		switch x.kind {
		case single:
			w.Name(x.of.name)
			w.Text(x.text)
		case tuple:
			w.Name(x.of.name)
			packTuple(w, *x.parts)
		case set:
			w.Name(x.of.name)
			packSet(w, *x.parts)
		}
	}
}

func packTuple(w *packed.Writer, parts []part) {
	w.Tuple(len(parts))
	for i := range parts {
		if parts[i].absent {
			w.Absent()
		} else {
			w.Text(parts[i].text)
		}
	}
}

func packSet(w *packed.Writer, members []part) {
	w.Set(len(members))
	for i := range members {
		if members[i].parts != nil {
			packTuple(w, members[i].parts)
		} else {
			w.Text(members[i].text)
		}
	}
}

// pack packs the lines.
func (k *lineStore) pack(w *packed.Writer) {
	text := k.text
	for _, l := range k.lines {
		w.Line(text[:l.before], text[l.before:l.before+l.date], text[l.before+l.date:l.size()])
		text = text[l.size():]
	}
}
