package filter

import (
	"log/slog"

	"gaol/internal/date"
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A Tester judges lines as a Filter does and tells everything about it: that is how filters are written and checked. Lines of any
// age are taken as they come. It is not safe for concurrent use.
type Tester struct {
	filter  *Filter
	outcome Outcome
	wishes  Wishes
	lines   int
	score   Score

	prefixed int // lines that prefregex matched, of those that a Queue searched
}

// clockEvery is the number of lines that share one look at the clock.
const clockEvery = 32

// An Outcome is what became of one line. It is valid until the next line is tested.
type Outcome struct {
	Hits    []Hit         // in the order of the failregex
	Ignored []int         // indexes of the ignoreregex that matched
	Prefix  ticket.Fields // the groups of prefregex, if wanted
	Kind    Kind

	given *ticket.Line // what its source told beside the text, nil for nothing
	line  *line
}

// Text returns the line, decoded.
func (o *Outcome) Text() []byte {
	if o.given != nil && o.given.Date != "" {
		return append([]byte(o.given.Date), o.line.text...)
	}
	return o.line.text
}

// Time returns the time of the line, and whether that prints as an integer. It means nothing if not ok.
func (o *Outcome) Time() (when ticket.Unix, whole, ok bool) {
	return o.line.time, o.line.whole, o.line.timed
}

// Match returns the line as it is kept with tickets.
func (o *Outcome) Match() ticket.Match { return o.line.match() }

// Wishes say what a Tester is to tell.
type Wishes struct {
	All      bool // try every failregex; tell quiet and pending hits as well
	Failures bool // make the Failure and the Lines of hits; those that span several lines have them anyway
	Prefix   bool // with All: tell the groups of prefregex
}

// NewTester returns a tester that runs p.
func NewTester(p *Program, env Env, w Wishes) *Tester {
	t := &Tester{filter: NewFilter(p, env), wishes: w, score: newScore(p)}
	f := t.filter
	f.anyTime, f.all, f.loose = true, w.All, true
	f.counting = !w.Failures && p.maxLines == 1
	if f.counting {
		f.captured.brief, f.recall.connections.brief = true, true
	}
	f.hits = &t.outcome.Hits
	f.visit = func(h Hit) error {
		h.Found = &Found{h.Found.Failure, h.Found.Lines}
		t.outcome.Hits = append(t.outcome.Hits, h)
		return nil
	}
	f.ignored = func(i int) { t.outcome.Ignored = append(t.outcome.Ignored, i) }
	f.gate, f.barren = t.gate(), t.barren()
	if w.All && w.Prefix {
		f.prefixed = func() { t.outcome.Prefix = f.prefixFields() }
	}
	return t
}

// gate returns a gate for lines in which not even what a Tester counts beside the failregex can match, nil if there is none.
func (t *Tester) gate() *pyre.Gate {
	p := t.filter.program
	switch {
	case p.earlyIgnore:
		return nil
	case t.wishes.All && p.prefregex != nil:
		return p.gates.prefix().Clone()
	}
	return p.gate()
}

// Test judges one line. The error says why the line could not be judged.
func (t *Tester) Test(l *ticket.Line, source string) (*Outcome, error) {
	err := t.judge(l, source)
	t.score.add(&t.outcome)
	t.outcome.describe(l, t.filter.line)
	return &t.outcome, err
}

// judge finds out what a line leads to, and that only is in the outcome then.
func (t *Tester) judge(l *ticket.Line, source string) error {
	f := t.filter
	if err := t.prepare(l, f.decode(l, source)); err != nil {
		return err
	}
	return f.search()
}

// prepare makes l, with text as what it says, the present line.
func (t *Tester) prepare(l *ticket.Line, text []byte) error {
	t.begin()
	_, err := t.filter.split(&t.filter.own, text, l, false)
	return err
}

// begin makes ready for another line. From time to time it looks at the clock.
func (t *Tester) begin() {
	t.outcome.clear()
	if t.lines%clockEvery == 0 {
		t.filter.now = t.filter.env.Now()
	}
	t.lines++
}

// clear has o say that its line led to nothing.
func (o *Outcome) clear() { o.Hits, o.Ignored, o.Prefix = o.Hits[:0], o.Ignored[:0], nil }

// describe has o say which line it is about. given is what its source told beside the text, nil for nothing.
func (o *Outcome) describe(given *ticket.Line, ln *line) { o.given, o.line = given, ln }

// assistant returns a filter for another goroutine that does a part of what t's own does. It tells nothing: that is for t to do.
func (t *Tester) assistant() *Filter {
	env := t.filter.env
	env.Log = slog.New(slog.DiscardHandler)
	f := NewFilter(t.filter.program, env)
	f.anyTime, f.all, f.loose, f.counting = t.filter.anyTime, t.filter.all, t.filter.loose, t.filter.counting
	f.captured.brief = t.filter.captured.brief
	return f
}

// settler returns a filter that settles what others have found and fills in t's outcome. It goes on with the connections that t's own
// knows.
func (t *Tester) settler() *Filter {
	f := t.assistant()
	f.visit, f.hits, f.recall = t.filter.visit, t.filter.hits, t.filter.recall
	return f
}

// prefixFields returns the groups of the present match of prefregex.
func (f *Filter) prefixFields() ticket.Fields {
	var c capturer
	return c.capture(nil, &f.prefix).fields()
}

// Prefixed returns how many lines prefregex matched. It is 0 unless all is wanted, because otherwise not every line is searched.
func (t *Tester) Prefixed() int {
	if !t.wishes.All {
		return 0
	}
	return t.filter.prefixes + t.prefixed
}

// Score returns what the lines so far came to.
func (t *Tester) Score() *Score { return &t.score }

// Dates returns how the date formats have fared, in the order in which they are tried now.
func (t *Tester) Dates() []date.TemplateStat { return t.filter.detector.Templates() }
