package config

import (
	"strings"

	"gaol/internal/config/layers"
)

// outline puts together what is sent of an action when its tags are replaced: the known options; the parameters as they are; then what
// [Init] has beside these as it is, because the server replaces the tags that depend on an address. Gaps is how many parameters may have
// gaps.
func (d *definition) outline(all *texts, gaps int) *outline {
	o := &outline{
		params: d.params, from: d.from, asked: d.asked,
		sent: make([]outlined, 0, len(d.table)+d.params.Len()+d.init.Len()), gaps: make([]int, gaps),
	}
	for name, t := range all.All() {
		if known, ok := find(d.table, name); ok {
			o.add(d, known, t)
		}
	}
	for name, v := range d.params.All() {
		if _, known := find(d.table, name); !known {
			o.add(d, option{name: name}, text{s: v, from: d.from})
		}
	}
	for name, t := range d.init.All() {
		if _, known := find(d.table, name); !known && !d.params.Has(name) {
			o.add(d, option{name: name}, t)
		}
	}
	return o
}

func (o *outline) add(d *definition, known option, t text) {
	value := outlined{name: known.name, text: t.s, kind: known.kind, from: t.from}
	if len(o.gaps) == 0 || strings.IndexByte(t.s, gapMark) < 0 {
		value.pair = []any{value.name, d.convert(known, t)}
	} else {
		o.measure(t.s)
	}
	o.sent = append(o.sent, value)
}

// measure adds a text with gaps to what the outline knows of its length.
func (o *outline) measure(text string) {
	for {
		i := strings.IndexByte(text, gapMark)
		if i < 0 {
			o.length += len(text)
			return
		}
		o.length += i
		o.gaps[text[i+1]-firstGap]++
		text = text[i+2:]
	}
}

// fill returns what is sent for a jail with such params: pairs of name and value. The values that had gaps lie behind each other in one
// piece of memory.
func (o *outline) fill(params *Params) []any {
	length := o.length
	for i, n := range o.gaps {
		_, text := params.At(i)
		length += n * len(*text)
	}
	var room strings.Builder
	room.Grow(length)
	pairs := make([]any, len(o.sent))
	words := make([]any, 0, 2*len(o.sent))
	for i := range o.sent {
		value := &o.sent[i]
		if pairs[i] = value.pair; value.pair != nil {
			continue
		}
		begin := room.Len()
		fillIn(&room, value.text, params)
		words = append(words, value.name, value.kind.of(room.String()[begin:]))
		pairs[i] = words[len(words)-2 : len(words) : len(words)]
	}
	return pairs
}

// fillIn writes a text with the texts of params in its gaps.
func fillIn(room *strings.Builder, text string, params *Params) {
	for {
		i := strings.IndexByte(text, gapMark)
		if i < 0 {
			room.WriteString(text)
			return
		}
		room.WriteString(text[:i])
		_, given := params.At(int(text[i+1]) - firstGap)
		room.WriteString(*given)
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
