package filter

import (
	"slices"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// streamGroup names what a line's source says of its output, see ticket.Line.
var streamGroup = group{"stream", noRole, -1}

// packed makes what failure makes, without a string for each of its parts: most failures of a flood are counted and forgotten.
func (f *Filter) packed(o offender, lines *lineStore, told values) *ticket.Failure {
	given := f.given[:0]
	for i := range told {
		if told[i].kind != absent {
			given = append(given, told[i])
		}
	}
	if !o.ip.IsZero() {
		given = given.with(value{of: &roleGroups[roleIP], kind: single, text: o.ip.AppendText(nil)})
	}
	if f.line.stream != "" && given.named(&streamGroup) == nil {
		given = append(given, value{of: &streamGroup, kind: single, text: []byte(f.line.stream)})
	}
	f.given = given
	w := packed.Begin(f.packing[:0], o.ip, len(lines.lines))
	lines.pack(&w)
	given.pack(&w)
	f.packing = w.Bytes()
	return &ticket.Failure{ID: o.id, Time: f.line.time, Whole: f.line.whole, Packed: slices.Clone(f.packing)}
}

// pack packs v, none of which is absent.
func (v values) pack(w *packed.Writer) {
	w.Fields(len(v))
	for i := range v {
		x := &v[i]
		w.Name(x.of.name)
		switch x.kind {
		case tuple:
			packTuple(w, *x.parts)
		case set:
			packSet(w, *x.parts)
		default:
			w.Text(x.text)
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
