// Package ini reads the dialect that .conf and .local files are written in.
//
// In goes the text of one file; out come its sections and options in the order in which they stand there, each with its
// line, values still raw, in memory that serves for the next file. Or out comes an *Error whose text is what the original prints. The package knows nothing of
// includes, merging or interpolation, and never opens a file.
package ini

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
	"gaol/internal/slab"
)

// Default is the section whose options every section inherits. It alone may be opened twice in a file.
const Default = "DEFAULT"

// A File is one parsed file.
type File struct {
	Path     string
	Default  *Section  // [DEFAULT], or nil
	Sections []Section // all others, in order, names distinct
}

// A Section is a header and what stands below it.
type Section struct {
	Name    string
	Line    int // of the header, counted from 1
	Options []Option
}

// An Option is a name in lower case and a raw value: its lines joined by newlines, comments cut.
type Option struct {
	Name  string
	Value string
	Line  int
}

// An Error is what is wrong with a file. Error gives the contractual text alone; Hint says what to write instead.
type Error struct {
	File    string
	Line    int
	Section string // "" where it does not matter
	Option  string
	Text    string
	Hint    string
}

func (e *Error) Error() string { return e.Text }

// Section returns the section called name, or nil.
func (f *File) Section(name string) *Section {
	if name == Default {
		return f.Default
	}
	for i := range f.Sections {
		if f.Sections[i].Name == name {
			return &f.Sections[i]
		}
	}
	return nil
}

// Parse reads text, the content of the file called path. The name appears in errors only. Bytes that are no UTF-8 are the
// caller's concern.
func Parse(path, text string) (*File, error) { return new(Room).Parse(path, text) }

// A Room is memory for parsing one file after the other. The zero Room is ready. It is not safe for concurrent use.
type Room struct {
	file     File
	first    Section // [DEFAULT]
	sections []Section
	options  []Option  // of all sections, one behind the other
	texts    slab.Text // values of several lines

	names, taken names
	value        []string // the lines of the open option
	joined       []byte   // the same
}

// Parse is Parse for one who has a Room, and is done with the File when the Room serves again. What it says then is parts of text, or gone;
// errors stay.
func (r *Room) Parse(path, text string) (*File, error) {
	p := parser{Room: r}
	p.begin(path)
	r.sections = slices.Grow(r.sections, len(text)/bytesInSection)
	r.options = slices.Grow(r.options, len(text)/bytesInOption)
	for text = unixLines(text); text != ""; {
		line, rest, newline := text, "", false
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line, rest, newline = text[:i], text[i+1:], true
		}
		p.number++
		if err := p.line(line, newline); err != nil {
			return nil, err
		}
		text = rest
	}
	p.finishSection()
	if p.bad != nil {
		return nil, p.bad
	}
	r.file.Sections = r.sections
	return &r.file, nil
}

// Bytes of a section, and of an option, with comments, of which few are smaller. Memory that is not needed is not touched.
const (
	bytesInSection = 256
	bytesInOption  = 96
)

// begin clears the room for another file.
func (r *Room) begin(path string) {
	r.file = File{Path: path}
	r.sections, r.options, r.value = r.sections[:0], r.options[:0], r.value[:0]
	r.texts.TakeBack()
	r.names.Clear()
}

// unixLines returns text with \n for every \r\n and \r, each of which ends a line.
func unixLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// names are a set.
type names = omap.Map[struct{}]

// A parser is the state between two lines.
type parser struct {
	*Room
	number  int      // of the current line
	section *Section // the open one
	start   int      // of its options
	open    bool     // an option is
	indent  int
	bad     *Error // the lines that are neither header nor option, collected to the end of the file
}

// line takes one physical line.
func (p *parser) line(line string, newline bool) error {
	if line != "" && isMark(line[0]) { // about half of all lines
		return nil
	}
	value, comment := cutComment(line)
	if value == "" {
		if !comment && p.open {
			p.value = append(p.value, "")
		}
		return nil
	}
	indent := indentation(line)
	if p.open && indent > p.indent {
		p.value = append(p.value, value)
		return nil
	}
	p.indent = indent
	if name, ok := headerName(value); ok {
		return p.header(name)
	}
	if p.section == nil {
		return p.noHeader(raw(line, newline))
	}
	good, err := p.option(value)
	if !good {
		p.wrong(raw(line, newline))
	}
	return err
}

// raw returns a line as it stands in the file.
func raw(line string, newline bool) string {
	if newline {
		return line + "\n"
	}
	return line
}

// cutComment returns what of a line is no comment, stripped, and whether a comment was cut. A semicolon begins one at the
// start of a line or after white space; a hash only as the first thing of a line.
func cutComment(line string) (value string, comment bool) {
	stripped := pytext.Strip(line)
	if stripped != "" && isMark(stripped[0]) {
		return "", true
	}
	for i := 0; ; i++ {
		next := strings.IndexByte(line[i:], ';')
		if next < 0 {
			return stripped, false
		}
		i += next
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		if i == 0 || pytext.IsSpace(before) {
			return pytext.Strip(line[:i]), true
		}
	}
}

