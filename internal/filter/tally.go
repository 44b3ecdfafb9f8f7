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
	// prefregex cannot match, as a rule the name of a service; Heard, that prefregex has matched this or another line of the batch.
	// Both are false for a filter without prefregex.
	Probed       int
	Named, Heard bool
	// Odd are the indexes of the first and the last line that told no time, if Undated says that there are any.
	Odd [2]int
}

// An ear finds out whether prefregex knows the lines of a log. The gate refuses most lines before prefregex is tried on them, so that
// those lines say nothing.
type ear struct {
	name *pyre.Gate // nil without prefregex
	next int        // lines since the start, which chooses the line to probe
}

func (p *Program) ear() ear {
	if p.prefregex == nil {
		return ear{}
	}
	return ear{name: pyre.NewGate(p.prefregex.re, nil)}
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
	if i == f.tally.Probed && f.ear.name != nil {
		f.probe()
	}
}

// probe tries prefregex on the line just judged.
func (f *Filter) probe() {
	ln := f.line
	f.inner = append(append(append(f.inner[:0], ln.before()...), ln.after()...), '\n')
	if f.ear.name.Open(f.inner) {
		f.tally.Named = true
		f.tally.Heard = f.tally.Heard || f.prefix.Search(f.program.prefregex.re, f.inner, 0, len(f.inner))
	}
}
