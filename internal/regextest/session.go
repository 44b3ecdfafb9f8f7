// Package regextest does what the regex tester does, without its terminal.
//
// In go a compiled filter and log lines; out come a report (which expression matched what, which lines were missed, which date
// formats were found) or one piece of text per failure. The package never reads files, never prints by itself and keeps no more
// lines than its report will show.
package regextest

import (
	"slices"
	"strings"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// A Listing says when the lines of one kind are listed.
type Listing int

const (
	Few Listing = iota // when they are fewer than the limit
	Never
	Always
)

// DefaultLimit is the number of lines from which on they are only counted.
const DefaultLimit = 20

// Options say what a report shows.
type Options struct {
	Failregex, Ignoreregex []string // as written, with their tags

	Verbose      bool // list every hit, and what had none
	VerboseDates bool // show the regular expressions of date formats
	NoDates      bool // the source gives the time, so there are no date formats
	Debuggex     bool // show a link to debuggex.com with every line and expression

	Limit                    int // 0 for DefaultLimit
	Matched, Missed, Ignored Listing
}

// A Session tests lines and gathers what its report shows. It is not safe for concurrent use.
type Session struct {
	opt     Options
	program *filter.Program
	tester  *filter.Tester
	queue   *filter.Queue

	prefixShown []ticket.Fields // the first few
	fail        []regexStat
	ignore      []regexStat

	tested                   int
	matched, missed, ignored list
	window                   []string // missed lines that a multi-line match may still claim
}

// A regexStat is how one expression has fared.
type regexStat struct {
	hits  int
	shown []string // a line of text for each, if wanted
}

// NewSession returns a session that tests with p.
func NewSession(p *filter.Program, env filter.Env, all bool, opt Options) *Session {
	if opt.Limit <= 0 {
		opt.Limit = DefaultLimit
	}
	s := &Session{
		opt: opt, program: p,
		tester: filter.NewTester(p, env, filter.Wishes{All: all, Failures: opt.Verbose, Prefix: opt.Verbose}),
		fail:   make([]regexStat, len(opt.Failregex)),
		ignore: make([]regexStat, len(opt.Ignoreregex)),
	}
	s.matched.when, s.missed.when, s.ignored.when = opt.Matched, opt.Missed, opt.Ignored
	if opt.Matched == Few {
		s.matched.when = Never
	}
	s.queue = s.tester.Queue(s.take)
	for _, l := range []*list{&s.matched, &s.missed, &s.ignored} {
		l.limit = opt.Limit
	}
	return s
}

// Test tests the lines of log, which messages call source. An error means that the original would have ended there. Test must be
// called only once.
func (s *Session) Test(source string, log filter.Supply) error { return s.queue.Run(source, log) }

// take counts what became of a line.
func (s *Session) take(o *filter.Outcome) error {
	s.tested++
	if o.Prefix != nil && len(s.prefixShown) <= prefixesShown {
		s.prefixShown = append(s.prefixShown, o.Prefix)
	}
	for _, i := range o.Ignored {
		s.ignore[i].hits++
	}
	ignored := len(o.Ignored) > 0
	for i := range o.Hits {
		h := &o.Hits[i]
		s.fail[h.Regex].hits++
		if s.opt.Verbose {
			s.show(h, i)
		}
		ignored = ignored || h.NoFail
	}
	switch {
	case ignored:
		s.ignored.add(o)
	case len(o.Hits) > 0:
		if len(s.window) > 0 {
			s.claim(o.Hits, string(o.Text()))
		}
		s.matched.add(o)
	default:
		s.miss(o)
	}
	return nil
}

// prefixesShown is how many matches of prefregex a verbose report shows.
const prefixesShown = 20

// show notes what is shown of a hit that has n others of its line before it.
func (s *Session) show(h *filter.Hit, n int) {
	r, f := &s.fail[h.Regex], h.Found.Failure
	id, when := "None", f.Time
	if !h.Pending && !f.ID.IsZero() {
		id = f.ID.String()
	}
	if !h.Timed {
		when = ticket.Now()
	}
	text := "    " + id + "  " + when.Time().Format("Mon Jan 02 15:04:05 2006")
	if n > 1 {
		text += " (multiple regex matched)"
	}
	r.shown = append(r.shown, text)
}

// miss notes a line that nothing matched. A later multi-line match may claim it while it is among the last few.
func (s *Session) miss(o *filter.Outcome) {
	keep := s.program.MaxLines() - 1
	if keep == 0 {
		s.missed.add(o)
		if s.missed.isFull() {
			s.queue.Skip(s.skip)
		}
		return
	}
	s.window = append(s.window, string(o.Text()))
	if len(s.window) > keep {
		s.missed.addText([]byte(s.window[0]))
		s.window = s.window[1:]
	}
}

// skip counts lines that nothing matched, once they are no more listed.
func (s *Session) skip(lines int) {
	s.tested += lines
	s.missed.count += lines
}

// claim moves the missed lines that hits span to the matched ones.
func (s *Session) claim(hits []filter.Hit, current string) {
	for i := range hits {
		for _, m := range hits[i].Found.Lines {
			at := slices.IndexFunc(s.window, func(w string) bool { return w == m.String() || w == m.After })
			if at >= 0 && m.String() != current {
				s.matched.addText([]byte(s.window[at]))
				s.window = slices.Delete(s.window, at, at+1)
			}
		}
	}
}

// A list counts lines and keeps them as long as they will be shown.
type list struct {
	when  Listing
	limit int
	count int
	lines []string
}

// add adds the line that o is about.
func (l *list) add(o *filter.Outcome) {
	l.count++
	if !l.isFull() || l.lines != nil {
		l.keep(o.Text())
	}
}

// addText adds a line that was missed before.
func (l *list) addText(text []byte) {
	l.count++
	l.keep(text)
}

// keep keeps a line, unless there are too many now to keep any.
func (l *list) keep(text []byte) {
	if l.isFull() {
		l.lines = nil
	} else {
		l.lines = append(l.lines, strings.ToValidUTF8(string(text), "\uFFFD"))
	}
}

// isFull reports whether lines are only counted.
func (l *list) isFull() bool { return l.when == Never || l.when == Few && l.count >= l.limit }
