package date

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"gaol/internal/lazy"
	"gaol/internal/pyre"
)

// Patterns is a datepattern option that has been read. It is immutable; several Detectors may share it.
type Patterns struct {
	templates []ranked
	// standard says that the option names no pattern of its own, so the default set serves.
	standard bool
}

// A ranked template is one in a list, with what a hit of it counts when the list is reordered.
type ranked struct {
	*template
	weight float64
}

// Parse reads the value of a datepattern option: a pattern a line, tried in this order. Empty text means the default set.
//
// The error is what fail2ban answers to such a value: "Failed to set datepattern …" for a bad % code, "There is already
// a template with name …" for a pattern given twice. A regular expression that does not compile is no error here, see
// Broken.
func Parse(pattern string) (*Patterns, error) { return new(Cache).Parse(pattern) }

// A Cache parses options and keeps only one copy of a pattern that several of them have in common, compiled or not: the
// default set, mostly. It never forgets, so it is for the options of one configuration.
// The zero Cache is empty and ready. It is safe for concurrent use.
type Cache struct {
	// Regexes compiles the templates' regular expressions, to be shared with others; nil: the Cache has one of its own.
	Regexes *pyre.Compiler

	mu        sync.Mutex // guards the rest
	options   map[optionKey]*Patterns
	templates map[cacheKey]*template
}

// An optionKey is an option in a year: what %ExY takes depends on it.
type optionKey struct {
	pattern string
	year    int
}

// A cacheKey tells templates apart by what they are made from.
type cacheKey struct {
	pattern, name, regex string
	needs                features
	format               format
	place                scanPlace
}

// Parse is like the function Parse.
func (c *Cache) Parse(pattern string) (*Patterns, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := optionKey{pattern, time.Now().Year()}
	if p := c.options[key]; p != nil {
		return p, nil
	}
	p, err := c.parseLocked(pattern, key.year, basePatterns)
	if err != nil {
		return nil, err
	}
	if c.options == nil {
		c.options = map[optionKey]*Patterns{}
	}
	c.options[key] = p
	return p, nil
}

// parseLocked reads an option in a given year and with given base patterns.
func (c *Cache) parseLocked(pattern string, year int, base []string) (*Patterns, error) {
	l := list{year: year, base: base, names: map[string]int{}}
	for line := range strings.Lines(pattern) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := l.add(line); err != nil {
			return nil, err
		}
	}
	p := &Patterns{standard: len(l.templates) == 0}
	if p.standard {
		l.merge(l.standardSet())
	}
	p.templates = l.templates
	c.shareLocked(p.templates)
	return p, nil
}

// shareLocked replaces templates by known ones that are the same.
func (c *Cache) shareLocked(templates []ranked) {
	if c.templates == nil {
		c.templates = map[cacheKey]*template{}
	}
	if c.Regexes == nil {
		c.Regexes = new(pyre.Compiler)
	}
	for i := range templates {
		t := &templates[i]
		key := cacheKey{t.pattern, t.name, t.regex, t.needs, t.scan.format, t.scan.place}
		if known := c.templates[key]; known != nil {
			t.template = known
		} else {
			t.regexes = c.Regexes
			c.templates[key] = t.template
		}
	}
}

// Broken compiles the patterns and returns why one of them cannot be used, or nil. A Detector works with such patterns until
// it needs the broken one, and fails the lines that do.
func (p *Patterns) Broken() error {
	if p.standard {
		return nil
	}
	for _, t := range p.templates {
		if err := t.compiled().broken; err != nil {
			return err
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
	templates []ranked
	names     map[string]int // index in templates
}

var dateToken = lazy.Regexp{Expr: `(?i)\{DATE\}`}

// add appends what one line of a datepattern stands for.
func (l *list) add(line string) error {
	switch strings.ToUpper(line) {
	case "{DEFAULT}":
		return nil // serves alone; fail2ban adds nothing beside other patterns either
	case "{^LN-BEG}":
		l.merge(l.anchoredSet())
		return nil
	}
	if dateToken.Get().MatchString(line) {
		return l.addDate(line)
	}
	t, err := newTemplate(line, l.year)
	if err != nil {
		return err
	}
	if _, known := l.names[t.name]; known {
		return fmt.Errorf("There is already a template with name %s", t.name)
	}
	l.merge([]ranked{{t, 1}})
	return nil
}

// addDate appends a pattern with {DATE}: each of the base patterns in its place.
func (l *list) addDate(line string) error {
	for i, base := range l.base {
		base = strings.TrimPrefix(base, "{^LN-BEG}")
		t, err := newTemplate(dateToken.Get().ReplaceAllLiteralString(line, base), l.year)
		if err != nil {
			return err
		}
		t.recognise(i, dateToken.Get().ReplaceAllLiteralString(line, "{DATE}"), l.year)
		l.merge([]ranked{{t, 1}})
	}
	return nil
}

// merge appends the templates whose names are new. One that was configured by itself weighs as much as its like from the
// default set.
func (l *list) merge(templates []ranked) {
	for _, t := range templates {
		i, known := l.names[t.name]
		if !known {
			l.names[t.name] = len(l.templates)
			l.templates = append(l.templates, t)
		} else if old := &l.templates[i]; t.regex == old.regex {
			old.weight = max(old.weight, t.weight)
		}
	}
}
