package date

import "unicode/utf8"

// read reads the date at start of line, whose end is the end of the text to search, and returns where it ends, or -1 when
// only the regular expression knows. What it says is in r, except for Unix times.
func (s *scanner) read(line []byte, start int, r *recent) (end int) {
	if s.format == unixTimes {
		return scanUnix(line, start)
	}
	end, ok := r.is(line, start)
	if !ok {
		r.known, r.parts = false, parts{}
		if end = s.readSeconds(line, start, &r.parts); end < 0 {
			r.count = 0
			return -1
		}
		ok = r.note(line[start:end]) && s.format != stepTimes
	}
	r.again = ok
	r.ending = ending{}
	switch s.format {
	case isoTimes:
		return isoRest(line, end, &r.ending)
	case syslogTimes:
		return s.syslogRest(line, end, &r.ending)
	case webTimes:
		return webRest(line, end, &r.ending)
	}
	return s.walkRest(line, end, &r.ending)
}

// readSeconds reads the date at start of line up to its seconds, and returns where they end, or -1.
func (s *scanner) readSeconds(line []byte, start int, p *parts) (end int) {
	switch s.format {
	case isoTimes:
		return s.iso(line, start, p)
	case syslogTimes:
		return s.syslog(line, start, p)
	case webTimes:
		return s.web(line, start, p)
	}
	return s.walk(line, start, p)
}

// iso reads 2005-01-23T21:59:59 and its kin.
func (s *scanner) iso(line []byte, i int, p *parts) int {
	if len(line) < i+len("2005-01-23T21:59:59") {
		return -1
	}
	b := line[i:]
	sep := b[4]
	if !s.year(b, &p.ending) || sep != '-' && sep != '/' && sep != '.' || b[7] != sep {
		return -1
	}
	month, day := twoDigits(b, 5), twoDigits(b, 8)
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return -1
	}
	p.setDate(month, day)
	at := 11
	switch {
	case b[10] == ' ' && b[11] == ' ':
		at++
	case b[10] != ' ' && b[10] != 'T':
		return -1
	}
	if !p.time(b, at) {
		return -1
	}
	return i + at + 8
}

// isoRest reads .981+01:00 or less.
func isoRest(line []byte, i int, e *ending) int {
	end := scanFraction(line, i, ".,")
	if end < 0 {
		return -1
	}
	return scanIsoZone(line, end, e)
}

// syslog reads "Jan 23 21:59:59", with or without the day of the week before it.
func (s *scanner) syslog(line []byte, i int, p *parts) int {
	if len(line) < i+len("Sun Jan 23 21:59:59") {
		return -1 // too short for what is read without looking
	}
	b := line[i:]
	if dayNumber(b) != 0 && b[3] == ' ' {
		b = b[4:]
	}
	month := monthNumber(b)
	if month == 0 || b[3] != ' ' || b[6] != ' ' {
		return -1
	}
	day := twoDigits(b, 4)
	if b[4] == ' ' {
		day = int(b[5] - '0')
	}
	if day < 1 || day > 31 || b[4] == ' ' && day > 9 || !p.time(b, 7) {
		return -1
	}
	p.setDate(month, day)
	return len(line) - len(b) + len("Jan 23 21:59:59")
}

// syslogRest reads a fraction and a year, if they are there.
func (s *scanner) syslogRest(line []byte, i int, e *ending) int {
	end := scanFraction(line, i, ".")
	if end < 0 || end+4 >= len(line) || line[end] != ' ' || line[end+1] != '2' {
		return end
	}
	// What follows looks like a year. It is one if it ends there.
	if line[end+4] >= utf8.RuneSelf {
		return -1
	}
	after := end + len(" 2005")
	if !s.year(line[end+1:], e) {
		return end
	}
	if outsideWord(line, after) {
		return after
	}
	if line[after] >= utf8.RuneSelf {
		return -1
	}
	e.said &^= saidYear
	return end
}

// web reads 23/Jan/2005:21:59:59.
func (s *scanner) web(line []byte, i int, p *parts) int {
	if len(line) < i+len("23/Jan/2005:21:59:59") {
		return -1
	}
	b := line[i:]
	day, month, sep := twoDigits(b, 0), monthNumber(b[3:]), b[2]
	if day < 1 || day > 31 || month == 0 || sep != '/' && sep != '-' || b[6] != sep || !s.year(b[7:], &p.ending) ||
		b[11] != ':' && b[11] != ' ' || !p.time(b, 12) {
		return -1
	}
	p.setDate(month, day)
	return i + 20
}

// webRest reads a fraction and an offset, if they are there.
func webRest(line []byte, i int, e *ending) int {
	end := scanFraction(line, i, ".")
	if end < 0 || end+1 >= len(line) || line[end] != ' ' {
		return end
	}
	if isLetter(line[end+1]) {
		return -1 // may be UTC, in any case
	}
	return scanOffset(line, end+1, end, e)
}

