package filter

import (
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
}

// clockEvery is the number of lines that share one look at the clock.
const clockEvery = 32

// An Outcome is what became of one line. It is valid until the next line is tested.
type Outcome struct {
	Text    []byte        // the line, decoded
	Hits    []Hit         // in the order of the failregex
	Ignored []int         // indexes of the ignoreregex that matched
	Prefix  ticket.Fields // the groups of prefregex, if wanted
	Time    ticket.Unix   // of the line
	Whole   bool          // Time prints as an integer
	Timed   bool          // whether Time means anything
}

// Wishes say what a Tester is to tell.
type Wishes struct {
	All      bool // try every failregex; tell quiet and pending hits as well
	Failures bool // make the Failure and the Lines of hits; those that span several lines have them anyway
	Prefix   bool // with All: tell the groups of prefregex
}

// NewTester returns a tester that runs p.
func NewTester(p *Program, env Env, w Wishes) *Tester {
	t := &Tester{filter: NewFilter(p, env), wishes: w}
	f := t.filter
	f.anyTime, f.all, f.keepNil = true, w.All, true
	f.counting = !w.Failures && p.maxLines == 1
	f.captured.dense = f.counting
	f.visit = func(h Hit) error {
		t.outcome.Hits = append(t.outcome.Hits, h)
		return nil
	}
	f.ignored = func(i int) { t.outcome.Ignored = append(t.outcome.Ignored, i) }
	f.gate = t.gate()
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
		return pyre.NewGate(p.prefregex.re, nil)
	}
	return p.gate()
}

// Test judges one line. The error says why the line could not be judged.
func (t *Tester) Test(l *ticket.Line, source string) (*Outcome, error) {
	f := t.filter
	text, err := t.prepare(l, source)
	t.begin(text)
	if err == nil {
		err = f.search()
	}
	t.outcome.Time, t.outcome.Whole, t.outcome.Timed = f.line.time, f.line.whole, f.line.timed
	return &t.outcome, err
}

// prepare finds the date of a line and returns the line as reports show it.
func (t *Tester) prepare(l *ticket.Line, source string) (text []byte, err error) {
	f := t.filter
	t.tick()
	text = f.decode(l, source)
	_, err = f.split(&f.own, text, l, false)
	if l.Date != "" {
		text = append([]byte(l.Date), text...)
	}
	return text, err
}

// tick looks at the clock from time to time.
func (t *Tester) tick() {
	if t.lines%clockEvery == 0 {
		t.filter.now = t.filter.env.Now()
	}
	t.lines++
}

// begin clears the outcome for the next line.
func (t *Tester) begin(text []byte) {
	o := &t.outcome
	o.Text, o.Hits, o.Ignored, o.Prefix = text, o.Hits[:0], o.Ignored[:0], nil
}

// prefixFields returns the groups of the present match of prefregex.
func (f *Filter) prefixFields() ticket.Fields {
	var c capturer
	return c.capture(nil, nil, nil, f.program.prefregex, &f.prefix, f.text).fields(true)
}

// plain reports whether the line led to nothing.
func (o *Outcome) plain() bool { return len(o.Hits) == 0 && len(o.Ignored) == 0 && o.Prefix == nil }

// Prefixed returns how many lines prefregex matched. It is 0 unless all is wanted, because otherwise not every line is searched.
func (t *Tester) Prefixed() int {
	if !t.wishes.All {
		return 0
	}
	return t.filter.prefixes
}

// Parts returns the line tested last as it is kept with tickets.
func (t *Tester) Parts() ticket.Match { return t.filter.line.match() }

// Dates returns how the date formats have fared, in the order in which they are tried now.
func (t *Tester) Dates() []date.TemplateStat { return t.filter.detector.Templates() }
