package filter

import (
	"bytes"

	"gaol/internal/date"
	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// A survey tells for many lines at once which of them may lead to something. Most lines of a log do not, and only their date is
// looked at then. It watches itself, and rests while too many lines may.
type survey struct {
	plain   bool       // lines are searched as they are, where they are ASCII
	longest int        // text that is sure to have no line that must be cut, in bytes
	gate    *pyre.Gate // refuses lines that lead to nothing; nil where nobody can tell
	matched bool       // by prefregex are the lines that it refuses
	by      pyre.Surveyor
	rests   int // texts that go without, before it is tried again
}

// What a survey must refuse, in percent of the lines of a text, to be worth its work, and for how many texts it rests if it does not.
const (
	worthSurvey = 15
	restSurvey  = 64
)

// survey returns one for lines that are only counted when they lead to nothing.
func (t *Tester) survey() survey {
	p := t.filter.program
	s := survey{plain: p.encoding.plain && p.maxLines == 1, longest: p.maxLine, gate: t.gate()}
	if barren := t.barren(); barren != nil {
		s.gate, s.matched = barren, true
	}
	return s
}

// of surveys text, if that is of use. Lines that are not ok must be decoded first.
func (s *survey) of(text Text) (lines surveyed, ok bool) {
	if !s.plain || len(text) > s.longest || !isASCII(text) {
		return lines, false
	}
	lines.text = text
	switch {
	case s.gate == nil:
	case s.rests > 0:
		s.rests--
	default:
		if places, ok := s.by.Survey(s.gate, text); ok {
			lines.places, lines.gate = places, s.gate
		}
	}
	return lines, true
}

// note learns what became of lines, all of which have been returned, and returns how many of those that lead to nothing prefregex matches.
func (s *survey) note(lines *surveyed) (prefixed int) {
	if lines.gate == nil {
		return 0
	}
	if 100*lines.plain < worthSurvey*lines.lines {
		s.rests = restSurvey
	}
	if s.matched {
		return lines.plain
	}
	return 0
}

// surveyed are lines that need no decoding, one by one.
type surveyed struct {
	text   Text
	gate   *pyre.Gate // by which they were surveyed; nil: they were not
	places []int32    // where in text there is something, as far as it was not returned yet
	at     int
	seam   seam
	lines  int // returned so far, and passed over
	plain  int // passed over
}

// A seam is what stands around a date that is cut out of a line.
type seam struct {
	before, after byte
	known         bool
	joins         bool // something that the gate looks for may come about there
}

// next returns the next line that is to be tested, without its line end, and whether it may lead to something. ok is false after the
// last line.
func (s *surveyed) next() (line []byte, promising, ok bool) {
	for s.at < len(s.text) {
		from, to := s.at, s.at+bytes.IndexByte(s.text[s.at:], '\n')
		s.at = to + 1
		for promising = s.gate == nil; len(s.places) > 0 && int(s.places[0]) < to; s.places = s.places[1:] {
			promising = true
		}
		if line = s.text[from:to]; !Skipped(line) {
			return trimLineEnds(line), promising, true
		}
	}
	return nil, false, false
}

// advance makes the next line that may lead to something f's present line, ln, and finds its date. The lines before it lead to nothing;
// of them only the dates are looked at. ok is false after the last line, and with an error.
func (s *surveyed) advance(f *Filter, ln *line) (ok bool, err error) {
	var passed []byte // the date of the line that was passed over last
	for {
		text, promising, ok := s.next()
		if !ok {
			f.last.say(passed)
			return false, nil
		}
		s.lines++
		var found date.Found
		if f.detector.Again(text, &found) { // as most lines have it
			if promising || !s.isPlain(text, found.Start, found.End) {
				f.resume(ln, text, &found)
				return true, nil
			}
			passed = text[found.Start:found.End]
			s.plain++
			continue
		}
		f.last.say(passed)
		if err := f.start(ln, text); err != nil {
			return false, err
		}
		if promising || !s.isPlain(text, ln.from, ln.to) {
			return true, nil
		}
		s.plain, passed = s.plain+1, nil
	}
}

// isPlain reports whether a line in which the survey has found nothing leads to nothing without its date, which stands between from and
// to: the survey has seen it with that, and where it is cut out something may come about. An empty text is matched by few a prefregex.
func (s *surveyed) isPlain(text []byte, from, to int) bool {
	switch {
	case from == 0:
		return to < len(text)
	case to == len(text):
		return true
	}
	before, after := text[from-1], text[to]
	if m := &s.seam; !m.known || m.before != before || m.after != after {
		*m = seam{before, after, true, s.gate.Joins(before, after)}
	}
	return !s.seam.joins
}

// search has f search its present line. Of lines that were surveyed it is known already what a gate says.
func (s *surveyed) search(f *Filter) error {
	if s.gate == nil {
		return f.search()
	}
	f.assemble()
	return f.seek()
}

// start makes text the present line.
func (f *Filter) start(ln *line, text []byte) error {
	var nothing ticket.Line
	_, err := f.split(ln, text, &nothing, false)
	return err
}

// resume does so with a line in which the date of the line before was found.
func (f *Filter) resume(ln *line, text []byte, found *date.Found) {
	f.line = ln
	*ln = line{text: text, from: found.Start, to: found.End, stated: found.Time}
	f.last.set(found.Time-f.shift, found.Whole, text[found.Start:found.End])
	ln.at(&f.last)
}
