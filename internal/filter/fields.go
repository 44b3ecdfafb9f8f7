package filter

import (
	"regexp"
	"slices"
	"strings"

	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A combination says that a group contributes to a value of another name: alt_user_1 supplies user where that is empty,
// tuple_user_1 becomes a part of it.
type combination struct {
	source, target string
	tuple          bool
}

var combinedName = regexp.MustCompile(`^(alt|tuple)_(.+?)(?:_\d+)?$`)

// combinations returns the combined names among groups, in the order in which they apply.
func combinations(groups []group) []combination {
	var all []combination
	for _, g := range groups {
		m := combinedName.FindStringSubmatch(g.name)
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

// capture returns the groups of r's last match in text, which m made, as fields; groups that took no part are nil. The values
// are copied from text into one string, so that they do not keep a long line in memory.
func (r *pattern) capture(m *pyre.Matcher, text []byte) ticket.Fields {
	size := 0
	for _, g := range r.groups {
		if from, to := m.Group(g.index); from >= 0 {
			size += to - from
		}
	}
	var all strings.Builder
	all.Grow(size)
	for _, g := range r.groups {
		if from, to := m.Group(g.index); from >= 0 {
			all.Write(text[from:to])
		}
	}
	values, fields := all.String(), make(ticket.Fields, 0, len(r.groups)+len(r.combined))
	for _, g := range r.groups {
		from, to := m.Group(g.index)
		if from < 0 {
			fields = append(fields, ticket.Field{Name: g.name})
			continue
		}
		fields = append(fields, ticket.Field{Name: g.name, Value: values[:to-from]})
		values = values[to-from:]
	}
	return r.combine(fields)
}

// combine fills in the values that are put together from several groups.
func (r *pattern) combine(fields ticket.Fields) ticket.Fields {
	for _, c := range r.combined {
		if !c.tuple && fields.Text(c.target) == "" && fields.Text(c.source) != "" {
			fields = fields.With(c.target, fields.Text(c.source))
		}
	}
	begun := map[string]bool{} // targets that are tuples already
	for _, c := range r.combined {
		if !c.tuple {
			continue
		}
		tuple, _ := valueOf(fields, c.target).(ticket.Tuple)
		if !begun[c.target] {
			begun[c.target] = true
			tuple = ticket.Tuple{fields.Text(c.target)}
		}
		fields = fields.With(c.target, append(tuple, fields.Text(c.source)))
	}
	return fields
}

func valueOf(fields ticket.Fields, name string) any {
	v, _ := fields.Get(name)
	return v
}

// overlay returns base with the fields of top that took part in its place.
func overlay(base, top ticket.Fields) ticket.Fields {
	for _, x := range top {
		if x.Value != nil {
			base = base.With(x.Name, x.Value)
		}
	}
	return base
}

// compact returns fields without those that took no part.
func compact(fields ticket.Fields) ticket.Fields {
	return slices.DeleteFunc(fields, func(x ticket.Field) bool { return x.Value == nil })
}
