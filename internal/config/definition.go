package config

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

const (
	definitionSection = "Definition"
	initSection       = "Init"
	knownPrefix       = "known/"
)

// A definition is one use of a filter or an action file by a jail.
type definition struct {
	reader *reader
	set    *layers.Set
	file   string // name of the filter or action, as written
	table  []option
	params *Params       // from the brackets, implied ones included
	from   *layers.Entry // of the brackets
	vars   *scope
	view   layers.View        // of [Definition], after vars
	asked  *answers           // what the jail was asked for, to be noted; nil for nobody wants to know
	cache  *omap.Map[meaning] // what tags of this use were found to mean

	free   *texts   // what own returned
	refers *answers // what that refers to
	atOnce bool     // one pass replaced all tags, and none was left to the server

	known *texts // options of the table found in [Definition]
	init  *texts // parameters that [Init] gives
}

// base returns the base name of a filter or action: below its folder, unless it is absolute or begins with "./".
func base(folder, name string) string {
	if strings.HasPrefix(name, "./") {
		if here, err := os.Getwd(); err == nil {
			return path.Join(here, name)
		}
	}
	if strings.HasPrefix(name, "/") {
		return name
	}
	return folder + "/" + name
}

// A scope is what a filter or an action is given from outside, nearest first: parameters of [Init] that count as given,
// parameters in brackets, the jail's options as they are printed.
type scope struct {
	init   *texts
	params *Params
	lower  map[string]string // params that are not in lower case, by lower-case name
	from   *layers.Entry     // of params
	jail   *settings
	asked  *answers
}

func (d *definition) newScope(jail *settings) *scope {
	s := &scope{params: d.params, from: d.from, jail: jail, asked: d.asked}
	for name, v := range d.params.All() {
		if lower := pytext.Lower(name); lower != name {
			if s.lower == nil {
				s.lower = map[string]string{}
			}
			s.lower[lower] = v
		} else {
			delete(s.lower, name)
		}
	}
	return s
}

// Lookup implements layers.Vars.
func (s *scope) Lookup(name string) (layers.Var, bool) {
	if t, ok := s.fromInit(name); ok {
		return layers.Var{Text: t.s, From: t.from}, true
	}
	if v, ok := s.lower[name]; ok {
		return layers.Var{Text: v, From: s.from}, true
	}
	if v, ok := s.params.Get(name); ok {
		return layers.Var{Text: v, From: s.from}, true
	}
	v, ok := ask(s.asked, s.jail, name)
	switch {
	case !ok:
		return layers.Var{}, false
	case v.value == nil:
		return layers.Var{Text: printed(nil), Type: layers.NoneType, From: v.from}, true
	}
	return layers.Var{Text: printed(v.value), From: v.from}, true
}

// fromInit finds a parameter of [Init] that no bracket replaces, or, as known/name, any.
func (s *scope) fromInit(name string) (text, bool) {
	if t, ok := s.init.Get(name); ok && !s.params.Has(name) {
		return t, true
	}
	if known, ok := strings.CutPrefix(name, knownPrefix); ok {
		return s.init.Get(known)
	}
	return text{}, false
}

// evaluate reads the file with the given values of the jail before its own. The options of the table go into known.
func (d *definition) evaluate(jail *settings, known *texts) error {
	d.look(d.newScope(jail))
	if err := d.readKnown(known, d.params.Has); err != nil {
		return err
	}
	return d.readInit()
}

// evaluateAgain reads the file for the second time, with more of the jail's values. What [Init] gave at first now counts as
// if it stood in the brackets, so that it beats [Definition] in %(…)s, too. Options of [Definition] that the jail has itself
// are left out.
func (d *definition) evaluateAgain(jail *settings) error {
	init := d.init
	scope := d.newScope(jail)
	scope.init = init
	d.look(scope)
	err := d.readKnown(&texts{}, func(name string) bool {
		if d.params.Has(name) || init.Has(name) {
			return true
		}
		_, own := ask(d.asked, jail, name)
		return own
	})
	if err != nil {
		return err
	}
	return d.readInit()
}

