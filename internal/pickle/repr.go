package pickle

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Repr returns v as Python's repr prints it. A Go type outside the package's values prints as its %v text in quotes.
func Repr(v any) string { return string(AppendRepr(nil, v)) }

// Str returns v as Python's print shows it: a string as it is, an exception as its message, everything else as Repr.
func Str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case *Object:
		if v != nil && v.Args != nil {
			return v.message()
		}
	}
	return Repr(v)
}

// AppendRepr appends Repr(v) to b.
func AppendRepr(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "None"...)
	case bool:
		if v {
			return append(b, "True"...)
		}
		return append(b, "False"...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case *big.Int:
		return v.Append(b, 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendQuoted(b, v)
	case []byte:
		return appendBytes(b, v)
	case *Object:
		return v.appendRepr(b)
	}
	return appendContainer(b, v)
}

// AppendList appends Repr(items) to b.
func AppendList(b []byte, items []any) []byte { return appendItems(b, '[', items, ']') }

func appendContainer(b []byte, v any) []byte {
	switch v := v.(type) {
	case []any:
		return AppendList(b, v)
	case []string:
		return appendItems(b, '[', boxed(v), ']')
	case Tuple:
		if len(v) == 1 {
			b = append(AppendRepr(append(b, '('), v[0]), ",)"...)
			return b
		}
		return appendItems(b, '(', v, ')')
	case *Dict:
		return v.appendRepr(b)
	case *Set:
		return v.appendRepr(b)
	}
	return appendQuoted(b, fmt.Sprint(v))
}

func appendItems(b []byte, open byte, items []any, end byte) []byte {
	b = append(b, open)
	for i, v := range items {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = AppendRepr(b, v)
	}
	return append(b, end)
}

func (d *Dict) appendRepr(b []byte) []byte {
	b = append(b, '{')
	for i, e := range d.entries {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(AppendRepr(b, e.key), ": "...)
		b = AppendRepr(b, e.value)
	}
	return append(b, '}')
}

func (s *Set) appendRepr(b []byte) []byte {
	items := s.Items()
	switch {
	case s.Frozen && len(items) > 0:
		return append(appendItems(append(b, "frozenset("...), '{', items, '}'), ')')
	case s.Frozen:
		return append(b, "frozenset()"...)
	case len(items) == 0:
		return append(b, "set()"...)
	}
	return appendItems(b, '{', items, '}')
}

// appendFloat prints the shortest digits that read back as f, with an exponent outside 1e-4…1e16 and always a point or an
// exponent, so that a float never looks like an integer.
func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "nan"...)
	case math.IsInf(f, 1):
		return append(b, "inf"...)
	case math.IsInf(f, -1):
		return append(b, "-inf"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if !strings.Contains(string(b[start:]), ".") {
		b = append(b, ".0"...)
	}
	return b
}

// quoteFor returns the quote that Python chooses for a text.
func quoteFor(s string) rune {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

func appendQuoted(b []byte, s string) []byte {
	quote := quoteFor(s)
	b = utf8.AppendRune(b, quote)
	for len(s) > 0 {
		n := plainPrefix(s, byte(quote))
		b = append(b, s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		r, n := decodeRune(s)
		b = appendEscaped(b, r, quote)
		s = s[n:]
	}
	return utf8.AppendRune(b, quote)
}

// plainPrefix returns how many bytes of s from its start are printed as they are: nearly all that there are.
func plainPrefix(s string, quote byte) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == quote || c == '\\' {
			return i
		}
	}
	return len(s)
}

func appendEscaped(b []byte, r, quote rune) []byte {
	switch {
	case r == quote || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case printable(r):
		return utf8.AppendRune(b, r)
	case r < 0x100:
		return fmt.Appendf(b, `\x%02x`, r)
	case r < 0x10000:
		return fmt.Appendf(b, `\u%04x`, r)
	}
	return fmt.Appendf(b, `\U%08x`, r)
}

func appendBytes(b, s []byte) []byte {
	quote := quoteFor(string(s))
	b = append(b, 'b', byte(quote))
	for _, c := range s {
		if c >= 0x7f {
			b = fmt.Appendf(b, `\x%02x`, c)
			continue
		}
		b = appendEscaped(b, rune(c), quote)
	}
	return append(b, byte(quote))
}

// decodeRune returns the first code point of s and its length. A surrogate in three bytes stands for itself, a byte that is
// not UTF-8 for the surrogate U+DC00 + byte.
func decodeRune(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r != utf8.RuneError || n != 1 {
		return r, n
	}
	if r, ok := surrogate(s); ok {
		return r, 3
	}
	return 0xdc00 + rune(s[0]), 1
}

// surrogate reads a surrogate code point encoded as UTF-8 would, were it allowed.
func surrogate(s string) (rune, bool) {
	if len(s) < 3 || s[0] != 0xed || s[1]&0xe0 != 0xa0 || s[2]&0xc0 != 0x80 {
		return 0, false
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), true
}

// printable tells which code points repr leaves alone: graphic ones that are no space other than the blank, as of the
// Unicode version that the original's Python knows.
func printable(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(notYetAssigned, r)
}
