package filter

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gaol/internal/date"
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// Settings are what a filter's options say, as texts. The zero value of a field means that the option is not set.
type Settings struct {
	Prefregex   string
	Failregex   []string
	Ignoreregex []string
	MaxLines    int    // lines a failregex may span; 1 when not set
	DatePattern string // engine default formats when not set
	UseDNS      string // yes, warn, no or raw; warn when not set
	LogTimeZone string // zone of dates without one; the system's when not set
	LogEncoding string // name of a text encoding; UTF-8 when not set or "auto"
	MaxLine     int    // bytes of a line that are looked at; ticket.DefaultMaxLine when not set
}

// A Program is Settings that have been checked and compiled. It never changes and may serve any number of filters.
type Program struct {
	settings    Settings
	prefregex   *pattern // nil when there is none
	failregex   []*pattern
	ignoreregex []*pattern
	set         *pyre.Set // of failregex
	earlyIgnore bool      // ignoreregex is also tried before prefregex
	maxLines    int
	maxLine     int
	usedns      usedns
	dates       *date.Patterns
	offset      *int // of logtimezone
	encoding    encodingOf
	gates       gates
	crews       sync.Pool // of *crew, for bulks
}

// Compile checks s and prepares it for use. The text of an error is what the original answers, because it reaches users through
// the control socket; for a wrong regular expression it is one of
//
//	Cannot add empty regex
//	Unable to compile regular expression '<expanded regex>':\n<reason> at position <N>
//	No failure-id group in '<expanded regex>'
//
// An unknown UseDNS is no error but means "no", see ParseUseDNS.
func Compile(s Settings) (*Program, error) { return new(Compiler).Compile(s) }

// A Compiler compiles many Settings and keeps what they have in common, the default date formats above all, only once; equal
// Settings get the same Program. The zero Compiler is ready. It is safe for concurrent use.
type Compiler struct {
	regexes pyre.Compiler
	dates   date.Cache

	mu       sync.Mutex // guards programs
	programs map[string]*Program
}

// Keep has Compile return p for the Settings that p was compiled from.
func (c *Compiler) Keep(p *Program) {
	c.keep(p, p.settings.key())
}

func (c *Compiler) keep(p *Program, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.programs == nil {
		c.programs = map[string]*Program{}
	}
	c.programs[key] = p
}

// key returns a text that is the same for equal settings only.
func (s *Settings) key() string {
	var key strings.Builder
	all := [][]string{s.Failregex, s.Ignoreregex, {s.Prefregex, s.DatePattern, s.UseDNS, s.LogTimeZone, s.LogEncoding}}
	key.Grow(roomFor(all))
	number := func(n int) {
		var digits [20]byte
		key.Write(strconv.AppendInt(digits[:0], int64(n), 10))
		key.WriteByte(' ')
	}
	for _, texts := range all {
		number(len(texts))
		for _, text := range texts {
			number(len(text))
			key.WriteString(text)
		}
	}
	number(s.MaxLines)
	number(s.MaxLine)
	return key.String()
}

// roomFor returns how long texts are, each with a small number in front of it, and some more.
func roomFor(all [][]string) int {
	const number = len("1234 ")
	room := (len(all) + 2) * number
	for _, texts := range all {
		for _, text := range texts {
			room += number + len(text)
		}
	}
	return room
}

// Compile does what the function Compile does.
func (c *Compiler) Compile(s Settings) (*Program, error) {
	key := s.key()
	c.mu.Lock()
	p := c.programs[key]
	c.dates.Regexes = &c.regexes
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := c.compile(s)
	if err == nil {
		c.keep(p, key)
	}
	return p, err
}