// scanUnix reads a Unix time.
func scanUnix(line []byte, i int) int {
	end := digitsEnd(line, i)
	if n := end - i; n != 10 && n != 11 || !outsideWord(line, end) {
		return -1
	}
	if end == len(line) || line[end] != '.' {
		return end
	}
	fraction := digitsEnd(line, end+1)
	if n := fraction - end - 1; n < 3 || n > 6 {
		if fraction < len(line) && line[fraction] >= utf8.RuneSelf {
			return -1
		}
		return end
	}
	if fraction < len(line) && line[fraction] >= utf8.RuneSelf {
		return -1
	}
	if !outsideWord(line, fraction) {
		return end
	}
	return fraction
}

// year reads a year that is taken for one.
func (s *scanner) year(b []byte, e *ending) bool {
	if b[0] != '2' || b[1] != '0' || b[2] < '0' || b[2] > s.decade || b[3]-'0' > 9 {
		return false
	}
	e.year = 2000 + int(b[2]-'0')*10 + int(b[3]-'0')
	e.said |= saidYear
	return true
}

// time reads 21:59:59 at i.
func (p *parts) time(b []byte, i int) bool {
	b = b[i : i+8]
	if b[2] != ':' || b[5] != ':' {
		return false
	}
	p.hour, p.minute, p.second = twoDigits(b, 0), twoDigits(b, 3), twoDigits(b, 6)
	return uint(p.hour) <= 23 && uint(p.minute) <= 59 && uint(p.second) <= 59
}

func (p *parts) setDate(month, day int) {
	p.month, p.day = month, day
	p.said |= saidMonth | saidDay
}

// scanFraction skips a fraction of a second at i, after one of the two signs. It returns -1 when there are more digits than
// a fraction has, or other signs that may be digits.
func scanFraction(line []byte, i int, signs string) int {
	if i+1 >= len(line) || line[i] != signs[0] && line[i] != signs[len(signs)-1] {
		return i
	}
	end := digitsEnd(line, i+1)
	if end == i+1 {
		return i // %f has no other digits than these
	}
	if end > i+1+6 || end < len(line) && line[end] >= utf8.RuneSelf {
		return -1
	}
	return end
}

// scanIsoZone reads blanks and a zone at i, if there are any.
func scanIsoZone(line []byte, i int, e *ending) int {
	at := i
	for at < len(line) && isBlank(line[at]) {
		at++
	}
	if at == len(line) {
		return i
	}
	switch c := line[at]; {
	case c >= utf8.RuneSelf:
		return -1 // may be a blank
	case c == '+' || c == '-':
		return scanOffset(line, at, i, e)
	case c == 'Z':
		return scanName(line, at, "Z", i, e)
	case c == 'U':
		return scanName(line, at, "UTC", i, e)
	case c == 'G':
		return scanName(line, at, "GMT", i, e)
	}
	return i
}

// scanName reads the zone name at at, if it is there, and returns its end, else before.
func scanName(line []byte, at int, name string, before int, e *ending) int {
	end := at + len(name)
	if end > len(line) || string(line[at:end]) != name {
		return before
	}
	if !outsideWord(line, end) {
		return -1
	}
	e.said |= saidOffset
	return end
}

// scanOffset reads an offset such as +01:00 at at, if it is there, and returns its end, else before.
func scanOffset(line []byte, at, before int, e *ending) int {
	if at+3 > len(line) {
		return before
	}
	hour := twoDigits(line, at+1)
	if line[at] != '+' && line[at] != '-' || hour < 0 || hour > 19 {
		if line[at+1] >= utf8.RuneSelf || line[at+2] >= utf8.RuneSelf {
			return -1
		}
		return before
	}
	end := at + 3
	minutes := end
	if minutes < len(line) && line[minutes] == ':' {
		minutes++
	}
	offset := hour * 60
	if minutes+2 <= len(line) {
		if line[minutes] >= utf8.RuneSelf || line[minutes+1] >= utf8.RuneSelf {
			return -1
		}
		if n := twoDigits(line, minutes); n >= 0 {
			offset, end = offset+n, minutes+2
		}
	}
	if !outsideWord(line, end) {
		return -1
	}
	if line[at] == '-' {
		offset = -offset
	}
	e.offset = offset * 60
	e.said |= saidOffset
	return end
}

// digitsEnd returns where the digits at i end.
func digitsEnd(line []byte, i int) int {
	for i < len(line) && line[i]-'0' <= 9 {
		i++
	}
	return i
}

// twoDigits returns the number at i, or a negative one.
func twoDigits(b []byte, i int) int {
	tens, ones := b[i]-'0', b[i+1]-'0'
	if tens > 9 || ones > 9 {
		return -1
	}
	return int(tens)*10 + int(ones)
}

// isBlank reports whether \s matches c.
func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' || 0x1c <= c && c <= 0x1f }
