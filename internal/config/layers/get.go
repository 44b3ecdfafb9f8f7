package layers

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
	"gaol/internal/slab"
)

// Vars are values that come before those of the files, by lower-case name: what a jail gives to its filter or action.
type Vars interface {
	Lookup(name string) (Var, bool)
}

// A Var is one such value.
type Var struct {
	Text string
	Type string // as Entry.Type
	From *Entry // where it was written, or nil
}

// A Value is an option's value with all %(…)s resolved.
type Value struct {
	Text string
	None bool
	From *Entry // where it was written, or nil
}

// An AbsentError reports that there is no such section or option.
type AbsentError struct{ Section, Option string }

func (e *AbsentError) Error() string {
	if e.Option == "" {
		return "No section: " + pickle.Repr(e.Section)
	}
	return fmt.Sprintf("No option %s in section: %s", pickle.Repr(e.Option), pickle.Repr(e.Section))
}

// An InterpolationError reports a value that cannot be resolved. Error gives the contractual text.
type InterpolationError struct {
	Section, Option string
	Origin          Origin
	Text, Hint      string
}

func (e *InterpolationError) Error() string { return e.Text }

// maxDepth is how many values that hold a % may lead to one another.
const maxDepth = 10

// maxText bounds the text that one value may grow to; ten levels of values that name each other often would otherwise take
// all memory. maxSteps does the same for time.
const (
	maxText  = 16 << 20
	maxSteps = 1 << 20
)

// Get returns the value of option in section. Vars come first, then the section, then [DEFAULT]. The error is an
// *AbsentError or an *InterpolationError.
func (s *Set) Get(section, option string, vars Vars) (Value, error) {
	view := s.View(section, vars, nil)
	return view.Get(option)
}

// Find is Get for those who expect that there may be no such section or option: ok is false then. The error, if any, is an
// *InterpolationError.
func (s *Set) Find(section, option string, vars Vars) (v Value, ok bool, err error) {
	view := s.View(section, vars, nil)
	return view.Find(pytext.Lower(option))
}

// A View answers for one section, with vars before what it says itself: Find for one who asks for many options of it.
type View struct {
	set  *Set
	name string   // of the section
	own  *Section // nil for [DEFAULT], and for a section that does not exist
	vars Vars

	paper *Paper
}

// A Paper is where values are put together, and kept. The zero Paper is ready. It is not safe for concurrent use.
type Paper struct {
	slab.Text
	room   []byte
	levels []string
}

// View returns the view of a section, be there one or not. Values are written on paper, which is nil for one who asks for little.
func (s *Set) View(section string, vars Vars, paper *Paper) View {
	return View{set: s, name: section, own: s.Section(section), vars: vars, paper: paper}
}

// Exists reports whether there is such a section.
func (a *View) Exists() bool { return a.own != nil || a.name == ini.Default }

// Get returns the value of an option, as Set.Get does.
func (a *View) Get(option string) (Value, error) {
	v, ok, err := a.Find(pytext.Lower(option))
	switch {
	case err != nil || ok:
		return v, err
	case !a.Exists():
		return v, &AbsentError{Section: a.name}
	}
	return v, &AbsentError{a.name, option}
}

// Find returns the value of an option, as Set.Find does. The name is in lower case.
func (a *View) Find(option string) (v Value, ok bool, err error) {
	if !a.Exists() {
		return Value{}, false, nil
	}
	found, ok := a.lookup(option)
	if !ok {
		return Value{}, false, nil
	}
	v = Value{Text: found.text, None: found.kind == NoneType, From: found.entry}
	if strings.IndexByte(found.text, '%') >= 0 {
		v.Text, err = a.resolved(option, found)
	}
	return v, err == nil, err
}

// Raw returns the entry that option has in section or else in [DEFAULT], nil if in neither.
func (s *Set) Raw(section, option string) *Entry {
	if e, ok := s.Section(section).Get(option); ok {
		return e
	}
	e, _ := s.Default.Get(option)
	return e
}