func (c *Compiler) compile(s Settings) (*Program, error) {
	p := &Program{settings: s, maxLines: max(s.MaxLines, 1), maxLine: s.MaxLine}
	if s.MaxLines < 0 {
		return nil, errors.New("maxlines must be integer greater than zero")
	}
	if p.maxLine <= 0 {
		p.maxLine = ticket.DefaultMaxLine
	}
	if s.UseDNS != "" {
		p.usedns, _ = parseUseDNS(s.UseDNS)
	}
	if err := p.compileRegexes(&c.regexes); err != nil {
		return nil, err
	}
	if err := p.compileDates(&c.dates); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Program) compileRegexes(c *pyre.Compiler) (err error) {
	s := &p.settings
	if s.Prefregex != "" {
		if p.prefregex, err = compilePattern(c, s.Prefregex, p.usedns, 0); err != nil {
			return err
		}
	}
	var flags pyre.Flags
	if p.maxLines > 1 {
		flags = pyre.MultiLine
	}
	for _, text := range s.Failregex {
		r, err := compilePattern(c, text, p.usedns, flags)
		if err != nil {
			return err
		}
		if !r.identifies() && (p.prefregex == nil || !p.prefregex.identifies()) {
			return fmt.Errorf("No failure-id group in '%s'", r.expanded) //nolint:staticcheck // the original's text
		}
		r.apart = p.prefregex != nil && !p.prefregex.sharesNames(r)
		p.failregex = append(p.failregex, r)
	}
	for _, text := range s.Ignoreregex {
		r, err := compilePattern(c, text, p.usedns, 0)
		if err != nil {
			return err
		}
		p.ignoreregex = append(p.ignoreregex, r)
	}
	asked := p.askedRoles() | noRole.bit()
	for _, r := range p.capturing() {
		r.divide(asked)
	}
	p.earlyIgnore = len(p.ignoreregex) > 0 && len(p.ignoreregex) < len(p.failregex)-2
	p.set = pyre.NewSet(regexps(p.failregex))
	p.makeGates()
	return nil
}

func (p *Program) compileDates(cache *date.Cache) (err error) {
	if p.dates, err = cache.Parse(p.settings.DatePattern); err != nil {
		return err
	}
	if zone := p.settings.LogTimeZone; zone != "" {
		offset, err := date.ParseZone(zone)
		if err != nil {
			return err
		}
		p.offset = &offset
	}
	p.encoding, err = findEncoding(p.settings.LogEncoding)
	return err
}

// Settings returns what p was compiled from.
func (p *Program) Settings() Settings { return p.settings }

// Same reports whether p and o were compiled from equal settings, so that they judge alike.
func (p *Program) Same(o *Program) bool { return p == o || p.settings.key() == o.settings.key() }

// Prefregex returns the regular expression with its tags expanded, "" when there is none.
func (p *Program) Prefregex() string {
	if p.prefregex == nil {
		return ""
	}
	return p.prefregex.expanded
}

// Failregex returns the regular expressions with their tags expanded, in the order in which they are tried.
func (p *Program) Failregex() []string { return expandedTexts(p.failregex) }

// Ignoreregex returns the regular expressions with their tags expanded.
func (p *Program) Ignoreregex() []string { return expandedTexts(p.ignoreregex) }

// MaxLines returns how many lines a failregex may span.
func (p *Program) MaxLines() int { return p.maxLines }

// UseDNS returns the mode in force: yes, warn, no or raw.
func (p *Program) UseDNS() string { return p.usedns.String() }

// LogEncoding returns the name of the text encoding in force.
func (p *Program) LogEncoding() string { return p.encoding.name }

// DatePattern describes the date formats as the original's "get datepattern" does: pattern and report name of a single one,
// else no pattern. ok is false where no date is expected at all.
func (p *Program) DatePattern() (pattern, name string, ok bool) { return p.dates.Describe() }

// capturing returns the patterns whose groups tell something.
func (p *Program) capturing() []*pattern {
	if p.prefregex == nil {
		return p.failregex
	}
	return slices.Concat(p.failregex, []*pattern{p.prefregex})
}

