package filter

import (
	"bytes"
	"slices"
	"strings"

	"gaol/internal/ticket"
)

// A value is what a group captured, or what was put together from several. Its text is borrowed, from the line that is judged or
// from a connection. It becomes a ticket.Field once it is sure that a line yields a failure: most lines that match something never
// get there.
type value struct {
	of    *group
	text  []byte
	parts *[]part // of a tuple or set
	kind  kind
}

type kind uint8

const (
	absent kind = iota // the group took no part
	single
	tuple
	set
)

// A part is one member of a tuple or set.
type part struct {
	text   []byte
	absent bool   // the group took no part
	parts  []part // of a member of a set that is itself a tuple, which has no text
}

// equal reports whether p and o are the same to Python, whose set of users holds each once.
func (p *part) equal(o *part) bool {
	return p.absent == o.absent && bytes.Equal(p.text, o.text) && (p.parts == nil) == (o.parts == nil) &&
		slices.EqualFunc(p.parts, o.parts, func(a, b part) bool { return a.equal(&b) })
}

// values are in the order of the groups; names are unique.
type values []value

// find returns the value with a role, nil if there is none.
func (v values) find(r role) *value {
	for i := range v {
		if v[i].of.role == r {
			return &v[i]
		}
	}
	return nil
}

// named returns the value with the name of g, nil if there is none.
func (v values) named(g *group) *value {
	for i := range v {
		if v[i].of.named(g) {
			return &v[i]
		}
	}
	return nil
}

// get returns a text and whether there is one.
func (v values) get(r role) ([]byte, bool) {
	x := v.find(r)
	if x == nil || x.kind != single {
		return nil, false
	}
	return x.text, true
}

// has reports whether there is a text, and not an empty one.
func (v values) has(r role) bool {
	text, _ := v.get(r)
	return len(text) > 0
}

// with returns v with x in it, in the place of an older one of that name. It may change v.
func (v values) with(x value) values {
	if old := v.named(x.of); old != nil {
		*old = x
		return v
	}
	return append(v, x)
}

// overlay returns v with those of top that took part in place of its own. It may change v.
func (v values) overlay(top values) values {
	for i := range top {
		if top[i].kind != absent {
			v = v.with(top[i])
		}
	}
	return v
}

// fields returns v in the form that tickets have. All texts share one string.
func (v values) fields() ticket.Fields {
	texts := v.joined()
	fields := make(ticket.Fields, 0, len(v)+1) // often "ip" is added
	for i := range v {
		x := &v[i]
		field := ticket.Field{Name: x.of.name}
		switch x.kind {
		case single:
			field.Value, texts = texts[:len(x.text)], texts[len(x.text):]
		case tuple:
			field.Value = x.tuple()
		case set:
			field.Value = x.set()
		}
		fields = append(fields, field)
	}
	return fields
}

// joined returns the single texts one after the other.
func (v values) joined() string {
	size := 0 // compound values have parts instead of a text
	for i := range v {
		size += len(v[i].text)
	}
	var all strings.Builder
	all.Grow(size)
	for i := range v {
		all.Write(v[i].text)
	}
	return all.String()
}

func (x *value) tuple() ticket.Tuple { return tupleOf(*x.parts) }

func tupleOf(parts []part) ticket.Tuple {
	all := make(ticket.Tuple, 0, len(parts))
	for _, p := range parts {
		if p.absent {
			all = append(all, nil)
		} else {
			all = append(all, string(p.text))
		}
	}
	return all
}

func (x *value) set() ticket.Set {
	all := make(ticket.Set, 0, len(*x.parts))
	for _, p := range *x.parts {
		if p.parts != nil {
			all = append(all, tupleOf(p.parts))
		} else {
			all = append(all, string(p.text))
		}
	}
	return all
}
