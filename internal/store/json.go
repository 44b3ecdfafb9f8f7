package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A reader takes JSON apart. A start with 150,000 bans reads as many small objects, which encoding/json makes three times
// slower; a fuzz test holds the two together. It is lenient where the original is: NaN and Infinity are numbers.
type reader struct {
	in    []byte
	at    int
	depth int
}

// maxDepth bounds nesting. A ban's data has three levels.
const maxDepth = 100

// numeral is a JSON number as it was written.
type numeral string

var errTruncated = errors.New("ends too early")

func (r *reader) fail(what string) error { return fmt.Errorf("%s at byte %d", what, r.at) }

// next skips white space and returns the byte at hand without taking it, 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.in); r.at++ {
		switch c := r.in[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take takes c if it is next.
func (r *reader) take(c byte) bool {
	if r.next() != c {
		return false
	}
	r.at++
	return true
}

// object reads an object and hands each member to set.
func (r *reader) object(set func(key string, value any)) error {
	if !r.take('{') {
		return r.fail("no object")
	}
	if r.take('}') {
		return nil
	}
	for {
		if r.next() != '"' {
			return r.fail("no key")
		}
		key, err := r.text()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return r.fail("no colon")
		}
		value, err := r.value()
		if err != nil {
			return err
		}
		set(key, value)
		if !r.take(',') {
			break
		}
	}
	if !r.take('}') {
		return r.fail("no end of an object")
	}
	return nil
}

// value reads a string, numeral, bool, nil, []any, or an object, of which nothing is kept: nil.
func (r *reader) value() (any, error) {
	switch c := r.next(); {
	case c == '"':
		return r.text()
	case c == '[' || c == '{':
		if r.depth++; r.depth > maxDepth {
			return nil, r.fail("nested too deeply")
		}
		defer func() { r.depth-- }()
		if c == '[' {
			return r.array()
		}
		return nil, r.object(func(string, any) {})
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	return r.word()
}

func (r *reader) array() (any, error) {
	r.at++
	list := []any{}
	if r.take(']') {
		return list, nil
	}
	for {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if !r.take(',') {
			break
		}
	}
	if !r.take(']') {
		return nil, r.fail("no end of an array")
	}
	return list, nil
}

func (r *reader) word() (any, error) {
	start := r.at
	for r.at < len(r.in) && (r.in[r.at]|0x20 >= 'a' && r.in[r.at]|0x20 <= 'z') {
		r.at++
	}
	switch w := string(r.in[start:r.at]); w {
	case "null":
		return nil, nil
	case "true", "false":
		return w == "true", nil
	case "NaN", "Infinity":
		return numeral(w), nil
	}
	r.at = start
	return nil, r.fail("no value")
}

func (r *reader) number() (any, error) {
	start := r.at
	for r.at < len(r.in) {
		if c := r.in[r.at]; (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
			break
		}
		r.at++
	}
	n := numeral(r.in[start:r.at])
	if n == "-" {
		infinity, _ := r.word()
		if infinity != numeral("Infinity") {
			return nil, r.fail("no number")
		}
		return numeral("-Infinity"), nil
	}
	if _, err := strconv.ParseFloat(string(n), 64); err != nil && !errors.Is(err, strconv.ErrRange) {
		r.at = start
		return nil, r.fail("no number")
	}
	return n, nil
}

// text reads a string. Bytes that are no UTF-8 become U+FFFD.
func (r *reader) text() (string, error) {
	r.at++
	start := r.at
	for ; r.at < len(r.in); r.at++ {
		switch r.in[r.at] {
		case '"':
			if plain := r.in[start:r.at]; utf8.Valid(plain) {
				r.at++
				return string(plain), nil
			}
			r.at = start
			return r.escapedText()
		case '\\':
			r.at = start
			return r.escapedText()
		}
	}
	return "", errTruncated
}

func (r *reader) escapedText() (string, error) {
	var out []byte
	for r.at < len(r.in) {
		c, size := utf8.DecodeRune(r.in[r.at:])
		r.at += size
		switch c {
		case '"':
			return string(out), nil
		case '\\':
			var err error
			if c, err = r.escape(); err != nil {
				return "", err
			}
		}
		out = utf8.AppendRune(out, c)
	}
	return "", errTruncated
}

// The escapes of one letter, and what they stand for.
const (
	escapeLetters = `"\/bfnrt`
	escapeBytes   = "\"\\/\b\f\n\r\t"
)

// escape reads what follows a backslash.
func (r *reader) escape() (rune, error) {
	if r.at == len(r.in) {
		return 0, errTruncated
	}
	letter := r.in[r.at]
	if letter == 'u' {
		return r.unicode()
	}
	i := strings.IndexByte(escapeLetters, letter)
	if i < 0 {
		return 0, r.fail("unknown escape")
	}
	r.at++
	return rune(escapeBytes[i]), nil
}

// unicode reads u and four digits, and a second such escape where the first is half a character.
func (r *reader) unicode() (rune, error) {
	first, err := r.hex()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	before := r.at
	if r.at+1 < len(r.in) && r.in[r.at] == '\\' && r.in[r.at+1] == 'u' {
		r.at++
		second, err := r.hex()
		if err != nil {
			return 0, err
		}
		if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
			return c, nil
		}
	}
	r.at = before
	return utf8.RuneError, nil
}

func (r *reader) hex() (rune, error) {
	if r.at+5 > len(r.in) {
		return 0, errTruncated
	}
	n, err := strconv.ParseUint(string(r.in[r.at+1:r.at+5]), 16, 16)
	if err != nil {
		return 0, r.fail("no code point")
	}
	r.at += 5
	return rune(n), nil
}
