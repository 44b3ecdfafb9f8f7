package filter

import (
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

// of surveys text for lines, if that is of use. A text that is not ok must be decoded first.
func (s *survey) of(text Text, lines *surveyed) (ok bool) {
	lines.text = nil
	if !s.plain || len(text) > s.longest {
		return false
	}
	cut, ok := cutLines(lines.lines[:0], text)
	if !ok {
		return false
	}
	*lines = surveyed{text: text, lines: cut, rich: lines.rich[:0]}
	switch {
	case s.gate == nil:
	case s.rests > 0:
		s.rests--
	default:
		if places, ok := s.by.Survey(s.gate, text); ok {
			lines.gate = s.gate
			lines.enrich(places)
		}
	}
	return true
}

// note learns what became of lines, all of which have been returned, and returns how many of those that lead to nothing prefregex matches.
func (s *survey) note(lines *surveyed) (prefixed int) {
	if lines.gate == nil {
		return 0
	}
	if 100*lines.plain < worthSurvey*len(lines.lines) {
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
	lines  []date.Line // of text, all that are to be tested
	gate   *pyre.Gate  // by which they were surveyed; nil: they were not
	rich   []int32     // lines in which there is something
	passed int         // of them
	at     int         // the line that is next
	run    datedRun
	seam   seam
	plain  int // lines that were passed over
}

// A datedRun is lines that have the date of the line before, maybe but for the second.
type datedRun struct {
	open  bool // there may be more
	end   int  // they are those up to this one
	found date.Found
	plain bool // those of them in which the survey has found nothing lead to nothing
}

// A seam is what stands around a date that is cut out of a line.
type seam struct {
	before, after byte
	known         bool
	joins         bool // something that the gate looks for may come about there
}

// advance makes the next line that may lead to something f's present line, ln, and finds its date. The lines before it lead to nothing;
// of them only the dates are looked at. ok is false after the last line, and with an error.
func (s *surveyed) advance(f *Filter, ln *line) (ok bool, err error) {
	for {
		if s.run.open {
			if s.passInRun() {
				s.resume(f, ln)
				return true, nil
			}
			s.endRun(f)
		}
		if s.at == len(s.lines) {
			return false, nil
		}
		if s.startRun(f) {
			continue
		}
		text, promising := s.next()
		if err := f.start(ln, text); err != nil {
			return false, err
		}
		if promising || !s.isPlain(text, ln.from, ln.to) {
			return true, nil
		}
		s.plain++
	}
}

// enrich notes in which lines there is something, of which places tells.
func (s *surveyed) enrich(places []int32) {
	next := 0
	for i := range s.lines {
		l := &s.lines[i]
		for next < len(places) && places[next] < l.From {
			next++ // in the same line as the one before, or in one that is not tested
		}
		if next == len(places) {
			break
		}
		if places[next] < l.To {
			s.rich = append(s.rich, int32(i))
		}
	}
}

// next returns the next line, and whether it may lead to something.
func (s *surveyed) next() (text []byte, promising bool) {
	l := s.lines[s.at]
	promising = s.gate == nil || s.nextRich() == s.at
	s.at++
	return s.text[l.From:l.To], promising
}

// nextRich returns the first line, from the next one on, in which there is something, or how many lines there are.
func (s *surveyed) nextRich() int {
	for ; s.passed < len(s.rich); s.passed++ {
		if i := int(s.rich[s.passed]); i >= s.at {
			return i
		}
	}
	return len(s.lines)
}

// startRun reports whether the next line, and maybe others behind it, have the date of the line before.
func (s *surveyed) startRun(f *Filter) bool {
	r := &s.run
	n := f.detector.Run(s.text, s.lines[s.at:], &r.found)
	if n == 0 {
		return false
	}
	l := s.lines[s.at]
	r.open, r.end = true, s.at+n
	r.plain = s.gate != nil && s.isPlain(s.text[l.From:l.To], r.found.Start, r.found.End)
	return true
}

// endRun notes the date of the last line of the run.
func (s *surveyed) endRun(f *Filter) {
	r := &s.run
	l := s.lines[r.end-1]
	from := int(l.Date)
	f.last.set(r.timeOf(l)-f.shift, r.found.Whole, s.text[from:from+r.found.End-r.found.Start])
	r.open = false
}

// passInRun passes over lines that lead to nothing and are of the run. ok is false if there are no others.
func (s *surveyed) passInRun() (ok bool) {
	if s.run.plain {
		to := min(s.nextRich(), s.run.end)
		s.plain += to - s.at
		s.at = to
	}
	return s.at < s.run.end
}

// resume makes the next line, which is of the run, f's present line, ln.
func (s *surveyed) resume(f *Filter, ln *line) {
	l, found := s.lines[s.at], &s.run.found
	s.at++
	f.line = ln
	*ln = line{} // and not all at once, which would be copied from elsewhere
	ln.text = s.text[l.From:l.To]
	ln.from = int(l.Date - l.From)
	ln.to = ln.from + found.End - found.Start
	ln.stated = s.run.timeOf(l)
	ln.time, ln.whole, ln.timed = ln.stated-f.shift, found.Whole, true
}

// timeOf returns the time that a line of the run tells.
func (r *datedRun) timeOf(l date.Line) ticket.Unix { return r.found.Time + ticket.Unix(l.After) }

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
