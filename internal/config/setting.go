package config

import "gaol/internal/config/layers"

// A Setting is a value in force and where it was written.
type Setting struct {
	Name   string
	Value  any // string, bool, int64, *big.Int; nil for an integer that was wrong
	Origin Origin
	// Overrode lists what the value replaced, nearest first.
	Overrode []Overridden
}

// An Overridden is a value that another one replaced.
type Overridden struct {
	Raw    string
	Origin Origin
}

// Settings returns everything in force: the jail's own options, then those of the filter in the order in which they apply. They are put
// together on demand, since a dump and most starts of a server can do without.
func (j *Jail) Settings() []Setting {
	list := make([]Setting, 0, j.opts.Len()+j.found.Len())
	for name, s := range j.opts.All() {
		list = append(list, settingOf(name, s, j.overridden(name)...))
	}
	for name, s := range j.found.All() {
		list = append(list, settingOf(name, s))
	}
	return list
}

// Settings returns what is sent of the action, in order.
func (a *Action) Settings() []Setting {
	list := make([]Setting, len(a.pairs))
	for i, p := range a.pairs {
		pair := p.([]any)
		list[i] = settingOf(pair[0].(string), setting{value: pair[1], from: a.use.origin(i)})
	}
	return list
}

// settingOf returns a setting with what it replaced: former values of its section, then what [DEFAULT] or a filter says.
func settingOf(name string, s setting, below ...*layers.Entry) Setting {
	out := Setting{Name: name, Value: s.value, Origin: s.from.At()}
	if s.from != nil {
		out.addOverridden(s.from.Overrides)
	}
	for _, e := range below {
		if e != s.from {
			out.addOverridden(e)
		}
	}
	return out
}

func (s *Setting) addOverridden(e *layers.Entry) {
	for ; e != nil; e = e.Overrides {
		s.Overrode = append(s.Overrode, Overridden{e.Raw, e.Origin})
	}
}

// overridden returns the entries that an option of the jail hides.
func (j *Jail) overridden(name string) []*layers.Entry {
	var hidden []*layers.Entry
	if e, ok := j.set.Default.Get(name); ok && j.set.Section(j.Name).Has(name) {
		hidden = append(hidden, e)
	}
	if _, ok := find(filterOptions, name); ok && j.filter != nil {
		if e := j.filter.set.Raw(definitionSection, name); e != nil {
			hidden = append(hidden, e)
		}
	}
	return hidden
}
