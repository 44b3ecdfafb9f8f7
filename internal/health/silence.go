package health

import (
	"unicode/utf8"

	"gaol/internal/ticket"
)

// shown is how many bytes of a sample line are kept.
const shown = 200

// A silence is a stretch of lines that say nothing to a filter.
type silence struct {
	since   ticket.Unix
	begun   bool
	lines   int
	dated   int         // of these; for Watch.dates
	named   int         // batches in which the line that was looked at names the service, since counted; for Watch.matches
	counted ticket.Unix // when that was begun
	said    bool        // it has been complained about
	texts   [2][]byte
	taken   int // texts so far, of which the last two are kept
}

func (s *silence) add(lines int, now ticket.Unix) {
	if !s.begun {
		s.startOver(now)
	}
	s.lines += lines
}

// startOver begins a new stretch.
func (s *silence) startOver(now ticket.Unix) {
	s.since, s.begun, s.lines, s.taken = now, true, 0, 0
	s.dated, s.named, s.counted = 0, 0, now
}

// over reports whether the stretch has lasted for limit seconds; it never has if limit is 0.
func (s *silence) over(now ticket.Unix, limit float64) bool {
	return limit > 0 && float64(now-s.since) >= limit
}

// sample keeps the beginning of a line, in memory that is used again.
func (s *silence) sample(line []byte) {
	if len(line) > shown {
		n := shown
		for n > shown-utf8.UTFMax && !utf8.RuneStart(line[n]) {
			n--
		}
		line = line[:n]
	}
	at := &s.texts[s.taken%len(s.texts)]
	*at = append((*at)[:0], line...)
	s.taken++
}

func (s *silence) complain(now ticket.Unix) *Complaint {
	c := &Complaint{Lines: s.lines, Seconds: float64(now - s.since)}
	for i := max(0, s.taken-len(s.texts)); i < s.taken; i++ {
		c.Samples = append(c.Samples, string(s.texts[i%len(s.texts)]))
	}
	return c
}