// resolved returns the text of what was found for option with every reference replaced.
func (a *View) resolved(option string, f finding) (string, error) {
	paper := a.paper
	if paper == nil {
		paper = &Paper{room: make([]byte, 0, 2*len(f.text))}
	}
	g := getter{View: *a, option: option, out: paper.room[:0], levels: paper.levels[:0]}
	err := g.resolve(f, 1)
	paper.room, paper.levels = g.out, g.levels
	switch {
	case err != nil:
		return "", err
	case a.paper == nil:
		return string(g.out), nil
	}
	return paper.Keep(g.out), nil
}

// A getter resolves one value.
type getter struct {
	View
	option string
	out    []byte
	levels []string // the texts being resolved, outermost first
	steps  int      // references followed so far
}

// A finding is the raw text that a name stands for.
type finding struct {
	name  string // of the option within the section
	text  string
	kind  string // as Entry.Type
	entry *Entry // where it was written; for what Vars give, what they say of it
	from  place
}

// NoneType is the Type of what stands for nothing at all, such as an integer that was wrong.
const NoneType = "NoneType"

func findingOf(name string, e *Entry, from place) finding {
	return finding{name, e.Raw, e.Type, e, from}
}

// A place is where a finding was made.
type place int

const (
	elsewhere place = iota // in another section, or in no file
	inSection              // in the section that asks, as it is or as it was
	inDefault              // in [DEFAULT]
)

// lookup finds a name as it stands, without looking into other sections.
func (a *View) lookup(name string) (finding, bool) {
	if name == "__name__" && a.own != nil {
		return finding{name: name, text: a.name}, true
	}
	if a.vars != nil {
		if v, ok := a.vars.Lookup(name); ok {
			return finding{name: name, text: v.Text, kind: v.Type, entry: v.From}, true
		}
	}
	if e, ok := a.own.Get(name); ok {
		return findingOf(name, e, inSection), true
	}
	return a.fromDefault(name)
}

func (a *View) fromDefault(option string) (finding, bool) {
	if e, ok := a.set.Default.Get(option); ok {
		return findingOf(option, e, inDefault), true
	}
	return finding{}, false
}

// resolve writes the text of f with every reference replaced.
func (g *getter) resolve(f finding, depth int) error {
	rest := f.text
	if depth > maxDepth {
		return g.fail(fmt.Sprintf("Recursion limit exceeded in value substitution: option %s in section %s contains an "+
			"interpolation key which cannot be substituted in %d steps. Raw value: %s",
			pickle.Repr(g.option), pickle.Repr(g.name), maxDepth, pickle.Repr(g.raw(rest))),
			"a value must not refer to itself, neither directly nor through other values")
	}
	level := rest
	g.levels = append(g.levels, level)
	defer func() { g.levels = g.levels[:len(g.levels)-1] }()
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			g.out = append(g.out, rest...)
			return nil
		}
		g.out = append(g.out, rest[:i]...)
		rest = rest[i:]
		switch {
		case strings.HasPrefix(rest, "%%"):
			g.out = append(g.out, '%')
			rest = rest[2:]
		case strings.HasPrefix(rest, "%("):
			name, after, ok := reference(rest)
			if !ok {
				return g.fail("bad interpolation variable reference "+pickle.Repr(rest), "write %(name)s, or %% for a percent sign")
			}
			if err := g.insert(name, level, f, depth); err != nil {
				return err
			}
			rest = after
		default:
			return g.fail("'%' must be followed by '%' or '(', found: "+pickle.Repr(rest), "write %% for a percent sign")
		}
	}
}

// reference cuts "%(name)s" off s.
func reference(s string) (name, after string, ok bool) {
	end := strings.IndexByte(s, ')')
	if end < 3 || !strings.HasPrefix(s[end+1:], "s") {
		return "", "", false
	}
	return s[2:end], s[end+2:], true
}

