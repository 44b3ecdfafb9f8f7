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
		c.collect(&c.over, r, r.places, m, inner, !c.dense)
		c.over.combine(r.combined)
		return &c.over
	}
	c.under.clear()
	c.collect(&c.under, prefix, prefix.beside, pm, whole, !c.dense)
	c.under.combine(prefix.combined)
	if r.apart {
		c.collect(&c.under, r, r.places, m, inner, false) // as below, in one go
		return &c.under
	}
	c.over.clear()
	c.collect(&c.over, r, r.places, m, inner, !c.dense)
	c.over.combine(r.combined)
	c.under.overlay(&c.over)
	return &c.under
}

// collect appends the groups of a match that are at places, and those that took no part only if wanted. A dense c looks only at those
// that have a say.
func (c *capturer) collect(v *values, r *pattern, places []place, m *pyre.Matcher, where []byte, absentToo bool) {
	if c.dense {
		places = r.telling
	}
	groups, all := m.Groups(), slices.Grow(v.all, len(places))
	for i := range places {
		p := &places[i]
		from, to := groups[p.at], groups[p.at+1]
		took := from >= 0 && from <= to
		if !took && !absentToo {
			continue
		}
		v.there |= p.bit
		if took && from < to {
			v.full |= p.bit
			if p.bit&c.bare != 0 {
				continue
			}
		}
		all = all[:len(all)+1]
		x := &all[len(all)-1] // filled in place: a value is long to copy
		x.of, x.role, x.kind, x.text, x.parts = p.of, p.role, absent, nil, nil
		if took {
			x.kind, x.text = single, where[from:to]
		}
	}
	v.all = all
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