// isMark reports whether c begins a comment in front of everything else.
func isMark(c byte) bool { return c == '#' || c == ';' }

// indentation counts the leading white space; a tab is one column.
func indentation(line string) int {
	n := 0
	for _, r := range line {
		if !pytext.IsSpace(r) {
			return n
		}
		n++
	}
	return 0
}

// headerName returns what stands between the first and the last bracket of a header.
func headerName(line string) (string, bool) {
	end := strings.LastIndexByte(line, ']')
	if line[0] != '[' || end < 2 {
		return "", false
	}
	return line[1:end], true
}

// header opens a section.
func (p *parser) header(name string) error {
	p.finishSection()
	p.start = len(p.options)
	if name == Default {
		p.openDefault()
		return nil
	}
	if p.names.Has(name) {
		return &Error{
			File: p.file.Path, Line: p.number, Section: strings.Clone(name),
			Text: fmt.Sprintf("While reading from %s [line %2d]: section %s already exists",
				pickle.Repr(p.file.Path), p.number, pickle.Repr(name)),
			Hint: fmt.Sprintf("move the options below the first [%s] of this file", name),
		}
	}
	p.names.Set(name, struct{}{})
	p.sections = append(p.sections, Section{Name: name, Line: p.number})
	p.section = &p.sections[len(p.sections)-1]
	return nil
}

// openDefault opens [DEFAULT], for the first time or to go on with it.
func (p *parser) openDefault() {
	if p.file.Default == nil {
		p.first = Section{Name: Default, Line: p.number}
		p.file.Default = &p.first
	}
	p.section = p.file.Default
	p.options = append(p.options, p.section.Options...)
}

// current returns the options of the open section, so far.
func (p *parser) current() []Option { return p.options[p.start:] }

// finishSection closes the open section and stores its options.
func (p *parser) finishSection() {
	p.finishValue()
	if p.section != nil {
		p.section.Options = slices.Clip(p.current())
	}
	p.taken.Clear()
}

func (p *parser) noHeader(raw string) error {
	return &Error{
		File: p.file.Path, Line: p.number,
		Text: fmt.Sprintf("File contains no section headers.\nfile: %s, line: %d\n%s",
			pickle.Repr(p.file.Path), p.number, pickle.Repr(raw)),
		Hint: "write a header such as [DEFAULT] or [sshd] above the first option, and save the file without a byte order mark",
	}
}

// option opens an option, and reports whether the line is a good one. An empty name is not, but the original goes on with it, and so
// may complain about it twice.
func (p *parser) option(line string) (good bool, err error) {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return false, nil
	}
	name := pytext.Lower(pytext.StripRight(line[:i]))
	p.finishValue()
	if p.isTaken(name) {
		return name != "", &Error{
			File: p.file.Path, Line: p.number, Section: strings.Clone(p.section.Name), Option: strings.Clone(name),
			Text: fmt.Sprintf("While reading from %s [line %2d]: option %s in section %s already exists",
				pickle.Repr(p.file.Path), p.number, pickle.Repr(name), pickle.Repr(p.section.Name)),
			Hint: "remove one of the two; to override a value put it into a .local file",
		}
	}
	p.options = append(p.options, Option{Name: name, Line: p.number})
	if name != "" {
		p.value, p.open = append(p.value, pytext.Strip(line[i+1:])), true
	}
	return name != "", nil
}

// isTaken reports whether the section has an option called name, and takes the name if not.
func (p *parser) isTaken(name string) bool {
	current := p.current()
	if len(current) < few {
		return slices.ContainsFunc(current, func(o Option) bool { return o.Name == name })
	}
	if p.taken.Len() == 0 {
		for _, o := range current {
			p.taken.Set(o.Name, struct{}{})
		}
	}
	if p.taken.Has(name) {
		return true
	}
	p.taken.Set(name, struct{}{})
	return false
}

// few is how many options are searched one by one, which is cheaper than to index them.
const few = 16

// wrong records a line that is neither header nor option.
func (p *parser) wrong(raw string) {
	if p.bad == nil {
		p.bad = &Error{
			File: p.file.Path, Line: p.number,
			Text: "Source contains parsing errors: " + pickle.Repr(p.file.Path),
			Hint: "write name = value; indent the line if it belongs to the value above",
		}
		if p.section != nil {
			p.bad.Section = strings.Clone(p.section.Name)
		}
	}
	p.bad.Text += fmt.Sprintf("\n\t[line %2d]: %s", p.number, pickle.Repr(raw))
}

// finishValue closes the open option and stores its value.
func (p *parser) finishValue() {
	if !p.open {
		return
	}
	last := &p.options[len(p.options)-1]
	last.Value = pytext.StripRight(p.lines())
	p.value, p.open = p.value[:0], false
}

// lines returns the lines of the open option, joined.
func (p *parser) lines() string {
	if len(p.value) == 1 {
		return p.value[0]
	}
	p.joined = append(p.joined[:0], p.value[0]...)
	for _, line := range p.value[1:] {
		p.joined = append(append(p.joined, '\n'), line...)
	}
	return p.texts.Keep(p.joined)
}
