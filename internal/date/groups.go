package date

import "gaol/internal/pyre"

// read collects what the groups of a match say. ok is false when a text is no possible value; the error is for zone names
// that are not known.
func (p *parts) read(t *template, m *pyre.Matcher, line []byte) (ok bool, err error) {
	var half []byte
	hour12, hasHalf := -1, false
	for _, g := range t.groups {
		start, end := m.Group(g.index)
		if start < 0 {
			continue
		}
		text := line[start:end]
		switch g.code {
		case 'p':
			half, hasHalf = text, true
			continue
		case 'I':
			if hour12, ok = integer(text); !ok {
				return false, nil
			}
			p.hour = hour12
			continue
		case 'H':
			hour12 = -1
		}
		if ok, err = p.set(g.code, text); !ok {
			return false, err
		}
	}
	if hour12 >= 0 {
		p.hour = hour24(hour12, hasHalf && isWord(half, "pm"))
	}
	return true, nil
}

// hour24 converts an hour of half a day: twelve is its first.
func hour24(hour int, afternoon bool) int {
	if hour == 12 {
		hour = 0
	}
	if afternoon {
		hour += 12
	}
	return hour
}

// set records the text of one code.
func (p *parts) set(code byte, text []byte) (ok bool, err error) {
	switch code {
	case 'b', 'B':
		names := shortMonths
		if code == 'B' {
			names = longMonths
		}
		p.month = indexWord(names, text) + 1
		p.said |= saidMonth
		return p.month > 0, nil
	case 'a', 'A':
		names := shortDays
		if code == 'A' {
			names = longDays
		}
		p.weekday = indexWord(names, text)
		p.said |= saidWeekday
		return p.weekday >= 0, nil
	case 'z', 'Z':
		p.offset, ok, err = parseZone(text)
		p.said |= saidOffset
		return ok, err
	}
	n, ok := integer(text)
	if ok {
		p.setNumber(code, n)
	}
	return ok, nil
}

// setNumber records the number of one code.
func (p *parts) setNumber(code byte, n int) {
	switch code {
	case 'Y':
		p.year = n
		p.said |= saidYear
	case 'y':
		if n <= 2000 {
			n += 2000
		}
		p.year = n
		p.said |= saidYear
	case 'm':
		p.month = n
		p.said |= saidMonth
	case 'd':
		p.day = n
		p.said |= saidDay
	case 'H':
		p.hour = n
	case 'M':
		p.minute = n
	case 'S':
		p.second = n
	case 'j':
		p.yearday = n
		p.said |= saidYearday
	case 'U':
		p.week = n
		p.said = p.said&^saidMondayWeek | saidSundayWeek
	case 'W':
		p.week = n
		p.said = p.said&^saidSundayWeek | saidMondayWeek
	case 'w':
		p.weekday = (n + 6) % 7
		p.said |= saidWeekday
	}
}

// indexWord returns the index of text among lower-case words, whatever its case, or -1.
func indexWord(words []string, text []byte) int {
	for i, w := range words {
		if isWord(text, w) {
			return i
		}
	}
	return -1
}

// isWord reports whether text is the lower-case ASCII word w in any case.
func isWord(text []byte, w string) bool {
	if len(text) != len(w) {
		return false
	}
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != w[i] {
			return false
		}
	}
	return true
}
