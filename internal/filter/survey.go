package filter

import (
	"bytes"

	"gaol/internal/pyre"
)

// A survey tells for many lines at once which of them may lead to something. Most lines of a log do not, and only their date is
// looked at then. It watches itself, and rests while too many lines may.
type survey struct {
	gate    *pyre.Gate // refuses lines that lead to nothing; nil where nobody can tell
	matched bool       // by prefregex are the lines that it refuses
	longest int        // text that is surveyed, in bytes
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
	s := survey{gate: t.gate(), longest: p.maxLine}
	if !p.encoding.plain || p.maxLines > 1 {
		s.gate = nil
	} else if barren := t.barren(); barren != nil {
		s.gate, s.matched = barren, true
	}
	return s
}

// of surveys text. Where that is of no use the lines are not ok, and must be tested one by one.
func (s *survey) of(text Text) (lines surveyed, ok bool) {
	switch {
	case s.gate == nil || len(text) > s.longest:
		return lines, false
	case s.rests > 0:
		s.rests--
		return lines, false
	case !isASCII(text):
		return lines, false
	}
	places, ok := s.by.Survey(s.gate, text)
	if !ok {
		return lines, false
	}
	return surveyed{text: text, places: places}, true
}

// note learns that a text had so many plain lines, of all that are tested.
func (s *survey) note(plain, all int) {
	if 100*plain < worthSurvey*all {
		s.rests = restSurvey
	}
}

// surveyed are lines that were surveyed, one by one.
type surveyed struct {
	text   Text
	places []int32 // where in text there is something, as far as it was not returned yet
	at     int
}

// next returns the next line that is to be tested, without its line end, and whether it may lead to something. ok is false after the
// last line.
func (s *surveyed) next() (line []byte, promising, ok bool) {
	for s.at < len(s.text) {
		from, to := s.at, s.at+bytes.IndexByte(s.text[s.at:], '\n')
		s.at = to + 1
		for promising = false; len(s.places) > 0 && int(s.places[0]) < to; s.places = s.places[1:] {
			promising = true
		}
		if line = s.text[from:to]; !Skipped(line) {
			return trimLineEnds(line), promising, true
		}
	}
	return nil, false, false
}

// passes reports whether a line in which a survey has found nothing has the date of the line before, and so leads to nothing. Its date
// is remembered then. It saves making it the present line.
func (f *Filter) passes(text []byte) bool {
	end, ok := f.detector.Again(text)
	if ok {
		f.last.text = append(f.last.text[:0], text[:end]...)
	}
	return ok
}

// isPlain reports whether the present line, in which a survey has found nothing, leads to nothing. The survey has seen the line with its
// date, and text that was put together is another one. An empty text is matched by few a prefregex.
func (f *Filter) isPlain() bool { return f.line.from == 0 && f.line.to < len(f.line.text) }
