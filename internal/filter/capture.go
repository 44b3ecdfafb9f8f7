package filter

import (
	"slices"

	"gaol/internal/pyre"
)

// A match is what a pattern matched in a text.
type match struct {
	of   *pattern
	text []byte // that was searched
	m    pyre.Matcher
}

// A capturer collects what the groups of a prefregex and a failregex hold. Its memory is used again for the next line.
type capturer struct {
	told  values // by both
	over  values // by the failregex
	brief bool   // they are
}

// capture returns what the groups of top hold, and beside them those of base, the match of a prefregex, if that is not nil. The result is
// valid until the next call, its texts as long as those that were searched.
func (c *capturer) capture(base, top *match) *values {
	if c.brief {
		return c.sketch(base, top)
	}
	v := &c.told
	v.clear()
	if base == nil {
		v.collect(top, top.of.places, true)
		return v
	}
	v.collect(base, base.of.beside, true)
	if top.of.apart && len(top.of.combined) == 0 {
		v.collect(top, top.of.places, false) // as below, in one go
		return v
	}
	c.over.clear()
	c.over.collect(top, top.of.places, true)
	v.overlay(&c.over)
	return v
}

// sketch does what capture does, briefly.
func (c *capturer) sketch(base, top *match) *values {
	v := &c.told
	v.clear()
	if base != nil {
		v.sketch(base)
		if !top.of.apart {
			c.over.clear()
			c.over.sketch(top)
			v.overlay(&c.over)
			return v
		}
	}
	v.sketch(top)
	return v
}

// collect appends what the groups of m hold that are at places, those that took no part only if wanted, and what is put together from them.
func (v *values) collect(m *match, places []place, absentToo bool) {
	groups, all := m.m.Groups(), slices.Grow(v.all, len(places))
	for i := range places {
		p := &places[i]
		from, to := groups[p.at], groups[p.at+1]
		took := from >= 0 && from <= to
		if !took && !absentToo {
			continue
		}
		v.there |= p.bit
		all = all[:len(all)+1]
		x := &all[len(all)-1] // filled in place: a value is long to copy
		x.of, x.role, x.kind, x.text, x.parts = p.of, p.role, absent, nil, nil
		if took {
			x.kind, x.text = single, m.text[from:to]
			if from < to {
				v.full |= p.bit
			}
		}
	}
	v.all, v.among = all, v.there
	if len(m.of.combined) > 0 {
		v.combine(m.of.combined)
	}
}

// sketch appends what the groups of m hold that are asked for, and what is put together from them. Of others it notes which have a text,
// and appends only what cannot be told from that.
func (v *values) sketch(m *match) {
	r, groups := m.of, m.m.Groups()
	there, full := took(r.bare, groups)
	if there&^full|full&seldomAsked != 0 {
		v.sketchMore(m)
	}
	among := v.among
	for i, asked := 0, r.asked; i < len(asked); i++ {
		p := &asked[i]
		to, from := groups[p.at+1], groups[p.at]
		if from < 0 || from > to {
			continue
		}
		among |= p.bit
		if from < to {
			full |= p.bit
		}
		v.append(p, m.text[from:to])
	}
	v.there |= there | among
	v.full |= full
	v.among = among
	if len(r.combined) > 0 {
		v.combine(r.combined)
	}
}

// seldomAsked are the roles whose text is seldom asked for: an address may stand where a name may.
const seldomAsked = 1 << roleDNS

// sketchMore appends, of groups of which it most often only matters whether they have a text, those with an empty one, and those whose
// text is asked for after all.
func (v *values) sketchMore(m *match) {
	groups := m.m.Groups()
	for i := range m.of.bare {
		p := &m.of.bare[i]
		to, from := groups[p.at+1], groups[p.at]
		if from >= 0 && (from == to || from < to && p.bit&seldomAsked != 0) {
			v.append(p, m.text[from:to])
			v.among |= p.bit
		}
	}
}

// append appends the text of the group at p.
func (v *values) append(p *place, text []byte) {
	v.all = lengthened(v.all)
	x := &v.all[len(v.all)-1] // filled in place: a value is long to copy
	x.of, x.role, x.kind, x.text, x.parts = p.of, p.role, single, text, nil
}

// lengthened returns all with one more element, which may be an old one.
func lengthened[T any](all []T) []T {
	if n := len(all); n < cap(all) {
		return all[:n+1]
	}
	var one T
	return append(all, one)
}

// took returns which of the groups at places took part, and which of these have a text that is not empty.
func took(places []place, groups []int32) (there, full roleSet) {
	for i := range places {
		p := &places[i]
		to, from := groups[p.at+1], groups[p.at]
		switch {
		case from < 0:
		case from < to:
			full |= p.bit
		case from == to:
			there |= p.bit
		}
	}
	return there | full, full
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
