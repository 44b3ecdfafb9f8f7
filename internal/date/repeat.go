package date

import (
	"bytes"
	"encoding/binary"
	"strings"

	"gaol/internal/ticket"
)

// A repeat is the date that was just found by a scanner, and all that the scanner looked at. Most lines of a busy log tell the
// second of the line before in the same place: where they have the same bytes, they have the same date, whatever the digits
// of a fraction.
type repeat struct {
	ok     bool // there is one, and nothing else was looked for since
	place  scanPlace
	start  int     // where it begins; inBracket: in any place
	lead   [2]byte // what stands before it, at most so much
	count  int     // bytes up to its seconds, one to three words
	middle int     // where the second of three words is in them
	words  [3]uint64

	sign   byte // of the fraction
	digits int  // of the fraction, 0: there is none

	tail   uint64 // what stands behind, as far as mask goes
	mask   uint64
	length int // of the date

	means moment
	now   ticket.Unix // the present then
}

const word = 8 // bytes that are compared at once

// again finds the date of line, which it sets f to, if it is that of the line before, and learns as if it had been looked for.
func (d *Detector) again(line []byte, f *Found) bool {
	r := &d.repeat
	if !r.ok {
		return false
	}
	start, ok := r.locate(line)
	if !ok || !r.at(line, start) {
		return false
	}
	if d.resolver.now != r.now {
		r.means, r.now = d.recent.moment(&d.resolver), d.resolver.now
	}
	d.count(line, start, f)
	return true
}

// Again reports whether line has a date that means what the last one meant, in the same place, and sets f to it then. Such a line is
// done with: the Detector has learnt what it would learn in Find. If not, it has learnt nothing.
func (d *Detector) Again(line []byte, f *Found) bool {
	r := &d.repeat
	if !r.ok || !r.means.ok || d.clock() != r.now {
		return false
	}
	start, ok := r.locate(line)
	if !ok || !r.at(line, start) {
		return false
	}
	d.count(line, start, f)
	return true
}

// at reports whether the date stands at start in line, with something behind it.
func (r *repeat) at(line []byte, start int) bool {
	seconds := start + r.count
	behind := seconds
	if r.digits > 0 {
		behind += 1 + r.digits
	}
	if len(line) < behind+word {
		return false
	}
	b := line[start:]
	if eight(b) != r.words[0] || eight(b[r.middle:]) != r.words[1] || eight(b[r.count-word:]) != r.words[2] ||
		(eight(line[behind:])^r.tail)&r.mask != 0 {
		return false
	}
	return r.digits == 0 || line[seconds] == r.sign && digitsEnd(line, seconds+1) == behind
}

// count learns that the date stands at start in line once more, and sets f to it.
func (d *Detector) count(line []byte, start int, f *Found) {
	r, e := &d.repeat, &d.entries[d.last]
	e.hits++
	e.lastUsed = r.now
	if r.place == anywhere {
		d.place.in = rune(line[start+r.length-1])
	}
	f.Start, f.End, f.Template = start, start+r.length, e.id
	f.Time, f.OK, f.Whole = r.means.time, r.means.ok, r.means.whole
}

// eight returns the first eight bytes of b.
func eight(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// locate returns where the date must start in line, and whether what stands before it is as it was.
func (r *repeat) locate(line []byte) (start int, ok bool) {
	start = r.start
	switch {
	case r.place == inBracket:
		start = bytes.IndexByte(line, '[') + 1
		return start, start > 0
	case start == 0:
		return 0, true
	case len(line) < start:
		return 0, false
	case r.place == anywhere:
		return start, line[start-1] == r.lead[0] && ascii(line[:start])
	}
	return start, line[0] == r.lead[0] && line[start-1] == r.lead[1]
}

// remember makes f, which a scanner has just found in line, the date that may be found again, if it tells the same second as
// the date before. It does not if too much of the line was looked at, or if that is no plain text.
func (d *Detector) remember(line []byte, f *Found) {
	e := &d.entries[d.last]
	r := &d.repeat
	seconds := f.Start + d.recent.count
	if !d.recent.again || d.recent.count < word || e.scan.format == unixTimes {
		return
	}
	behind := seconds
	if f.End > seconds && (line[seconds] == '.' || line[seconds] == ',') {
		behind = digitsEnd(line, seconds+1)
	}
	looked := e.scan.looked(line, behind, f.End)
	if looked > word || len(line) < behind+word || !ascii(line[behind:behind+looked]) {
		return
	}
	*r = repeat{
		ok: true, place: e.scan.place, start: f.Start, count: d.recent.count, sign: line[seconds], digits: max(0, behind-seconds-1),
		tail: eight(line[behind:]), mask: ^uint64(0) >> (64 - 8*looked), length: f.End - f.Start, means: moment{f.Time, f.Whole, f.OK}, now: d.resolver.now,
	}
	b := line[f.Start:]
	if r.count > 2*word {
		r.middle = word
	}
	r.words = [3]uint64{eight(b), eight(b[r.middle:]), eight(b[r.count-word:])}
	switch {
	case f.Start == 0:
	case r.place == anywhere:
		r.lead[0] = line[f.Start-1]
	default:
		r.lead = [2]byte{line[0], line[f.Start-1]}
	}
}

// looked returns how many bytes of line from i on, behind seconds and fraction, decide that the date ends at end; more than a
// word if that cannot be said.
func (s *scanner) looked(line []byte, i, end int) int {
	const unknown = word + 1
	if i+1 >= len(line) {
		return unknown
	}
	first, second := line[i], line[i+1]
	switch {
	case s.format == stepTimes && s.fixed < len(s.steps):
		return unknown
	case s.format == stepTimes:
		return 1
	case s.format == isoTimes && isBlank(first) && isBlank(second):
		return unknown
	case end > i && (s.format == syslogTimes || isLetter(line[end-1])): // a year, or a zone's name
		return end - i + 1 // with the byte that shows that no more of it comes
	case end > i:
		return word
	case !goesOn(first):
		return 1
	case first == ' ' && !goesOn(second):
		return 2
	}
	return word
}

// goesOn reports whether c may be the first byte of something more of a date: a fraction, blanks, a year or a zone.
func goesOn(c byte) bool { return isBlank(c) || strings.IndexByte(".,2+-ZUG", c) >= 0 }
