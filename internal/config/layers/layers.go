// Package layers puts the files of one logical configuration on top of each other: a main file, its drop-ins, its .local
// files, and what all of them include.
//
// In goes a Source and a base name such as "jail" or "filter.d/sshd"; out comes a Set, which answers for the value of an
// option in a section, with %(…)s resolved, and knows the file and line that each value came from and what it overrode.
// The package knows no option by name (but for the two of [INCLUDES]) and never evaluates anything.
package layers

import (
	"strconv"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
)

const (
	includes = "INCLUDES" // the section that names further files
	shadow   = "KNOWN/"   // prefix of the section that keeps what a later file overrode
)

// An Origin is the place where a value was written. The zero Origin means that no file did.
type Origin struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String prints file and line, or "default" for what no file says.
func (o Origin) String() string {
	if o.File == "" {
		return "default"
	}
	return o.File + ":" + strconv.Itoa(o.Line)
}

// An Entry is the raw value of an option in one section.
type Entry struct {
	Raw    string
	Origin Origin
	// Type is empty for text. A filter's integer that a jail refers to is "int", one that was wrong NoneType: naming these
	// inside a value is an error.
	Type string
	// Overrides is what this entry replaced in its section, or nil. A file that is read twice does not override itself.
	Overrides *Entry
}

// At returns where the entry was written, the zero Origin for nil.
func (e *Entry) At() Origin {
	if e == nil {
		return Origin{}
	}
	return e.Origin
}

// A Section holds entries in order of first appearance.
type Section = omap.Map[*Entry]

// A Set is one logical configuration. Reading from it is safe for concurrent use once it is complete.
type Set struct {
	Default  Section
	sections omap.Map[*Section]
	Files    []string // in the order in which they were merged

	room []Section // for those to come
}

// setOf lays files one over the other.
func setOf(files []*file) *Set {
	pages := 0
	for _, f := range files {
		pages += len(f.pages)
	}
	s := &Set{Files: make([]string, 0, len(files)), room: make([]Section, pages)} // a page opens one section at most
	s.sections.Grow(pages)
	for _, f := range files {
		s.merge(f)
	}
	return s
}

// add adds a section.
func (s *Set) add(name string) *Section {
	added := &s.room[0]
	s.room = s.room[1:]
	s.sections.Set(name, added)
	return added
}

// Section returns the section called name, or nil.
func (s *Set) Section(name string) *Section {
	section, _ := s.sections.Get(name)
	return section
}

// Names returns the sections that users wrote, in order of first appearance, without [DEFAULT] and [INCLUDES].
func (s *Set) Names() []string {
	var names []string
	for name := range s.sections.All() {
		if name != includes && !strings.HasPrefix(name, shadow) {
			names = append(names, name)
		}
	}
	return names
}

// Define gives option of section a value that no file holds. The section must exist; "DEFAULT" always does.
func (s *Set) Define(section, option string, e *Entry) {
	if section == ini.Default {
		s.Default.Set(option, e)
		return
	}
	s.Section(section).Set(option, e)
}

// merge lays one file over the set.
func (s *Set) merge(f *file) {
	s.Files = append(s.Files, f.path)
	for i := range f.pages {
		s.mergePage(&f.pages[i])
	}
}

func (s *Set) mergePage(p *page) {
	target, former := &s.Default, (*Section)(nil)
	if p.section != ini.Default {
		target, former = s.open(p.section)
	}
	if target.Len() == 0 {
		*target = p.says.Lend() // as nearly all do, some of them in every set
		return
	}
	target.Grow(p.says.Len())
	for name, e := range p.says.All() {
		old, covered := target.Get(name)
		if covered && former != nil {
			if former.Len() == 0 {
				former.Grow(p.says.Len())
			}
			former.Set(name, old)
		}
		if covered {
			e = e.over(old)
		}
		target.Set(name, e)
	}
}

// open returns the section called name, made if there is none, and the one that keeps what it had before: it exists as soon as a second
// file opens the section, be it empty.
func (s *Set) open(name string) (target, former *Section) {
	if target = s.Section(name); target != nil {
		return target, s.shadow(name)
	}
	return s.add(name), nil
}

// A page is what one section of one file says, for a section of the set. The sets that the file is part of share it; none changes it.
type page struct {
	section string
	says    Section
}

// conditional splits the header word?condition, which means that all options below are to be called option?condition.
func conditional(header string) (name, condition string) {
	i := strings.IndexByte(header, '?')
	if i <= 0 || i == len(header)-1 || strings.ContainsFunc(header[:i], func(r rune) bool { return !pytext.IsWord(r) }) {
		return header, ""
	}
	return header[:i], header[i:]
}

// shadow returns the section that keeps what was overridden in section name.
func (s *Set) shadow(name string) *Section {
	full := shadow + name
	if section := s.Section(full); section != nil {
		return section
	}
	return s.add(full)
}

// over returns e as it is in the place of old.
func (e *Entry) over(old *Entry) *Entry {
	covering := *e
	covering.Overrides = old
	if old.Origin == e.Origin {
		covering.Overrides = old.Overrides
	}
	return &covering
}
