package health

import (
	"fmt"
	"math"
	"slices"

	"gaol/internal/ticket"
)

const (
	samples     = 12       // that the verdict rests on
	agreeing    = 9        // of them, for a verdict
	sampleEvery = 10       // seconds: whatever is written at one time is one sample, however much it is
	quarter     = 15 * 60  // seconds; every time zone in use is a multiple of it from UTC
	tolerance   = 60       // seconds between the date of a line and its arrival
	west, east  = -12, +14 // hours from UTC of the outermost time zones
	hour        = 4 * quarter
)

// A Skew finds out by how much the dates of a log are ahead of the clock. It takes one line every ten seconds at most, which makes old
// lines that somebody writes in one go a single voice among twelve, and it believes what nine of the last twelve agree about. What
// is no whole quarter of an hour is no time zone but latency, and left alone. The zero Skew has seen nothing.
type Skew struct {
	offsets [samples]float64 // seconds, a ring
	seen    int
	last    ticket.Unix // when the latest sample was taken
	seconds int
	known   bool
}

// Note takes what a line said that had just been written, and when it arrived. It reports whether Seconds has changed.
func (s *Skew) Note(stated, arrived ticket.Unix) (changed bool) {
	if s.seen > 0 && arrived < s.last+sampleEvery && arrived >= s.last {
		return false
	}
	s.offsets[s.seen%samples] = float64(stated - arrived)
	s.seen++
	s.last = arrived
	if s.seen < samples {
		return false
	}
	seconds, ok := s.verdict()
	if !ok {
		return false
	}
	changed = seconds != s.seconds
	s.seconds, s.known = seconds, true
	return changed
}

// verdict returns the whole quarters of an hour nearest to the median, if nearly all samples are there.
func (s *Skew) verdict() (seconds int, ok bool) {
	sorted := s.offsets
	slices.Sort(sorted[:])
	near := math.Round(sorted[samples/2]/quarter) * quarter
	if math.Abs(near) > (east-west)*hour {
		return 0, false
	}
	n := 0
	for _, o := range s.offsets {
		if math.Abs(o-near) <= tolerance {
			n++
		}
	}
	return int(near), n >= agreeing
}

// Seconds returns by how much dates are ahead, behind if it is negative, always in whole quarters of an hour. known is false before
// enough lines that agree have been seen.
func (s *Skew) Seconds() (seconds int, known bool) { return s.seconds, s.known }

// Zone names, as logtimezone takes it, the time zone that is so many seconds east of UTC; ok is false where no zone is.
func Zone(seconds int) (name string, ok bool) {
	if seconds < west*hour || seconds > east*hour {
		return "", false
	}
	if seconds == 0 {
		return "UTC", true
	}
	sign, minutes := '+', seconds/60
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("UTC%c%02d%02d", sign, minutes/60, minutes%60), true
}
