package config

import (
	"strings"

	"gaol/internal/config/layers"
)

// A published is what a filter gives to its jail: values by the name that is to stand behind known/, and the types of those that are
// no text.
type published struct {
	values *texts
	types  []typed
}

// A typed is the name of a value and its layers.Var.Type.
type typed struct{ name, kind string }

// Lookup implements layers.Vars.
func (p *published) Lookup(name string) (layers.Var, bool) {
	known, ok := strings.CutPrefix(name, knownPrefix)
	if p == nil || !ok || strings.HasPrefix(known, knownPrefix) {
		return layers.Var{}, false
	}
	t, ok := p.values.Get(known)
	v := layers.Var{Text: t.s, From: t.from}
	for _, typed := range p.types {
		if typed.name == known {
			v.Type = typed.kind
		}
	}
	return v, ok
}

// publish makes known/… out of everything that the filter defines, as other jails with that filter have it, or anew.
func (d *draft) publish() error {
	f, r := d.filter, d.reader
	use, keep := r.shared.find(f, d.opts)
	if use != nil {
		d.use, d.published = use, use.published
		f.resume(use)
		return nil
	}
	said := len(r.log)
	d.published = &published{values: blank(&r.desk.published)}
	f.asked = blank(&r.desk.asked)
	if keep {
		d.published, f.asked = &published{values: &texts{}}, &answers{}
	}
	if err := d.publishAnew(); err != nil {
		return err
	}
	if keep && len(r.log) == said {
		d.use = &filterUse{params: f.params, from: f.from, asked: f.asked, init: f.init, cache: f.cache.Clone(), published: d.published}
		r.shared.keep(f, d.use)
	}
	return nil
}

func (d *draft) publishAnew() error {
	f := d.filter
	if err := f.evaluate(d.opts, blank(&d.reader.desk.known)); err != nil {
		return err
	}
	if err := f.readFree(); err != nil {
		return err
	}
	if err := f.combine(d.published.values, f.free); err != nil {
		return err
	}
	d.published.setTypes(f)
	if d.reader.inOrder {
		d.tellOthers()
	}
	return nil
}

// setTypes notes what is no text: integers, and what stands for nothing.
func (p *published) setTypes(f *definition) {
	for _, o := range f.table {
		t, ok := p.values.Get(o.name)
		switch {
		case !ok || o.kind != intKind && !t.none:
		case f.convert(o, t) == nil:
			p.types = append(p.types, typed{o.name, layers.NoneType})
		default:
			p.types = append(p.types, typed{o.name, "int"})
		}
	}
}

// tellOthers lets jails further down refer to what the filter says.
func (d *draft) tellOthers() {
	for name := range d.published.values.All() {
		if v, ok := d.published.Lookup(knownPrefix + name); ok {
			d.set.Define(d.jail.Name, knownPrefix+name, &layers.Entry{Raw: v.Text, Origin: v.From.At(), Type: v.Type})
		}
	}
}

// filterAgain evaluates the filter for the second time, now that all of the jail is read.
func (d *draft) filterAgain() error {
	f := d.filter
	if d.use == nil {
		if d.same = f.standsFor(d.opts); d.same {
			return nil
		}
		f.asked = nil
		return f.evaluateAgain(d.opts)
	}
	if again := d.reader.shared.findAgain(d.use, d.opts); again != nil {
		f.known, f.init, d.found = again.known, again.init, again.optionsFor(d.use, f.from)
		return nil
	}
	f.asked = &answers{}
	if err := f.evaluateAgain(d.opts); err != nil {
		return err
	}
	d.shareOptions()
	return nil
}

// shareOptions works out the options of the filter at once, for the jails to come, if there is nothing wrong with them.
func (d *draft) shareOptions() {
	f, r := d.filter, d.reader
	said := len(r.log)
	options, err := f.allOptions(&settings{})
	if err != nil || len(r.log) > said {
		r.log = r.log[:said] // it is said when the jail's commands are made
		return
	}
	r.shared.keepAgain(d.use, &secondUse{asked: f.asked, known: f.known, init: f.init, options: options})
	d.found = options
}

// filterOptions returns what the filter has to say to the server.
func (d *draft) filterOptions() (*settings, error) {
	if d.found != nil {
		return d.found, nil
	}
	found := d.reader.forJail(&d.reader.desk.found)
	if d.same {
		return d.filter.options(found, d.published.values), nil
	}
	return d.filter.allOptions(found)
}
