package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Seconds is a duration as a time expression gives it: an integer, or a float where months, years, fractions or a division
// were in play. The two are kept apart because replies and dumps show the difference. The zero Seconds is the integer 0.
type Seconds struct {
	float   float64
	integer int64
	isFloat bool
}

// IntSeconds returns n whole seconds.
func IntSeconds(n int64) Seconds { return Seconds{integer: n} }

// FloatSeconds returns f seconds, printed with a point.
func FloatSeconds(f float64) Seconds { return Seconds{float: f, isFloat: true} }

// IsInt reports whether s is an integer.
func (s Seconds) IsInt() bool { return !s.isFloat }

// Float64 returns s as a float.
func (s Seconds) Float64() float64 {
	if s.isFloat {
		return s.float
	}
	return float64(s.integer)
}

// Int64 returns s without its fraction.
func (s Seconds) Int64() int64 {
	if s.isFloat {
		return int64(s.float)
	}
	return s.integer
}

// String prints s as Python prints the number.
func (s Seconds) String() string {
	if !s.isFloat {
		return strconv.FormatInt(s.integer, 10)
	}
	text := strconv.FormatFloat(s.float, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// ParseDuration reads a time expression: 600, 10m, 1d12h, "1h 30min", 2*3h. Units follow a number or a blank and end a word;
// parts separated by blanks are added; the whole is arithmetic with + - * / // % ** and parentheses. An error is an
// *ExprError. (jail.conf(5), "TIME ABBREVIATION FORMAT"; docs/compatibility.md, "times")
func ParseDuration(expr string) (Seconds, error) {
	if len(expr) > maxExpr {
		return Seconds{}, &ExprError{Text: fmt.Sprintf("time expression of %d characters; at most %d make sense", len(expr), maxExpr)}
	}
	p := &arithmetic{text: addParts(expandUnits(apart(strings.ToLower(expr))))}
	v, err := p.sum(0)
	if err == nil {
		err = p.end()
	}
	return v, err
}

// maxExpr bounds a time expression; nesting is bounded with it.
const maxExpr = 500

// An ExprError says why a text is no time. Name is true when a word in it means nothing.
type ExprError struct {
	Name bool
	Text string
}

func (e *ExprError) Error() string { return e.Text }

// unit returns how many seconds a word stands for; months and years are fractions of 365.25 days.
func unit(word string) (factor string, ok bool) {
	switch word {
	case "s", "ss", "se", "sec", "second", "seconds":
		return "1", true
	case "m", "mm", "mi", "min", "minute", "minutes":
		return "60", true
	case "h", "hh", "ho", "hou", "hour", "hours":
		return "3600", true
	case "d", "dd", "da", "day", "days":
		return "86400", true
	case "w", "ww", "we", "wee", "week", "weeks":
		return "604800", true
	case "mo", "mon", "month", "months":
		return "2629800.0", true
	case "y", "yy", "ye", "yea", "year", "years":
		return "31557600.0", true
	}
	return "", false
}

// apart puts a blank before every digit that follows a letter, so that 1d12h reads as 1d 12h.
func apart(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range s {
		if unicode.IsDigit(r) && unicode.IsLetter(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// expandUnits puts a multiplication in the place of every unit.
func expandUnits(s string) string {
	var b strings.Builder
	last := ' '
	if s != "" && unicode.IsLetter(rune(s[0])) {
		last = 'x' // at the very start there is nothing to multiply
	}
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) || unicode.IsDigit(r) })
		if n < 0 {
			n = len(s)
		}
		if n == 0 {
			r := []rune(s[:min(len(s), 4)])[0]
			b.WriteRune(r)
			last, s = r, s[len(string(r)):]
			continue
		}
		word := s[:n]
		factor, ok := unit(word)
		if ok && (unicode.IsDigit(last) || unicode.IsSpace(last)) {
			b.WriteString("*" + factor)
		} else {
			b.WriteString(word)
		}
		last, s = 'x', s[n:]
	}
	return b.String()
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// addParts puts a + between two digits that only blanks separate. A digit serves one such pair only, which is why "5 5 5" is
// no time and "10 20 30" is one.
func addParts(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		b.WriteRune(runes[i])
		if !unicode.IsDigit(runes[i]) {
			continue
		}
		j := i + 1
		for j < len(runes) && unicode.IsSpace(runes[j]) {
			j++
		}
		if j > i+1 && j < len(runes) && unicode.IsDigit(runes[j]) {
			b.WriteByte('+')
			b.WriteRune(runes[j])
			i = j
		}
	}
	return b.String()
}
