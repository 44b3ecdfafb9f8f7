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
	role  role // that of its group, to be seen without a look there
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

// is reports whether p was made of x, or of what is the same to Python.
func (p *part) is(x *value) bool {
	if x.kind != tuple {
		return p.parts == nil && bytes.Equal(p.text, x.text)
	}
	return p.parts != nil && slices.EqualFunc(p.parts, *x.parts, func(a, b part) bool { return a.equal(&b) })
}

// values are what the groups of a match hold, or what has been made of it. Most questions are about roles that nothing has, so it is
// known which there are. Where lines are only counted, values are brief: of those whose text nobody asks for then, no more than the
// role is known, and they are not among all.
type values struct {
	there roleSet // that anything has
	full  roleSet // of those with a text, and not an empty one
	among roleSet // of all
	all   []value // in the order of the groups; names are unique
}

// note has v know what role x, which is in it, has.
func (v *values) note(x *value) {
	v.there |= x.role.bit()
	v.among |= x.role.bit()
	if x.kind == single && len(x.text) > 0 {
		v.full |= x.role.bit()
	} else {
		v.full &^= x.role.bit()
	}
}

// find returns the value with a role, nil if there is none.
func (v *values) find(r role) *value {
	if v.among&r.bit() == 0 {
		return nil
	}
	for i := range v.all {
		if v.all[i].role == r {
			return &v.all[i]
		}
	}
	return nil
}

// named returns the value with the name of g, nil if there is none.
func (v *values) named(g *group) *value {
	if g.role != noRole {
		return v.find(g.role)
	}
	for i := range v.all {
		if v.all[i].of.named(g) {
			return &v.all[i]
		}
	}
	return nil
}

// get returns a text and whether there is one.
func (v *values) get(r role) ([]byte, bool) {
	x := v.find(r)
	if x == nil || x.kind != single {
		return nil, false
	}
	return x.text, true
}

// has reports whether there is a text, and not an empty one.
func (v *values) has(r role) bool { return v.full&r.bit() != 0 }

// put puts x into v, in the place of an older one of that name.
func (v *values) put(x *value) {
	if old := v.named(x.of); old != nil {
		*old = *x
	} else {
		v.all = append(v.all, *x)
	}
	v.note(x)
}

// copyAs gives what has the role from the role to, too.
func (v *values) copyAs(to, from role) {
	if x := v.find(from); x != nil {
		v.put(&value{of: &roleGroups[to], role: to, kind: single, text: x.text})
		return
	}
	v.there |= to.bit()
	v.full |= to.bit() // as only a text that is not empty is left out
}

// overlay puts those of top that took part in place of v's own.
func (v *values) overlay(top *values) {
	for i := range top.all {
		if top.all[i].kind != absent {
			v.put(&top.all[i])
		}
	}
	v.there |= top.full // those of a brief top that are not among all
	v.full |= top.full
}

// clear empties v, whose memory is used again.
func (v *values) clear() { v.all, v.there, v.full, v.among = v.all[:0], 0, 0, 0 }

// fields returns v in the form that tickets have. All texts share one string.
func (v *values) fields() ticket.Fields {
	texts := v.joined()
	fields := make(ticket.Fields, 0, len(v.all)+1) // often "ip" is added
	for i := range v.all {
		x := &v.all[i]
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
func (v *values) joined() string {
	size := 0 // compound values have parts instead of a text
	for i := range v.all {
		size += len(v.all[i].text)
	}
	var all strings.Builder
	all.Grow(size)
	for i := range v.all {
		all.Write(v.all[i].text)
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