func expandedTexts(patterns []*pattern) []string {
	texts := make([]string, 0, len(patterns))
	for _, r := range patterns {
		texts = append(texts, r.expanded)
	}
	return texts
}

func regexps(patterns []*pattern) []*pyre.Regexp {
	res := make([]*pyre.Regexp, 0, len(patterns))
	for _, r := range patterns {
		res = append(res, r.re)
	}
	return res
}

// A pattern is one regular expression of a filter and what its groups mean.
type pattern struct {
	expanded string // the text that was compiled
	re       *pyre.Regexp
	groups   []*group // the named ones, in order
	places   []place  // of the same
	beside   []place  // of those but content
	asked    []place  // where lines are only counted: of those whose text somebody asks for,
	bare     []place  // and of those of which it only matters whether they have one
	content  int      // number of the group "content", or -1
	skips    []int    // group numbers of <SKIPLINES>
	combined []combination
	apart    bool // of a failregex: no value has a name that one of prefregex can have
}

func compilePattern(c *pyre.Compiler, text string, dns usedns, flags pyre.Flags) (*pattern, error) {
	expanded := expandTags(text, dns)
	if strings.TrimSpace(expanded) == "" {
		return nil, errors.New("Cannot add empty regex") //nolint:staticcheck // the original's text
	}
	expanded = scopeFlags(expanded)
	re, err := c.Compile(expanded, flags)
	if err != nil {
		return nil, fmt.Errorf("Unable to compile regular expression '%s':\n%w", expanded, err) //nolint:staticcheck // the original's text
	}
	r := &pattern{expanded: expanded, re: re, content: re.SubexpIndex("content")}
	for i, name := range re.SubexpNames() {
		switch {
		case name == "":
		case strings.HasPrefix(name, "skiplines"):
			r.skips = append(r.skips, i)
			fallthrough
		default:
			r.groups = append(r.groups, newGroup(name, i))
		}
	}
	r.combined = combinations(r.groups)
	n := len(r.groups)
	room := make([]place, 3*n)
	r.places, r.beside, r.asked = room[:0:n], room[n:n:2*n], room[2*n:2*n]
	for _, g := range r.groups {
		at := place{g, 2 * g.index, g.role.bit(), g.role}
		r.places = append(r.places, at)
		if g.index != r.content {
			r.beside = append(r.beside, at)
		}
		if g.role != noRole || slices.ContainsFunc(r.combined, func(c combination) bool { return c.source == g }) {
			r.asked = append(r.asked, at) // all that have a say, until it is known what is asked for
		}
	}
	return r, nil
}

// A place is a group with what must be known of it to capture it, side by side with those of the others.
type place struct {
	of   *group
	at   int // in what Matcher.Groups returns
	bit  roleSet
	role role
}

// divide has r know whose texts are asked for: those of the groups with one of these roles.
func (r *pattern) divide(asked roleSet) {
	telling, n := r.asked, 0
	for i, at := range telling {
		if at.bit&asked != 0 {
			telling[i], telling[n] = telling[n], at
			n++
		}
	}
	r.asked, r.bare = telling[:n:n], telling[n:]
}

// sharesNames reports whether a value of o, a group or what is put together from some, has the name of one of r.
func (r *pattern) sharesNames(o *pattern) bool {
	has := func(g *group) bool {
		return slices.ContainsFunc(r.groups, g.named) ||
			slices.ContainsFunc(r.combined, func(c combination) bool { return g.named(c.target) })
	}
	return slices.ContainsFunc(o.groups, has) || slices.ContainsFunc(o.combined, func(c combination) bool { return has(c.target) })
}

// identifies reports whether r has one of the groups of which a failregex needs one.
func (r *pattern) identifies() bool {
	return slices.ContainsFunc(r.groups, func(g *group) bool {
		switch g.role {
		case roleFID, roleIP4, roleIP6, roleDNS, roleMLFID:
			return true
		}
		return false
	})
}