// insert writes what a name, as written in the text of from, stands for.
func (g *getter) insert(written, level string, from finding, depth int) error {
	name := pytext.Lower(written)
	f, ok := g.lookup(name)
	if !ok && (name == written || g.alsoWritten(name)) {
		f, ok = g.addressed(name, from)
	}
	switch {
	case !ok:
		return g.fail(fmt.Sprintf("Bad value substitution: option %s in section %s contains an interpolation key %s "+
			"which is not a valid option name. Raw value: %s",
			pickle.Repr(g.option), pickle.Repr(g.name), pickle.Repr(name), pickle.Repr(g.raw(level))),
			fmt.Sprintf("define %s in [%s] or [DEFAULT]", name, g.name))
	case f.kind != "":
		return g.fail(fmt.Sprintf("argument of type '%s' is not iterable", f.kind),
			fmt.Sprintf("%s is no text and cannot be part of another value; a wrong integer may be the cause", name))
	case !strings.Contains(f.text, "%"):
		g.out = append(g.out, f.text...)
	default:
		if err := g.resolve(f, depth+1); err != nil {
			return err
		}
	}
	if g.steps++; len(g.out) > maxText || g.steps > maxSteps {
		return g.fail(fmt.Sprintf("value of option %s in section %s grows too long",
			pickle.Repr(g.option), pickle.Repr(g.name)), "values that name each other have multiplied")
	}
	return nil
}

// alsoWritten reports whether one of the texts being resolved names section/option in lower case. Only then does the
// original find it under another spelling.
func (g *getter) alsoWritten(name string) bool {
	return slices.ContainsFunc(g.levels, func(text string) bool { return strings.Contains(text, "%("+name+")s") })
}

// addressed finds a name of the form section/option. What it finds is resolved in the section that asks.
func (g *getter) addressed(name string, from finding) (finding, bool) {
	section, option, ok := strings.Cut(name, "/")
	if !ok || section == "" || option == "" || strings.ContainsFunc(section, notSectionChar) {
		return finding{}, false
	}
	switch section {
	case "default":
		return g.fromDefault(option)
	case "known":
		return g.known(option, from)
	}
	other := g.set.Section(section)
	if other == nil {
		return finding{}, false
	}
	if e, ok := other.Get(option); ok {
		return findingOf(option, e, elsewhere), true
	}
	return g.fromDefault(option)
}

func notSectionChar(r rune) bool { return r != '-' && !pytext.IsWord(r) }

// known finds the value that option had before a later file overrode it. A value that refers to its own former one gets the
// layer below the one in which it says so; the original remembers a single former value and fails on a third file. Where
// the original succeeds the outcome is the same.
func (g *getter) known(option string, from finding) (finding, bool) {
	itself := from.name == option
	if !itself || from.from != inSection {
		if e, ok := g.set.Section(shadow + g.name).Get(option); ok {
			return findingOf(option, e, inSection), true
		}
	}
	switch below := from.former(); {
	case itself && from.from == inSection && below != nil:
		return findingOf(option, below, inSection), true
	case itself && from.from == inDefault && below != nil:
		return findingOf(option, below, inDefault), true
	}
	return g.fromDefault(option)
}

func (f finding) former() *Entry {
	if f.entry == nil {
		return nil
	}
	return f.entry.Overrides
}

// raw is the value that messages show: the option's own, or else the text in which the fault stands.
func (g *getter) raw(level string) string {
	if e, ok := g.own.Get(g.option); ok {
		return e.Raw
	}
	if e, ok := g.set.Default.Get(g.option); ok {
		return e.Raw
	}
	return level
}

func (g *getter) fail(text, hint string) error {
	found, _ := g.lookup(g.option)
	return &InterpolationError{Section: g.name, Option: g.option, Origin: found.entry.At(), Text: text, Hint: hint}
}
