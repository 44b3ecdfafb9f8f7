package date

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// A scanner recognises the dates of one template without its regular expression. It answers only when it is sure that the
// regular expression would match the same text: it follows the choices that a search tries first, and where one of them
// fails in a way that leaves others, it gives up. So it needs no second thoughts about anything but ASCII.
type scanner struct {
	format format
	place  scanPlace
	decade byte // last decade of this century that is taken for a year, as a digit
	fold   bool // steps: letters match in any case
	steps  []step
	fixed  int // how many of the steps tell the date up to its seconds, by as many bytes whatever follows
}

// A format is one of the base patterns that scanners know, or a pattern of simple steps.
type format uint8

const (
	isoTimes    format = iota + 1 // 2005-01-23T21:59:59.981+01:00
	syslogTimes                   // Sun Jan 23 21:59:59.011 2005
	webTimes                      // 23/Jan/2005:21:59:59 +0100
	unixTimes                     // 1106513999.123
	stepTimes                     // as scanner.steps say
)

// formatOf returns the format of base pattern i, or 0 if scanners do not know it.
func formatOf(i int) format {
	switch i {
	case isoBase:
		return isoTimes
	case syslogBase:
		return syslogTimes
	case webBase:
		return webTimes
	}
	return 0
}

// A scanPlace says where in the line the date stands.
type scanPlace uint8

const (
	anywhere  scanPlace = iota
	atStart             // at the very start
	atBegin             // there, or after one or two characters that belong to no word
	inBracket           // after the first opening bracket
)

// placeIn returns where frame, the text around a {DATE}, puts the date, if scanners know it.
func placeIn(frame string) (place scanPlace, known bool) {
	switch frame {
	case "{DATE}":
		return anywhere, true
	case "^{DATE}":
		return atStart, true
	case "{^LN-BEG}{DATE}":
		return atBegin, true
	case `^[^\[]*\[({DATE})`:
		return inBracket, true
	}
	return anywhere, false
}

// recognise notes that t is base pattern i in a frame, the text of a datepattern with {DATE}. Keywords are no matter of
// frames: alone they know what they need, and in other text they are plain words.
func (t *template) recognise(i int, frame string, year int) {
	if i == unixBase || i == taiBase {
		return
	}
	t.needs = needsOf(i, frame)
	place, known := placeIn(frame)
	if decade := lastDecade(year); known && decade != 0 && formatOf(i) != 0 {
		t.scan = scanner{format: formatOf(i), place: place, decade: decade}
	}
}

// lastDecade returns the second last digit of the latest year that %ExY takes, or 0 when scanners do not know its century.
func lastDecade(year int) byte {
	ahead := year + 3
	if ahead/100 != 20 {
		return 0
	}
	return byte('0' + ahead/10%10)
}

// first returns the entry that is searched for first in line and whose match counts at once, mostly: the one that matched last, or, before
// any has matched, the first of all if it holds to the start of the line. It returns -1 if there is none.
func (d *Detector) first(line []byte) int {
	if d.last >= 0 {
		return d.last
	}
	d.traits = featuresOf(line)
	i := slices.IndexFunc(d.entries, func(e entry) bool { return e.needs&^d.traits == 0 })
	if i < 0 || !d.entries[i].anchored || d.entries[i].scan.place == anywhere {
		return -1
	}
	return i
}

// scanFirst looks with the scanner of the template that is searched for first, and learns as if its regular expression had matched.
// ok is false when the scanner does not know.
func (d *Detector) scanFirst(line []byte) (start, end int, m moment, ok bool) {
	i := d.first(line)
	if i < 0 {
		return 0, 0, m, false
	}
	e := &d.entries[i]
	start, limit, ok := d.locate(e, line)
	if !ok {
		return 0, 0, m, false
	}
	head := line[:limit]
	r := &d.recent
	if r.template != e.template {
		*r = recent{template: e.template}
	}
	end = e.scan.read(head, start, r)
	if end <= start || isWordByte(head[end-1]) && !outsideWord(head, end) {
		return 0, 0, m, false
	}
	s := span{start: start, end: end}
	if e.scan.place == anywhere {
		if end != limit {
			return 0, 0, m, false // another place than last time: other templates have a say
		}
		s.startChars, s.endChars = d.place.start, d.place.end
	}
	e.matched = true
	format := e.scan.format
	d.learn(line, i, s) // which may move entries
	if format == unixTimes {
		m.time, m.ok = unixTime(line[start:end], false)
		return start, end, m, true
	}
	return start, end, r.moment(&d.resolver), true
}

// locate returns where the date must start in line and where line ends for it.
func (d *Detector) locate(e *entry, line []byte) (start, limit int, ok bool) {
	limit = len(line)
	switch {
	case e.scan.format == 0:
		return 0, 0, false
	case e.scan.place == atStart:
		return 0, limit, true
	case e.scan.place == atBegin:
		for start < 2 && start < limit && !isWordByte(line[start]) {
			if line[start] >= utf8.RuneSelf {
				return 0, 0, false
			}
			start++
		}
		return start, limit, true
	case e.scan.place == inBracket:
		start = bytes.IndexByte(line, '[') + 1
		return start, limit, start > 0
	}
	start, limit, ok = d.samePlace(line)
	if !ok || start > 0 && (isWordByte(line[start-1]) || line[start-1] >= utf8.RuneSelf) {
		return 0, 0, false
	}
	if e.scan.format == unixTimes && start > 0 && !(start == 1 && line[0] == '[') && !inAudit(line[:start]) {
		return 0, 0, false
	}
	return start, limit, true
}

// inAudit reports whether head ends with "audit(" as a word of its own.
func inAudit(head []byte) bool {
	const word = "audit("
	i := len(head) - len(word)
	if i < 0 || string(head[i:]) != word {
		return false
	}
	return i == 0 || !isWordByte(head[i-1]) && head[i-1] < utf8.RuneSelf
}

// outsideWord reports whether the character before end, if it belongs to a word, is that word's last for sure.
func outsideWord(line []byte, end int) bool {
	return end == len(line) || !isWordByte(line[end]) && line[end] < utf8.RuneSelf
}

func isWordByte(c byte) bool { return c-'0' <= 9 || isLetter(c) || c == '_' }