// look takes values from s before those of the file.
func (d *definition) look(s *scope) {
	d.vars, d.view = s, d.set.View(definitionSection, s, &d.reader.desk.paper)
}

// readKnown reads the options of the table but for those that skip names, all of them as text: kinds matter only once tags are
// replaced.
func (d *definition) readKnown(known *texts, skip func(string) bool) error {
	d.known = known
	d.known.Grow(len(d.table))
	for _, o := range d.table {
		if skip(o.name) {
			continue
		}
		v, ok, err := d.view.Find(o.name)
		switch {
		case err != nil:
			return err
		case ok:
			d.known.Set(o.name, text{s: v.Text, from: v.From})
		case !d.view.Exists():
			d.reader.noSection(definitionSection)
			d.known.Set(o.name, text{none: true})
		}
	}
	return nil
}

// readInit reads the parameters of [Init]. What brackets say comes first, a conditional variant included: a parameter given
// without condition replaces the file's variants for all conditions.
func (d *definition) readInit() error {
	d.init = &texts{}
	section := d.set.Section(initSection)
	if section == nil {
		return nil
	}
	d.init.Grow(section.Len())
	for name := range section.All() {
		v, err := d.set.Get(initSection, name, nil)
		if err != nil {
			return err
		}
		t := text{s: v.Text, from: v.From}
		if plain, conditional := withoutCondition(name); conditional {
			if given, ok := d.vars.Lookup(pytext.Lower(plain)); ok && given.Type == "" {
				t = text{s: given.Text, from: given.From}
			}
		}
		d.init.Set(name, t)
	}
	return nil
}

// readFree reads the options of [Definition] that are not among the known ones found: variables, and what brackets replace. They
// are evaluated without any values of jail or brackets.
func (d *definition) readFree() error {
	d.free, d.refers = blank(&d.reader.desk.free), blank(&d.reader.desk.refers)
	section := d.set.Section(definitionSection)
	if section == nil {
		return nil
	}
	vars := &unanswered{notes: d.refers}
	view := d.set.View(definitionSection, vars, &d.reader.desk.paper)
	for name := range section.All() {
		if d.known.Has(name) {
			continue
		}
		vars.first = name
		v, err := view.Get(name)
		if err != nil {
			return err
		}
		d.free.Set(name, text{s: v.Text, from: v.From})
	}
	return nil
}

// An unanswered knows no values and notes what it was asked for, but for the first question if it is the expected one.
type unanswered struct {
	notes *answers
	first string
}

// Lookup implements layers.Vars.
func (u *unanswered) Lookup(name string) (layers.Var, bool) {
	if name != u.first {
		u.notes.Set(name, answer{})
	}
	u.first = ""
	return layers.Var{}, false
}

// combine fills all, at first empty, with everything that the use defines, and replaces the tags in it: the options of the table, then
// free, the brackets' and [Init]'s parameters. Ignored tags are left to the server.
func (d *definition) combine(all, free *texts, ignored ...string) error {
	all.Grow(d.known.Len() + free.Len() + d.params.Len() + 2*d.init.Len())
	copyTexts(all, d.known)
	copyTexts(all, free)
	for name, v := range d.params.All() {
		all.Set(name, text{s: v, from: d.from})
	}
	for name, t := range d.init.All() {
		all.Set(knownPrefix+name, t)
		if !d.params.Has(name) {
			all.Set(name, t)
		}
	}
	s := &d.reader.desk.substitution
	s.paper = &d.reader.desk.paper
	s.values, s.ignore, s.lookup = all, leftAlone(all, ignored), d.lookup
	err := s.run()
	d.atOnce = s.ignore == nil && (!s.late || d.unchanged(all, free))
	if e, ok := errors.AsType[*Error](err); ok {
		if v, ok := all.Get(e.Option); ok {
			e.Origin = v.from.At()
		}
	}
	return err
}

// unchanged reports whether the texts of free are in all as they were.
func (d *definition) unchanged(all, free *texts) bool {
	for name, was := range free.All() {
		if is, _ := all.Get(name); is.s != was.s && !d.params.Has(name) {
			return false
		}
	}
	return true
}

