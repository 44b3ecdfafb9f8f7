package filter

import (
	"slices"

	"gaol/internal/pyre"
)

// A capturer collects what the groups of a prefregex and a failregex hold. Its memory is used again for the next line.
type capturer struct {
	under, over values
	dense       bool    // leave out what only fields show: groups that took no part or have no say
	bare        roleSet // of groups of which only that they have a text is to be known
}

// capture returns what prefix, which may be nil, matched in whole and r in inner together. The result is valid until the next
// call, its texts as long as those that were searched.
func (c *capturer) capture(prefix *pattern, pm *pyre.Matcher, whole []byte, r *pattern, m *pyre.Matcher, inner []byte) *values {
	if prefix == nil {
		c.over.clear()
		c.collect(&c.over, r, m, inner, -1, !c.dense)
		c.over.combine(r.combined)
		return &c.over
	}
	c.under.clear()
	c.collect(&c.under, prefix, pm, whole, prefix.content, !c.dense)
	c.under.combine(prefix.combined)
	if r.apart {
		c.collect(&c.under, r, m, inner, -1, false) // as below, in one go
		return &c.under
	}
	c.over.clear()
	c.collect(&c.over, r, m, inner, -1, !c.dense)
	c.over.combine(r.combined)
	c.under.overlay(&c.over)
	return &c.under
}

// collect appends the named groups of a match, one of them left out, and those that took no part only if wanted.
func (c *capturer) collect(v *values, r *pattern, m *pyre.Matcher, where []byte, without int, absentToo bool) {
	places := r.places
	if c.dense {
		places = r.telling
	}
	all := slices.Grow(v.all, len(places))
	there, full := v.there, v.full
	for i := range places {
		p := &places[i]
		if int(p.index) == without {
			continue
		}
		from, to := m.Group(int(p.index))
		if from < 0 && !absentToo {
			continue
		}
		if from < to && p.role.bit()&c.bare != 0 {
			there, full = there|p.role.bit(), full|p.role.bit()
			continue
		}
		all = all[:len(all)+1]
		x := &all[len(all)-1] // filled in place: a value is long to copy
		x.of, x.role, x.parts = p.of, p.role, nil
		there |= p.role.bit()
		if from < 0 {
			x.kind, x.text = absent, nil
			continue
		}
		x.kind, x.text = single, where[from:to]
		if from < to {
			full |= p.role.bit()
		}
	}
	v.all, v.there, v.full = all, there, full
}

// combine fills in the values that are put together from several groups.
func (v *values) combine(combined []combination) {
	for i := range combined {
		c := &combined[i]
		source := v.named(c.source)
		if c.tuple || source == nil || len(source.text) == 0 {
			continue
		}
		if x := v.named(c.target); x == nil || len(x.text) == 0 {
			v.put(&value{of: c.target, role: c.target.role, kind: single, text: source.text})
		}
	}
	for i := range combined {
		if combined[i].tuple {
			v.combineTuple(&combined[i], continues(combined[:i], combined[i].target))
		}
	}
}

// combineTuple adds a part to a tuple, which begins with what its name stands for itself.
func (v *values) combineTuple(c *combination, begun bool) {
	var parts []part
	x := v.named(c.target)
	switch {
	case begun:
		parts = *x.parts
	case x == nil:
		parts = []part{{absent: true}}
	default:
		parts = []part{{text: x.text, absent: x.kind == absent}}
	}
	if source := v.named(c.source); source == nil {
		parts = append(parts, part{absent: true})
	} else {
		parts = append(parts, part{text: source.text, absent: source.kind == absent})
	}
	v.put(&value{of: c.target, role: c.target.role, kind: tuple, parts: &parts})
}

// continues reports whether one of the combinations before has begun the tuple called target.
func continues(before []combination, target *group) bool {
	return slices.ContainsFunc(before, func(c combination) bool { return c.tuple && c.target.named(target) })
}
