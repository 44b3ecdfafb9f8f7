package config

import (
	"strings"

	"gaol/internal/config/layers"
)

// outline puts together what is sent of an action when its tags are replaced: the known options; the parameters as they are; then what
// [Init] has beside these as it is, because the server replaces the tags that depend on an address. Gaps tells whether there may be any.
func (d *definition) outline(all *texts, gaps bool) *outline {
	o := &outline{
		params: d.params, from: d.from, asked: d.asked,
		sent: make([]outlined, 0, len(d.table)+d.params.Len()+d.init.Len()),
	}
	for name, t := range all.All() {
		if known, ok := find(d.table, name); ok {
			o.add(d, known, t, gaps)
		}
	}
	for name, v := range d.params.All() {
		if _, known := find(d.table, name); !known {
			o.add(d, option{name: name}, text{s: v, from: d.from}, gaps)
		}
	}
	for name, t := range d.init.All() {
		if _, known := find(d.table, name); !known && !d.params.Has(name) {
			o.add(d, option{name: name}, t, gaps)
		}
	}
	return o
}

func (o *outline) add(d *definition, known option, t text, gaps bool) {
	value := outlined{name: known.name, text: t.s, kind: known.kind, from: t.from}
	if !gaps || strings.IndexByte(t.s, gapMark) < 0 {
		value.pair = []any{value.name, d.convert(known, t)}
	}
	o.sent = append(o.sent, value)
}

// fill returns what is sent for a jail with such params, pairs of name and value, put together at desk.
func (o *outline) fill(desk *desk, params *Params) []any {
	pairs := desk.words.Take(len(o.sent))
	for i := range o.sent {
		value := &o.sent[i]
		if pairs[i] = value.pair; value.pair == nil {
			desk.room = fillIn(desk.room[:0], value.text, params)
			pairs[i] = desk.words.Copy(value.name, value.kind.of(desk.texts.Keep(desk.room)))
		}
	}
	return pairs
}

// fillIn appends a text with the texts of params in its gaps.
func fillIn(room []byte, text string, params *Params) []byte {
	for {
		i := strings.IndexByte(text, gapMark)
		if i < 0 {
			return append(room, text...)
		}
		room = append(room, text[:i]...)
		_, given := params.At(int(text[i+1]) - firstGap)
		room = append(room, *given...)
		text = text[i+2:]
	}
}

// origin returns where the value at place i of what is sent was written.
func (u *actionUse) origin(i int) *layers.Entry {
	from := u.outline.sent[i].from
	if from == u.outline.from {
		return u.from
	}
	return from
}
