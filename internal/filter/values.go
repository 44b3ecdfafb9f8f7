package filter

import (
	"slices"
	"strings"

	"gaol/internal/lazy"
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A value is what a group captured, or what was put together from several. It becomes a ticket.Field once it is sure that a line
// yields a failure: most lines that match something never get there.
type value struct {
	name  string
	text  string
	parts *[]string // of a tuple or set; never changed in place
	kind  kind
}

type kind uint8

const (
	absent kind = iota // the group took no part
	single
	tuple
	set
)

// values are in the order of the groups; names are unique.
type values []value

func (v values) find(name string) *value {
	for i := range v {
		if v[i].name == name {
			return &v[i]
		}
	}
	return nil
}

// get returns a text and whether there is one.
func (v values) get(name string) (string, bool) {
	x := v.find(name)
	if x == nil || x.kind != single {
		return "", false
	}
	return x.text, true
}

// text returns a text, "" if there is none.
func (v values) text(name string) string {
	s, _ := v.get(name)
	return s
}

// with returns v with x in it, in the place of an older one of that name. It may change v.
func (v values) with(x value) values {
	if old := v.find(x.name); old != nil {
		*old = x
		return v
	}
	return append(v, x)
}

// without returns v less the value called name. It may change v.
func (v values) without(name string) values {
	return slices.DeleteFunc(v, func(x value) bool { return x.name == name })
}

// overlay returns v with those of top that took part in place of its own. It may change v.
func (v values) overlay(top values) values {
	for _, x := range top {
		if x.kind != absent {
			v = v.with(x)
		}
	}
	return v
}

// fields returns v in the form that tickets have; absent ones only if wanted.
func (v values) fields(keepAbsent bool) ticket.Fields {
	fields := make(ticket.Fields, 0, len(v)+1) // often "ip" is added
	for i := range v {
		x := &v[i]
		switch {
		case x.kind == single:
			fields = append(fields, ticket.Field{Name: x.name, Value: x.text})
		case x.kind == tuple:
			fields = append(fields, ticket.Field{Name: x.name, Value: ticket.Tuple(*x.parts)})
		case x.kind == set:
			fields = append(fields, ticket.Field{Name: x.name, Value: ticket.Set(*x.parts)})
		case keepAbsent:
			fields = append(fields, ticket.Field{Name: x.name})
		}
	}
	return fields
}

// A capturer collects what the groups of a prefregex and a failregex hold. Its memory is used again for the next line.
type capturer struct {
	bytes       []byte // all texts of a match, one after the other
	ends        []int  // where each of them ends
	under, over values
}

// capture returns what prefix, which may be nil, matched in whole and r in inner together. The result is valid until the next
// call; its texts are for good, and keep no more memory than they need.
func (c *capturer) capture(prefix *pattern, pm *pyre.Matcher, whole []byte, r *pattern, m *pyre.Matcher, inner []byte) values {
	c.bytes, c.ends, c.under = c.bytes[:0], c.ends[:0], c.under[:0]
	if prefix != nil {
		c.under = c.collect(c.under, prefix, pm, whole, prefix.content)
	}
	c.over = c.collect(c.over[:0], r, m, inner, -1)
	all := string(c.bytes)
	c.settle(c.over, all, c.settle(c.under, all, 0))
	c.over = combine(c.over, r.combined)
	if prefix == nil {
		return c.over
	}
	c.under = combine(c.under, prefix.combined).overlay(c.over)
	return c.under
}

// collect appends the named groups of a match, one of them left out.
func (c *capturer) collect(v values, r *pattern, m *pyre.Matcher, where []byte, without int) values {
	for _, g := range r.groups {
		if g.index == without {
			continue
		}
		from, to := m.Group(g.index)
		if from < 0 {
			v = append(v, value{name: g.name})
			continue
		}
		c.bytes = append(c.bytes, where[from:to]...)
		c.ends = append(c.ends, len(c.bytes))
		v = append(v, value{name: g.name, kind: single})
	}
	return v
}

// settle gives the texts in v their shares of all, from the one with index next on, and returns the index of the one after.
func (c *capturer) settle(v values, all string, next int) int {
	for i := range v {
		if v[i].kind != single {
			continue
		}
		from := 0
		if next > 0 {
			from = c.ends[next-1]
		}
		v[i].text = all[from:c.ends[next]]
		next++
	}
	return next
}

// A combination says that a group contributes to a value of another name: alt_user_1 supplies user where that is empty,
// tuple_user_1 becomes a part of it.
type combination struct {
	source, target string
	tuple          bool
}

var combinedName = lazy.Regexp(`^(alt|tuple)_(.+?)(?:_\d+)?$`)

// combinations returns the combined names among groups, in the order in which they apply.
func combinations(groups []group) []combination {
	var all []combination
	for _, g := range groups {
		m := combinedName().FindStringSubmatch(g.name)
		if m == nil {
			continue
		}
		c := combination{source: g.name, target: m[2], tuple: m[1] == "tuple"}
		if c.target == "id" {
			c.target = "fid"
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b combination) int { return strings.Compare(a.source, b.source) })
	return all
}

// combine fills in the values that are put together from several groups.
func combine(v values, combined []combination) values {
	for _, c := range combined {
		if !c.tuple && v.text(c.target) == "" && v.text(c.source) != "" {
			v = v.with(value{name: c.target, kind: single, text: v.text(c.source)})
		}
	}
	for i, c := range combined {
		if !c.tuple {
			continue
		}
		parts := []string{v.text(c.target)}
		if x := v.find(c.target); x != nil && x.kind == tuple && continues(combined[:i], c.target) {
			parts = slices.Clip(*x.parts)
		}
		parts = append(parts, v.text(c.source))
		v = v.with(value{name: c.target, kind: tuple, parts: &parts})
	}
	return v
}

// continues reports whether one of the combinations before has begun the tuple called target.
func continues(before []combination, target string) bool {
	return slices.ContainsFunc(before, func(c combination) bool { return c.tuple && c.target == target })
}
