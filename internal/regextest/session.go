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
	shown       [][]string      // of each failregex, a line of text for each hit, if wanted

	lists   [3]list  // of lines, by filter.Kind
	window  []string // missed lines that a multi-line match may still claim
	claimed int      // lines that were claimed
}

// NewSession returns a session that tests with p.
func NewSession(p *filter.Program, env filter.Env, all bool, opt Options) *Session {
	if opt.Limit <= 0 {
		opt.Limit = DefaultLimit
	}
	s := &Session{
		opt: opt, program: p,
		tester: filter.NewTester(p, env, filter.Wishes{All: all, Failures: opt.Verbose, Prefix: opt.Verbose}),
		shown:  make([][]string, len(opt.Failregex)),
	}
	when := opt.Matched
	if when == Few {
		when = Never
	}
	s.lists = [...]list{
		filter.Missed:  {when: opt.Missed, limit: opt.Limit},
		filter.Matched: {when: when, limit: opt.Limit},
		filter.Ignored: {when: opt.Ignored, limit: opt.Limit},
	}
	s.queue = s.tester.Queue(s.take)
	return s
}

// Test tests the lines of log, which messages call source. An error means that the original would have ended there. Test must be
// called only once.
func (s *Session) Test(source string, log filter.Supply) error { return s.queue.Run(source, log) }

// take notes what is shown of a line.
func (s *Session) take(o *filter.Outcome) error {
	if o.Prefix != nil && len(s.prefixShown) <= prefixesShown {
		s.prefixShown = append(s.prefixShown, o.Prefix)
	}
	if s.opt.Verbose {
		for i := range o.Hits {
			s.show(&o.Hits[i], i)
		}
	}
	switch {
	case s.program.MaxLines() == 1:
		s.note(o)
	case o.Kind == filter.Missed:
		s.miss(string(o.Text()))
	default:
		if o.Kind == filter.Matched {
			s.claim(o.Hits, string(o.Text()))
		}
		s.lists[o.Kind].add(o.Text())
	}
	return nil
}

// note adds a line to those of its kind. Once they are not listed any more there is no need to see more of them.
func (s *Session) note(o *filter.Outcome) {
	l := &s.lists[o.Kind]
	l.add(o.Text())
	if l.isFull() && (o.Kind == filter.Missed || !s.opt.Verbose) {
		s.queue.Count(o.Kind)
	}
}

// prefixesShown is how many matches of prefregex a verbose report shows.
const prefixesShown = 20

// show notes what is shown of a hit that has n others of its line before it.
func (s *Session) show(h *filter.Hit, n int) {
	f := h.Found.Failure
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
	s.shown[h.Regex] = append(s.shown[h.Regex], text)
}

// miss notes a line that nothing matched. A later multi-line match may claim it while it is among the last few.
func (s *Session) miss(text string) {
	s.window = append(s.window, text)
	if len(s.window) >= s.program.MaxLines() {
		s.lists[filter.Missed].add([]byte(s.window[0]))
		s.window = s.window[1:]
	}
}

// claim moves the missed lines that hits span to the matched ones.
func (s *Session) claim(hits []filter.Hit, current string) {
	for i := range hits {
		for _, m := range hits[i].Found.Lines {
			at := slices.IndexFunc(s.window, func(w string) bool { return w == m.String() || w == m.After })
			if at >= 0 && m.String() != current {
				s.claimed++
				s.lists[filter.Matched].add([]byte(s.window[at]))
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

func (l *list) add(text []byte) {
	l.count++
	if l.isFull() {
		l.lines = nil
	} else {
		l.lines = append(l.lines, strings.ToValidUTF8(string(text), "\uFFFD"))
	}
}

// isFull reports whether lines are only counted.
func (l *list) isFull() bool { return l.when == Never || l.when == Few && l.count >= l.limit }
