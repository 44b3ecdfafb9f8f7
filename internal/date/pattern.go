package date

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Patterns is a datepattern option, read and compiled. It is immutable; several Detectors may share it.
type Patterns struct {
	templates []*template
	// standard says that the option names no pattern of its own, so the default set serves.
	standard bool
}

// Parse reads the value of a datepattern option: a pattern a line, tried in this order. Empty text means the default set.
//
// The error is what fail2ban answers to such a value: "Failed to set datepattern …" for a bad % code, "There is already
// a template with name …" for a pattern given twice. A regular expression that does not compile is no error here, see
// Broken.
func Parse(pattern string) (*Patterns, error) {
	return parse(pattern, time.Now().Year(), basePatterns)
}

// parse is Parse in a given year and with given base patterns.
func parse(pattern string, year int, base []string) (*Patterns, error) {
	l := list{year: year, base: base, names: map[string]int{}}
	for line := range strings.Lines(pattern) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := l.add(line); err != nil {
			return nil, err
		}
	}
	if len(l.templates) > 0 {
		return &Patterns{templates: l.templates}, nil
	}
	l.merge(l.standardSet())
	return &Patterns{templates: l.templates, standard: true}, nil
}

// Broken returns why one of the patterns cannot be used, or nil. A Detector works with such patterns until it needs the
// broken one, and fails the lines that do.
func (p *Patterns) Broken() error {
	for _, t := range p.templates {
		if t.broken != nil {
			return t.broken
		}
	}
	return nil
}

// Describe returns what `get JAIL datepattern` tells: the name of the option's template and, if ok, its pattern. Options
// with more than two templates, and the default set, are called "Default Detectors" and have no pattern.
func (p *Patterns) Describe() (pattern, name string, ok bool) {
	if p.standard || len(p.templates) > 2 {
		return "", "Default Detectors", false
	}
	t := p.templates[0]
	return t.pattern, t.name, t.pattern != ""
}

// A list collects templates with distinct names.
type list struct {
	year      int
	base      []string // what {DATE} and the default set are made of
	templates []*template
	names     map[string]int // index in templates
}

var dateToken = regexp.MustCompile(`(?i)\{DATE\}`)

// add appends what one line of a datepattern stands for.
func (l *list) add(line string) error {
	switch strings.ToUpper(line) {
	case "{DEFAULT}":
		return nil // serves alone; fail2ban adds nothing beside other patterns either
	case "{^LN-BEG}":
		l.merge(anchoredOnly(l.standardSet()))
		return nil
	}
	if dateToken.MatchString(line) {
		return l.addDate(line)
	}
	t, err := newTemplate(line, l.year)
	if err != nil {
		return err
	}
	if _, known := l.names[t.name]; known {
		return fmt.Errorf("There is already a template with name %s", t.name)
	}
	l.merge([]*template{t})
	return nil
}

// addDate appends a pattern with {DATE}: each of the base patterns in its place.
func (l *list) addDate(line string) error {
	for _, base := range l.base {
		base = strings.TrimPrefix(base, "{^LN-BEG}")
		t, err := newTemplate(dateToken.ReplaceAllLiteralString(line, base), l.year)
		if err != nil {
			return err
		}
		l.merge([]*template{t})
	}
	return nil
}

// merge appends the templates whose names are new. One that was configured by itself weighs as much as its like from the
// default set.
func (l *list) merge(templates []*template) {
	for _, t := range templates {
		i, known := l.names[t.name]
		if !known {
			l.names[t.name] = len(l.templates)
			l.templates = append(l.templates, t)
		} else if t.weight > l.templates[i].weight && t.regex == l.templates[i].regex {
			l.templates[i] = t
		}
	}
}
