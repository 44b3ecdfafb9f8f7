// Package pytext holds the few text operations whose exact outcome users' configurations depend on and that Go's strings
// package defines differently: what counts as white space, how an integer is written, how lower case is made.
//
// In go and out come strings. The package keeps no state and never fails: what is no integer is reported by a bool.
package pytext

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsSpace reports whether r is white space to the original: Unicode's, and the four ASCII separators 0x1c-0x1f.
func IsSpace(r rune) bool {
	return r >= 0x1c && r <= 0x1f || unicode.IsSpace(r)
}

// Strip returns s without leading and trailing white space.
func Strip(s string) string {
	return StripRight(StripLeft(s))
}

// StripLeft returns s without leading white space.
func StripLeft(s string) string {
	for len(s) > 0 && s[0] < utf8.RuneSelf {
		if !asciiSpace(s[0]) {
			return s
		}
		s = s[1:]
	}
	return strings.TrimLeftFunc(s, IsSpace)
}

// StripRight returns s without trailing white space.
func StripRight(s string) string {
	for len(s) > 0 && s[len(s)-1] < utf8.RuneSelf {
		if !asciiSpace(s[len(s)-1]) {
			return s
		}
		s = s[:len(s)-1]
	}
	return strings.TrimRightFunc(s, IsSpace)
}

func asciiSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f }

// Fields splits s around runs of white space.
func Fields(s string) []string { return strings.FieldsFunc(s, IsSpace) }

// IsWord reports whether r can be part of a word as \w means it: letters, digits of any script, underscore.
func IsWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// Lower returns s in lower case. The one letter whose lower case has two code points is spelled out, because Go maps it to
// a plain i.
func Lower(s string) string {
	if isLowerASCII(s) {
		return s
	}
	return strings.ToLower(strings.ReplaceAll(s, "İ", "i̇"))
}

// isLowerASCII is true of nearly every name that is asked about.
func isLowerASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

// Int reads a decimal integer: optional white space around it, a sign, digits of any script, single underscores between
// digits, any number of leading zeros. The value is an int64 where it fits and a *big.Int elsewhere.
func Int(s string) (any, bool) {
	if n, ok := shortInt(s); ok {
		return n, true
	}
	digits, ok := plainDigits(Strip(s))
	if !ok {
		return nil, false
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, false
	}
	if n.IsInt64() {
		return n.Int64(), true
	}
	return n, true
}

// shortInt reads what nearly every integer is: a few ASCII digits.
func shortInt(s string) (n int64, ok bool) {
	const most = 18 // digits that fit in any case
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n, s != "" && len(s) <= most
}

// maxDigits is the longest integer that is read; converting digits takes quadratic time.
const maxDigits = 4300

// plainDigits checks the form of an integer and returns it as a sign and ASCII digits.
func plainDigits(s string) (string, bool) {
	var b strings.Builder
	if s != "" && (s[0] == '-' || s[0] == '+') {
		b.WriteByte(s[0])
		s = s[1:]
	}
	afterDigit := false
	for _, r := range s {
		switch d := digit(r); {
		case d >= 0:
			b.WriteByte(byte('0' + d))
			afterDigit = true
		case r == '_' && afterDigit:
			afterDigit = false
		default:
			return "", false
		}
	}
	return b.String(), afterDigit && b.Len() <= maxDigits
}

// digit returns the value of a decimal digit, or -1. Digits of other scripts stand in runs of tens that begin with zero.
func digit(r rune) int {
	if r < 0x80 {
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return -1
	}
	if !unicode.Is(unicode.Nd, r) {
		return -1
	}
	start := r
	for unicode.Is(unicode.Nd, start-1) {
		start--
	}
	return int(r-start) % 10
}
