package file

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A scanner reads JSON, as far as log lines need it. Once something is wrong it stays failed.
type scanner struct {
	rest   []byte
	failed bool
}

// take takes the character c, blanks before it too, and reports whether it is there.
func (s *scanner) take(c byte) bool {
	s.rest = bytes.TrimLeft(s.rest, " \t")
	if s.failed || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string and returns what is between its quotation marks, as it is.
func (s *scanner) text() []byte {
	if !s.take('"') {
		s.failed = true
		return nil
	}
	for from := 0; ; {
		i := bytes.IndexByte(s.rest[from:], '"')
		if i < 0 {
			s.failed = true
			return nil
		}
		text := s.rest[:from+i]
		if escapes := len(text) - len(bytes.TrimRight(text, `\`)); escapes%2 == 0 {
			s.rest = s.rest[from+i+1:]
			return text
		}
		from += i + 1
	}
}

// skip takes any value.
func (s *scanner) skip() {
	for depth := 0; !s.failed; {
		switch c := s.token(); {
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		case depth > 0 && (c == ',' || c == ':'):
			continue
		case c != scalar:
			s.failed = true
		}
		if depth == 0 {
			return
		}
	}
}

// scalar stands for a string, a number or a word.
const scalar = 'v'

// token takes the next mark or scalar.
func (s *scanner) token() byte {
	const marks = ",:{}[]"
	s.rest = bytes.TrimLeft(s.rest, " \t")
	switch {
	case len(s.rest) == 0:
		s.failed = true
		return 0
	case s.rest[0] == '"':
		s.text()
		return scalar
	case strings.IndexByte(marks, s.rest[0]) >= 0:
		c := s.rest[0]
		s.rest = s.rest[1:]
		return c
	}
	n := bytes.IndexAny(s.rest, marks+" \t\"")
	if n < 0 {
		s.failed = true
		return 0
	}
	s.rest = s.rest[n:]
	return scalar
}

// unescape appends the text of a JSON string to to; it never makes it longer. What is no escape stays as it is.
func unescape(to, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return append(to, text...)
		}
		to = append(to, text[:i]...)
		c := text[i+1]
		text = text[i+2:]
		switch c {
		case 'n':
			to = append(to, '\n')
		case 't':
			to = append(to, '\t')
		case 'r':
			to = append(to, '\r')
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'u':
			r, n := escapedRune(text)
			if n == 0 {
				to = append(to, `\u`...)
			} else {
				to = utf8.AppendRune(to, r)
			}
			text = text[n:]
		default:
			to = append(to, c)
		}
	}
}

// escapedRune reads the four digits behind \u, and another escape if both stand for one character. It returns how many bytes
// that took, 0 for none.
func escapedRune(text []byte) (r rune, n int) {
	hi, ok := hex4(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(hi) {
		return hi, 4
	}
	if after, escaped := bytes.CutPrefix(text[4:], []byte(`\u`)); escaped {
		if lo, ok := hex4(after); ok && utf16.DecodeRune(hi, lo) != utf8.RuneError {
			return utf16.DecodeRune(hi, lo), 10
		}
	}
	return utf8.RuneError, 4
}

func hex4(text []byte) (r rune, ok bool) {
	if len(text) < 4 {
		return 0, false
	}
	for _, c := range text[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
