package config

import (
	"fmt"
	"strings"
	"unicode"

	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
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

// String prints s as the original prints the number: 600, 5400.0.
func (s Seconds) String() string {
	if s.isFloat {
		return pickle.Repr(s.float)
	}
	return pickle.Repr(s.integer)
}

// maxDuration bounds the text of a time expression.
const maxDuration = 1000

// ParseDuration reads a time expression: a number of seconds, or numbers with units in a row (1d12h, 1 hour 30 min), or
// arithmetic over such (1h*2, -1, 1y - 1mo) with + - * / // % ** and parentheses. Units are seconds, minutes, hours, days,
// weeks, months and years, whole or shortened. Nothing but arithmetic is evaluated.
func ParseDuration(expr string) (Seconds, error) {
	if len(expr) > maxDuration {
		return Seconds{}, fmt.Errorf("time expression is longer than %d bytes", maxDuration)
	}
	return evaluate(addUp(multiplyUnits(expr)))
}

// unit returns the factor that a word stands for.
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
	case "mo", "mon", "month", "months": // a twelfth of a year
		return "2629800.0", true
	case "y", "yy", "ye", "yea", "year", "years": // 365.25 days
		return "31557600.0", true
	}
	return "", false
}

// multiplyUnits turns every unit that follows a digit or a blank into a multiplication, and separates a digit from the
// letter before it: 1d12h becomes 1*86400 12*3600.
func multiplyUnits(expr string) string {
	var b strings.Builder
	chars := []rune(expr)
	mayBeUnit := false // the character before was a digit or white space
	for i := 0; i < len(chars); {
		if !unicode.IsLetter(chars[i]) {
			b.WriteRune(chars[i])
			mayBeUnit = unicode.IsDigit(chars[i]) || pytext.IsSpace(chars[i])
			i++
			continue
		}
		end := i
		for end < len(chars) && unicode.IsLetter(chars[end]) {
			end++
		}
		word := string(chars[i:end])
		if factor, ok := unit(strings.ToLower(word)); ok && mayBeUnit && (end == len(chars) || chars[end] != '_') {
			word = "*" + factor
		}
		b.WriteString(word)
		if end < len(chars) && unicode.IsDigit(chars[end]) {
			b.WriteByte(' ')
		}
		i, mayBeUnit = end, false
	}
	return b.String()
}

// addUp puts a plus sign between numbers that only white space separates. A single digit between two others belongs to the
// first gap alone, so that "5 5 5" stays wrong.
func addUp(expr string) string {
	var b strings.Builder
	for i := 0; i < len(expr); {
		end := i + 1
		for isDigit(expr[i]) && end < len(expr) && isBlank(expr[end]) {
			end++
		}
		if end > i+1 && end < len(expr) && isDigit(expr[end]) {
			b.WriteByte(expr[i])
			b.WriteByte('+')
			b.WriteByte(expr[end])
			i = end + 1
			continue
		}
		b.WriteByte(expr[i])
		i++
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isBlank(c byte) bool { return pytext.IsSpace(rune(c)) }
