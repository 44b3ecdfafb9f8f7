package date

import (
	"slices"
	"strings"
)

// A step is one thing that a simple pattern has next: a part of a date, or a character that stands for itself.
type step struct {
	code    byte // the letter of the % code, 0 for a character
	strict  bool // the code is an %Ex one
	literal byte
}

// stepScanner returns the scanner of a pattern that is nothing but % codes and plain characters, such as
// ^%Y-%m-%dT%H:%M:%S, and the zero scanner for others. begin says that {^LN-BEG} is in force, fold that letters match in
// any case. The pattern must have its boundaries.
func stepScanner(body string, begin, fold bool, year int) scanner {
	s := scanner{format: stepTimes, place: anywhere, fold: fold, decade: lastDecade(year)}
	rest, start := strings.CutPrefix(body, "^")
	switch {
	case start:
		s.place = atStart
	case begin:
		s.place = atBegin
	}
	for rest != "" {
		next, n, ok := nextStep(rest)
		if !ok {
			return scanner{}
		}
		s.steps = append(s.steps, next)
		rest = rest[n:]
	}
	if !certain(s.steps) || s.decade == 0 {
		return scanner{}
	}
	s.fixed = fixedSteps(s.steps)
	return s
}

// fixedSteps returns how many steps there are before the fraction or zone that a date ends with.
func fixedSteps(steps []step) int {
	fixed := len(steps)
	for i, s := range slices.Backward(steps) {
		switch s.code {
		case 0:
		case 'f', 'z':
			fixed = i
		default:
			return fixed
		}
	}
	return fixed
}

// nextStep reads the step at the start of text and says how many bytes it takes.
func nextStep(text string) (next step, n int, ok bool) {
	switch c := text[0]; {
	case c == '%':
		code := strings.TrimPrefix(text[1:], "Ex")
		if code == "" || !strings.Contains("YymdHMSbafz", code[:1]) {
			return next, 0, false
		}
		n = len(text) - len(code) + 1
		next = step{code: code[0], strict: n > len("%Y")}
		return next, n, !next.strict || strings.Contains("YymdHMS", code[:1])
	case c == '\\' && len(text) > 1 && isPunctuation(text[1]):
		return step{literal: text[1]}, 2, true
	case c <= '~' && !strings.ContainsRune(`\.^$*+?{}[]|()#`, rune(c)):
		return step{literal: c}, 1, true
	}
	return next, 0, false
}

func isPunctuation(c byte) bool { return ' ' < c && c <= '~' && !isWordByte(c) }

// certain reports whether reading the steps one by one finds what a search finds. Most numbers may be written with one
// digit, and a search tries that, too; so something else than digits must follow them. A zone must be the last step, since
// it may be long or short. And without month and day there is no date.
func certain(steps []step) bool {
	var month, day bool
	for i, s := range steps {
		month = month || s.code == 'm' || s.code == 'b'
		day = day || s.code == 'd'
		if i == len(steps)-1 {
			break
		}
		if s.code == 'z' || s.elastic() && !steps[i+1].parting() {
			return false
		}
	}
	return month && day
}

// elastic reports whether a step may take more or fewer digits than walk does.
func (s step) elastic() bool {
	return !s.strict && s.code != 0 && strings.IndexByte("mdHMSf", s.code) >= 0
}

// parting reports whether a step takes no digits.
func (s step) parting() bool {
	if s.code == 0 {
		return s.literal-'0' > 9
	}
	return s.code == 'a' || s.code == 'b'
}

// walk reads the fixed steps at i.
func (s *scanner) walk(line []byte, i int, p *parts) int {
	for k := range s.fixed {
		next := &s.steps[k]
		if next.code != 0 {
			i = s.part(line, i, next, p)
		} else {
			i = s.literal(line, i, next)
		}
		if i < 0 {
			return -1
		}
	}
	return i
}

// walkRest reads the other steps: fractions, zones and what stands between.
func (s *scanner) walkRest(line []byte, i int, e *ending) int {
	for k := s.fixed; k < len(s.steps); k++ {
		switch next := &s.steps[k]; next.code {
		case 0:
			i = s.literal(line, i, next)
		case 'f':
			i = fraction6(line, i)
		default:
			i = s.zone(line, i, e)
		}
		if i < 0 {
			return -1
		}
	}
	return i
}

// literal reads a character that stands for itself.
func (s *scanner) literal(line []byte, i int, next *step) int {
	if i >= len(line) || line[i] != next.literal && !(s.fold && isLetter(line[i]) && line[i]|0x20 == next.literal|0x20) {
		return -1
	}
	return i + 1
}

// fraction6 reads one to six digits.
func fraction6(line []byte, i int) int {
	end := digitsEnd(line, i)
	if end == i || end > i+6 {
		return -1
	}
	return end
}

// part reads the part of a date at i.
func (s *scanner) part(line []byte, i int, next *step, p *parts) int {
	rest := line[i:]
	switch next.code {
	case 'Y':
		return s.fourDigits(line, i, next.strict, p)
	case 'a', 'b':
		return namedPart(line, i, next.code, p)
	case 'f':
		return fraction6(line, i)
	}
	if len(rest) < 2 {
		return -1
	}
	n := twoDigits(rest, 0)
	if next.code == 'd' && !next.strict && rest[0] == ' ' {
		if n = int(rest[1] - '0'); n > 9 {
			return -1
		}
	}
	least, most := limits(next.code)
	if n < least || n > most {
		return -1
	}
	p.setNumber(next.code, n)
	return i + 2
}

// limits returns the range of a number of two digits.
func limits(code byte) (least, most int) {
	switch code {
	case 'm':
		return 1, 12
	case 'd':
		return 1, 31
	case 'H':
		return 0, 23
	case 'M', 'S':
		return 0, 59
	}
	return 0, 99
}

// fourDigits reads a year, a plausible one if strict.
func (s *scanner) fourDigits(line []byte, i int, strict bool, p *parts) int {
	if len(line) < i+4 {
		return -1
	}
	century, year := twoDigits(line, i), twoDigits(line, i+2)
	if century < 0 || year < 0 || strict && !s.year(line[i:], &p.ending) {
		return -1
	}
	p.setNumber('Y', century*100+year)
	return i + 4
}

// namedPart reads the short name of a day or a month.
func namedPart(line []byte, i int, code byte, p *parts) int {
	if len(line) < i+3 {
		return -1
	}
	if code == 'a' {
		if dayNumber(line[i:]) == 0 {
			return -1
		}
		return i + 3 // says nothing beside day and month
	}
	month := monthNumber(line[i:])
	if month == 0 {
		return -1
	}
	p.setNumber('m', month)
	return i + 3
}

// zone reads a zone that must be there.
func (s *scanner) zone(line []byte, i int, e *ending) int {
	if i >= len(line) || s.fold && isLetter(line[i]) || isBlank(line[i]) {
		return -1
	}
	if end := scanIsoZone(line, i, e); end > i {
		return end
	}
	return -1
}
