package date

import (
	"bytes"
	"encoding/binary"
	"strings"

	"gaol/internal/ticket"
)

// A repeat is the date that was just found by a scanner, and all that the scanner looked at. Most lines of a busy log tell the
// second of the line before in the same place: where they have the same bytes, they have the same date, whatever the digits
// of a fraction. Most of the others tell another second of the same minute, and the same bytes but for that.
type repeat struct {
	ok    bool // there is one, and nothing else was looked for since
	place scanPlace
	start int     // where it begins; inBracket: in any place
	lead  [2]byte // what stands before it, at most so much
	least int     // bytes of a line from there on, for all that is looked at to be there

	count  int // bytes up to its seconds, one to three words
	middle int // where the second of three words is in them
	words  [3]uint64
	fixed  uint64 // what of the last word is the same in other seconds of the minute
	second int
	steady steadiness

	fraction fractional

	behind int    // where in it the fraction ends
	tail   uint64 // what stands there, as far as mask goes, which is beyond the date
	mask   uint64
	length int // of the date

	means moment
	now   ticket.Unix // the present then
}

const word = 8 // bytes that are compared at once

// A fractional is how the fraction of a second looks: one word, of a sign, some digits, and something that is none. The zero fractional is
// that of dates without, and is found anywhere.
type fractional struct {
	like  uint64 // the sign and zeros
	above uint64 // makes the highest bit of each byte tell one that is not as like has it: another sign, no digit
	ends  uint64 // that bit of the byte behind the digits
	mask  uint64 // those bits up to there
}

// mostDigits is how many digits of a fraction scanners read. A word has room for the sign and what follows them.
const mostDigits = word - 2

// fractionalOf returns one of as many digits, behind sign.
func fractionalOf(sign byte, digits int) fractional {
	const zeros, others = 0x3030303030303030, 0x7676767676767676 // bytes of 10 and more are no digits
	if digits == 0 {
		return fractional{}
	}
	ends := uint64(0x80) << (8 * (1 + digits))
	return fractional{zeros&^0xff | uint64(sign), others | 0x7f, ends, highBits & (ends<<1 - 1)}
}

// differs returns 0 if eight bytes begin with such a fraction.
func (f *fractional) differs(eight uint64) uint64 {
	eight ^= f.like
	return (eight+f.above|eight)&f.mask ^ f.ends
}

// again finds the date of line, which it sets f to, if it is that of the line before, and learns as if it had been looked for.
func (d *Detector) again(line []byte, f *Found) bool {
	r := &d.repeat
	if !r.ok {
		return false
	}
	start, later, ok := r.in(line)
	if !ok {
		return false
	}
	now := d.resolver.now
	if later != 0 && (now != r.now || !d.isSteady()) {
		return false
	}
	if now != r.now {
		r.means, r.now, r.steady = d.recent.moment(&d.resolver), now, notAsked
	}
	d.count(1, line, start)
	d.found(start, later, f)
	return true
}

// A steadiness tells whether other seconds of the minute mean what follows from the date.
type steadiness uint8

const (
	notAsked steadiness = iota
	unsteady
	steady
)

// isSteady reports whether they do. It takes as long as to look for a date, so it is asked once there is another second.
func (d *Detector) isSteady() bool {
	r := &d.repeat
	if r.steady == notAsked {
		r.steady = unsteady
		if d.recent.isSteady(&d.resolver) {
			r.steady = steady
		}
	}
	return r.steady == steady
}

// in reports whether the date stands in line, with something behind it, and where. later is by how many seconds it is another one, of the
// same minute.
func (r *repeat) in(line []byte) (start, later int, ok bool) {
	switch start = r.start; {
	case r.place == inBracket:
		start = bytes.IndexByte(line, '[') + 1
		if start == 0 {
			return 0, 0, false
		}
	case start > 0 && !r.leads(line):
		return 0, 0, false
	}
	if len(line)-start < r.least {
		return 0, 0, false
	}
	b := line[start:]
	if eight(b) != r.words[0] || r.middle > 0 && eight(b[r.middle:]) != r.words[1] {
		return 0, 0, false
	}
	if differs := eight(b[r.count-word:]) ^ r.words[2]; differs != 0 {
		second := twoDigits(b, r.count-secondDigits)
		if differs&r.fixed != 0 || uint(second) > 59 {
			return 0, 0, false
		}
		later = second - r.second
	}
	if r.behind > r.count && r.fraction.differs(eight(b[r.count:])) != 0 {
		return 0, 0, false
	}
	return start, later, (eight(b[r.behind:])^r.tail)&r.mask == 0
}

// leads reports whether what stands before the date, which is something, is as it was.
func (r *repeat) leads(line []byte) bool {
	switch start := r.start; {
	case len(line) < start:
		return false
	case r.place == anywhere:
		return line[start-1] == r.lead[0] && ascii(line[:start])
	default:
		return line[0] == r.lead[0] && line[start-1] == r.lead[1]
	}
}

// count learns that the date stands once more in as many lines, of which line is the last, with the date at start.
func (d *Detector) count(lines int, line []byte, start int) {
	r, e := &d.repeat, &d.entries[d.last]
	e.hits += lines
	e.lastUsed = r.now
	if r.place == anywhere {
		d.place.in = rune(line[start+r.length-1])
	}
}

// found sets f to the date, at start, or one that is some seconds later.
func (d *Detector) found(start, later int, f *Found) {
	r := &d.repeat
	*f = Found{start, start + r.length, r.means.time + ticket.Unix(later), r.means.ok, r.means.whole, d.entries[d.last].id}
}

// eight returns the first eight bytes of b.
func eight(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// remember makes f, which a scanner has just found in line, the date that may be found again, if it tells the same minute as
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
	looked, digits := e.scan.looked(line, behind, f.End), max(0, behind-seconds-1)
	if looked > word || len(line) < behind+word || f.End-behind >= looked || digits > mostDigits || !ascii(line[behind:behind+looked]) {
		return
	}
	if e.scan.place == anywhere && !ascii(line[:f.Start]) {
		return // it is in the same place in characters, not bytes
	}
	*r = repeat{
		ok: true, place: e.scan.place, start: f.Start, least: behind - f.Start + word, count: d.recent.count,
		fraction: fractionalOf(line[seconds], digits), behind: behind - f.Start, tail: eight(line[behind:]), mask: ^uint64(0) >> (64 - 8*looked),
		length: f.End - f.Start, means: moment{f.Time, f.Whole, f.OK}, now: d.resolver.now,
	}
	r.setWords(line[f.Start:], e.scan.format != stepTimes)
	switch {
	case f.Start == 0:
	case r.place == anywhere:
		r.lead[0] = line[f.Start-1]
	default:
		r.lead = [2]byte{line[0], line[f.Start-1]}
	}
}

// setWords notes the date at the start of b up to its seconds, with which it ends if timed.
func (r *repeat) setWords(b []byte, timed bool) {
	if r.count > 2*word {
		r.middle = word
	}
	r.words = [3]uint64{eight(b), eight(b[r.middle:]), eight(b[r.count-word:])}
	r.fixed = ^uint64(0)
	if minute := r.count - secondDigits; timed && minute >= r.middle+word { // no other word has the second
		r.fixed, r.second = r.fixed>>(8*secondDigits), twoDigits(b, minute)
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
