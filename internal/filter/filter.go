// Package filter turns log lines into failures.
//
// In go batches of raw lines and the settings of a filter; out come ticket.Failure values: who failed, when, by which lines. A
// line is decoded, its date found, and prefregex, failregex and ignoreregex are searched in it exactly as Fail2Ban does, with
// its order, its merging of several lines and its rules for identifiers.
//
// The package never counts failures, never looks at ignore lists (see its sub-package ignore), never bans. It asks the name
// service only through the Resolver it was given. A line that cannot be judged is logged and skipped; unlike the original the
// filter does not sleep then, nor does it go idle after a hundred of them, because whoever writes the log could switch a jail
// off that way.
package filter

import (
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"gaol/internal/date"
	"gaol/internal/pickle"
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A Resolver finds the addresses of a host name. An unknown name has none; the Resolver has logged why.
type Resolver interface {
	Addresses(name string) []netip.Addr
}

// Env is what a Filter needs from its surroundings. Only Log is required.
type Env struct {
	Jail     string             // shown in front of messages about its log, as attribute "jail"
	Log      *slog.Logger       // named for the filter, without the jail
	Now      func() ticket.Unix // default ticket.Now
	FindTime func() float64     // seconds; lines older than that are dropped while catching up; default: none are
	Resolve  Resolver           // default: names have no addresses
	Location *time.Location     // zone of dates without one; default time.Local
}

// A Filter judges the lines of one jail, one after the other. It remembers what earlier lines told: date formats, the last
// date, lines for a multi-line failregex and open connections. It is not safe for concurrent use.
type Filter struct {
	program *Program
	env     Env
	jailLog *slog.Logger
	warned  warnings // of what the lines are
	counts  *counters

	detector *date.Detector
	last     moment // of the last dated line
	recall   *recall
	buffer   []ticket.Match // the last lines, when a failregex may span several
	orig     []ticket.Match // those the present text was made of

	visit func(Hit) error // takes what the present line yields; what was found is lent
	hits  *[]Hit          // takes it instead, where hits are only counted

	// What only a Tester wants.
	record   func(index int, base *match) // takes the last match instead of settling it
	ignored  func(int)                    // is told which ignoreregex matched
	prefixed func()                       // is told when prefregex matched
	prefixes int                          // lines that prefregex matched
	gaveUp   func(*pattern)               // is told which search was given up, instead of the log
	anyTime  bool                         // lines of any age are taken as they come
	all      bool                         // every match of a line, not just the first
	loose    bool                         // failures that are not packed, with fields of groups that took no part
	counting bool                         // hits are counted only, so their failures and lines are not made

	line  *line       // the one being judged
	now   ticket.Unix // taken once for a batch
	tally Tally       // of the batch
	shift ticket.Unix // by how much the dates of the log are ahead
	ear   ear

	// Scratch space, so that a line that matches nothing allocates nothing.
	own                     line
	decoded, cut, inner     []byte
	text                    []byte // that is searched; the line's own or cut
	lent                    bool   // what is searched lies in scratch space, at least in part
	seen                    sight
	prefix, match, ignoring match
	candidates              pyre.Candidates
	captured                capturer
	who                     []offender
	unknown                 [1]offender
	found                   Found     // of the present match
	lines                   lineStore // of a match without a connection
	given                   values    // of a failure, and all of it packed
	packing                 []byte
	gate                    *pyre.Gate // nil where every line must be searched
	barren                  *pyre.Gate // nil where prefregex must be searched for, see Tester.barren
}

// Counts are totals since the filter was made.
type Counts struct {
	Lines  uint64 // judged
	Failed uint64 // skipped because of an error
	Cut    uint64 // longer than the limit and judged by their beginning only
	GaveUp uint64 // a regular expression with back-references ran out of steps and was taken as not matching
}

type counters struct{ lines, failed, cut, gaveUp atomic.Uint64 }

// A recall is what a filter remembers of what it has found in lines. A bulk has another filter go on with it.
type recall struct {
	connections connections
	warned      warnings
	made        [2]stock // of failures that were handed out; the first is used now
}

// NewFilter returns a filter that runs p.
func NewFilter(p *Program, env Env) *Filter {
	if env.Now == nil {
		env.Now = ticket.Now
	}
	f := &Filter{program: p, env: env, jailLog: env.Log, counts: new(counters), recall: new(recall)}
	f.line = &f.own
	if env.Jail != "" {
		f.jailLog = env.Log.With("jail", env.Jail)
	}
	f.detector = f.newDetector()
	f.gate, f.ear = p.gate(), p.gates.ear()
	return f
}

func (f *Filter) newDetector() *date.Detector {
	p := f.program
	return date.NewDetector(p.dates, date.Options{Now: f.clock, Offset: p.offset, Local: f.env.Location})
}

// clock tells the time of the batch.
func (f *Filter) clock() ticket.Unix { return f.now }

// Reconfigure goes on with another program. What was learnt about dates stays if the date settings are the same; connections
// and buffered lines stay.
func (f *Filter) Reconfigure(p *Program) {
	old := f.program.settings
	f.program = p
	if old.DatePattern != p.settings.DatePattern || old.LogTimeZone != p.settings.LogTimeZone {
		f.detector = f.newDetector()
	}
	if p.maxLines == 1 {
		f.buffer = nil
	}
	f.gate, f.ear = p.gate(), p.gates.ear()
}

// Counts returns the totals so far. Any goroutine may ask.
func (f *Filter) Counts() Counts {
	c := f.counts
	return Counts{Lines: c.lines.Load(), Failed: c.failed.Load(), Cut: c.cut.Load(), GaveUp: c.gaveUp.Load()}
}

// Process judges the lines of b and hands each failure, packed, to emit. It stays as it is until Turn has been called twice. An error that
// emit returns counts against the line: it is logged, and the next line is judged. The tally says what the lines came to.
func (f *Filter) Process(b *ticket.Batch, emit func(*ticket.Failure) error) Tally {
	return f.process(b, emit, f.isBulk(b))
}

// Turn tells that nobody looks any more at the failures that had been handed out when Turn was last called, so that their memory can
// serve for others. emit may call it.
func (f *Filter) Turn() {
	made := &f.recall.made
	made[0], made[1] = made[1], made[0]
	made[0].giveBack()
}

// process is Process, by several workers if bulk.
func (f *Filter) process(b *ticket.Batch, emit func(*ticket.Failure) error, bulk bool) Tally {
	f.visit = func(h Hit) error {
		if h.Pending || h.Quiet {
			return nil
		}
		return emit(h.Found.Failure)
	}
	f.now = f.env.Now()
	f.begin(len(b.Lines))
	if bulk {
		f.processBulk(b)
	} else {
		f.processSingly(b)
	}
	f.visit = nil
	f.counts.lines.Add(uint64(len(b.Lines)))
	return f.tally
}

// processSingly judges one line of b after the other.
func (f *Filter) processSingly(b *ticket.Batch) {
	for i := range b.Lines {
		f.judge(&b.Lines[i], b)
		f.note(i)
	}
}

// judge takes one line through the whole pipeline.
func (f *Filter) judge(l *ticket.Line, b *ticket.Batch) {
	text := f.decode(l, b.Source)
	keep, err := f.split(&f.own, text, l, b.Live)
	if err == nil && keep {
		err = f.search()
	}
	if err != nil {
		f.failed(text, err)
	}
}

// failed notes that a line could not be judged.
func (f *Filter) failed(text []byte, err error) {
	f.counts.failed.Add(1)
	f.env.Log.Error("Failed to process line: " + pickle.Repr(string(text)) + ", caught exception: " + err.Error())
}

// decode returns the line as valid UTF-8, cut at the limit.
func (f *Filter) decode(l *ticket.Line, source string) []byte {
	encoding := &f.program.encoding
	if l.Time != 0 { // the journal has decoded it
		encoding = &encodingOf{plain: true}
	}
	raw := l.Text
	if limit := f.program.maxLine; len(raw) > limit {
		f.counts.cut.Add(1)
		raw = raw[:wholeRunes(raw, limit)]
	}
	text, good := encoding.decode(raw, &f.decoded)
	if !good {
		f.tally.Undecoded++
	}
	if !good && f.warned.due(warnDecode+source, f.now) {
		f.env.Log.Warn("Error decoding line from '" + source + "' with '" + encoding.name + "'.")
		f.env.Log.Warn("Consider setting logencoding to appropriate encoding for this jail. " +
			"Continuing to process line ignoring invalid characters: " + pickle.Repr(raw))
	}
	return text
}

// wholeRunes returns the largest length up to limit that does not cut a UTF-8 character of text.
func wholeRunes(text []byte, limit int) int {
	for n := limit; n > limit-utf8.UTFMax && n > 0; n-- {
		if utf8.RuneStart(text[n]) {
			return n
		}
	}
	return limit
}