func copyTexts(to, from *texts) {
	for name, t := range from.All() {
		to.Set(name, t)
	}
}

// leftAlone returns the names in ignored, and those that have variants by address family: which one holds is known only when an address
// is banned. It is nil for most filters.
func leftAlone(all *texts, ignored []string) (names map[string]bool) {
	add := func(name string) {
		if names == nil {
			names = map[string]bool{}
		}
		names[name] = true
	}
	for _, name := range ignored {
		add(name)
	}
	for name := range all.All() {
		if plain, conditional := withoutCondition(name); conditional {
			add(plain)
		}
	}
	return names
}

// withoutCondition returns what stands before the question mark of blocktype?family=inet6. Names other than plain words have
// no conditional variants.
func withoutCondition(name string) (plain string, conditional bool) {
	plain, condition, ok := strings.Cut(name, "?")
	notWord := func(r rune) bool { return !pytext.IsWord(r) }
	return plain, ok && plain != "" && condition != "" && !strings.ContainsFunc(plain, notWord)
}

// lookup finds the meaning of a tag that is no parameter and no option of the table: an option of any section, written
// section/option, or one of [Definition] or [DEFAULT].
func (d *definition) lookup(tag string) (string, bool, error) {
	if m, ok := d.cache.Get(tag); ok {
		return m.text, m.known, nil
	}
	v, known, err := d.find(tag)
	if err != nil {
		return "", false, err
	}
	d.cache.Set(tag, meaning{v, known})
	return v, known, nil
}

// A meaning is what a tag was found to stand for.
type meaning struct {
	text  string
	known bool
}

func (d *definition) find(tag string) (string, bool, error) {
	if section, option, ok := strings.Cut(tag, "/"); ok && section != "" && option != "" &&
		!strings.ContainsFunc(section, func(r rune) bool { return r != '-' && !pytext.IsWord(r) }) {
		for _, name := range addressed(section) {
			v, ok, err := d.set.Find(name, option, nil)
			if err != nil || ok && !v.None {
				return v.Text, ok, err
			}
		}
	}
	v, ok, err := d.view.Find(pytext.Lower(tag))
	return v.Text, ok && !v.None, err
}

// addressed returns the sections that a tag's prefix means, in order of preference.
func addressed(prefix string) []string {
	switch {
	case strings.EqualFold(prefix, "known"):
		return []string{"KNOWN/" + definitionSection, definitionSection}
	case strings.EqualFold(prefix, ini.Default):
		return []string{ini.Default}
	}
	return []string{prefix}
}

// convert turns a text, its tags replaced, into the kind of the option. A wrong integer becomes nil, with a warning.
func (d *definition) convert(o option, t text) any {
	if t.none {
		return nil
	}
	if o.kind != intKind {
		return o.kind.of(t.s)
	}
	n, ok := pytext.Int(t.s)
	if !ok {
		d.reader.log.add(readerLog, Warning, fmt.Sprintf("Wrong int value %s for %s. Using default one: %s",
			pickle.Repr(t.s), pickle.Repr(o.name), pickle.Repr(o.def)))
		return nil
	}
	return n
}

// of turns a text into a value of a kind that every text has one of: not an integer.
func (k kind) of(text string) any {
	if k == boolKind {
		return ParseBool(text)
	}
	return text
}

// options fills found, at first empty, with the options of the table among all, in the order in which they are sent, converted.
func (d *definition) options(found *settings, all *texts) *settings {
	found.Grow(len(d.table))
	for name, t := range all.All() {
		if o, ok := find(d.table, name); ok {
			found.Set(name, setting{value: d.convert(o, t), raw: t.s, from: t.from})
		}
	}
	return found
}

// allOptions fills found, at first empty, with the options with all tags replaced.
func (d *definition) allOptions(found *settings) (*settings, error) {
	all := blank(&d.reader.desk.all)
	if err := d.combine(all, nil); err != nil {
		return nil, err
	}
	return d.options(found, all), nil
}
