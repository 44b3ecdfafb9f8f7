package filter

import (
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A Tally is what the lines of one batch came to. It tells whether a filter and its log fit each other, and costs next to nothing.
type Tally struct {
	Lines     int
	Undecoded int         // had bytes that are no text in the log's encoding
	Undated   int         // told no time
	Matched   int         // matches of failregex, whatever came of them
	Stated    ticket.Unix // what the last line that told a time said, without Shift; 0 for none

	// One line of each batch is looked at more closely: Probed is its index. Named says that it holds the text without which
	// prefregex cannot match, as a rule something of the service's; Heard, that prefregex has matched this or another line of the
	// batch. Both are false where prefregex says nothing about a line: where there is none, or where it takes any line.
	Probed       int
	Named, Heard bool
	// Odd are the indexes of the first and the last line that told no time, if Undated says that there are any.
	Odd [2]int
}

// An ear finds out whether prefregex knows the lines of a log. The gate refuses most lines before prefregex is tried on them, so that
// those lines say nothing.
type ear struct {
	tells bool       // prefregex does not take just any line
	named bool       // it demands a text
	name  *pyre.Gate // the text; all filters of a program share it
	next  int        // lines since the start, which chooses the line to probe
}

// nonsense are lines of no service. Many a prefregex, sshd's for one, only takes off what may stand at the beginning, and matches them.
var nonsense = []string{" qqq zzz 42 qqq\n", " qqq zzz[42]: qqq\n"}

func (p *Program) newEar() (e ear) {
	if p.prefregex == nil {
		return e
	}
	var m pyre.Matcher
	for _, line := range nonsense {
		if m.Search(p.prefregex.re, []byte(line), 0, len(line)) {
			return e
		}
	}
	e.tells, e.name = true, p.gates.prefix()
	e.named = !e.name.Holds([]byte(nonsense[0]))
	return e
}

// KnowsGoodLines reports whether failregex matches lines that are no failures, too, to follow what becomes of a connection: then a
// service that works is heard of all the time.
func (p *Program) KnowsGoodLines() bool {
	for _, r := range p.failregex {
		for _, g := range r.groups {
			if g.name == "nofail" || g.name == "mlfgained" || g.name == "mlfforget" {
				return true
			}
		}
	}
	return false
}

// Shift has the dates that are found in lines taken for so many seconds earlier.
func (f *Filter) Shift(seconds ticket.Unix) { f.shift = seconds }

// begin starts the tally of a batch.
func (f *Filter) begin(lines int) {
	f.tally = Tally{Lines: lines}
	if lines > 0 {
		f.tally.Probed = f.ear.next % lines
		f.ear.next += lines
	}
}

// note counts the line just judged, the i-th of its batch.
func (f *Filter) note(i int) {
	if f.line.undated {
		if f.tally.Undated == 0 {
			f.tally.Odd[0] = i
		}
		f.tally.Undated++
		f.tally.Odd[1] = i
	} else if f.line.stated != 0 {
		f.tally.Stated = f.line.stated
	}
	if i == f.tally.Probed && f.ear.tells {
		f.probe()
	}
}

// probe tries prefregex on the line just judged.
func (f *Filter) probe() {
	ln := f.line
	f.inner = append(append(append(f.inner[:0], ln.before()...), ln.after()...), '\n')
	f.tally.Named = f.ear.named && f.ear.name.Holds(f.inner)
	f.tally.Heard = f.tally.Heard || f.prefix.m.Search(f.program.prefregex.re, f.inner, 0, len(f.inner))
}
