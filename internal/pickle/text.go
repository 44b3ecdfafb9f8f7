package pickle

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text returns b as a Go string: surrogates that stand for bytes become these bytes again.
func text(b []byte) string {
	s := string(b)
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for i := 0; i < len(s); {
		r, n := decodeRune(s[i:])
		out = appendCodePoint(out, r)
		i += n
	}
	return string(out)
}

// appendCodePoint appends r in UTF-8, or the byte that r stands for.
func appendCodePoint(b []byte, r rune) []byte {
	if r >= 0xdc80 && r <= 0xdcff {
		return append(b, byte(r-0xdc00))
	}
	return appendRune(b, r)
}

func (m *machine) text(size uint64) error {
	b, err := m.counted(size)
	if err != nil {
		return err
	}
	if m.whole != "" && utf8.Valid(b) {
		end := len(m.whole) - len(m.in)
		return m.push(m.whole[end-len(b) : end])
	}
	return m.push(text(b))
}

func (m *machine) bytes(size uint64) error {
	b, err := m.counted(size)
	if err != nil {
		return err
	}
	return m.push(append([]byte{}, b...))
}

// quoted reads a Python 2 string literal.
func (m *machine) quoted() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	s := strings.TrimSpace(string(b))
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '\'' && s[0] != '"' {
		return errors.New("the STRING opcode argument must be quoted")
	}
	out, err := unescape(s[1 : len(s)-1])
	if err != nil {
		return err
	}
	return m.push(text(out))
}

// escapes are the letters that stand for one byte behind a backslash.
const (
	escapeLetters = `\'"abfnrtv`
	escapeBytes   = "\\'\"\a\b\f\n\r\t\v"
)

func unescape(s string) ([]byte, error) {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i++; i == len(s) {
			return nil, errors.New(`trailing \ in string`)
		}
		c, n, err := unescapeOne(s[i:])
		if err != nil {
			return nil, err
		}
		out = append(out, c...)
		i += n - 1
	}
	return out, nil
}

// unescapeOne reads what follows a backslash; n is its length.
func unescapeOne(s string) (out string, n int, err error) {
	if i := strings.IndexByte(escapeLetters, s[0]); i >= 0 {
		return escapeBytes[i : i+1], 1, nil
	}
	if s[0] == 'x' {
		if len(s) >= 3 {
			if v, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
				return string([]byte{byte(v)}), 3, nil
			}
		}
		return "", 0, errors.New(`invalid \x escape`)
	}
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	if n > 0 {
		v, _ := strconv.ParseUint(s[:n], 8, 16) // cannot fail: octal digits
		return string([]byte{byte(v)}), n, nil
	}
	return `\` + s[:1], 1, nil
}

// unicodeLine reads text of protocol 0: Latin-1, with \uXXXX and \UXXXXXXXX for the rest.
func (m *machine) unicodeLine() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	points, err := codePoints(b)
	if err != nil {
		return err
	}
	var out []byte
	for i := 0; i < len(points); i++ {
		r := points[i]
		// Pairs come from Python 2, which counted in 16-bit units.
		if i+1 < len(points) && utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, points[i+1]); pair != utf8.RuneError {
				r = pair
				i++
			}
		}
		out = appendCodePoint(out, r)
	}
	return m.push(string(out))
}

func codePoints(b []byte) ([]rune, error) {
	var points []rune
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			points = append(points, rune(b[i]))
			continue
		}
		i++
		size := map[byte]int{'u': 4, 'U': 8}[b[i]]
		if size == 0 {
			points = append(points, '\\', rune(b[i]))
			continue
		}
		if i+size >= len(b) {
			return nil, errors.New("truncated \\u escape")
		}
		v, err := strconv.ParseUint(string(b[i+1:i+1+size]), 16, 32)
		if err != nil || v > utf8.MaxRune {
			return nil, errors.New("invalid \\u escape")
		}
		points = append(points, rune(v))
		i += size
	}
	return points, nil
}
