package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A SyntaxError says why a pattern was refused, in CPython's words.
type SyntaxError struct {
	Msg string // such as "missing ), unterminated subpattern"
	Pos int    // offset in characters, not bytes; -1 when CPython gives none
}

// Error returns the text of Python's re.error, position included.
func (e *SyntaxError) Error() string {
	if e.Pos < 0 {
		return e.Msg
	}
	return e.Msg + " at position " + strconv.Itoa(e.Pos)
}

// quoteLikePython writes s as Python's repr does, for messages that quote a name.
func quoteLikePython(s string) string {
	quote := '\''
	if strings.ContainsRune(s, '\'') && !strings.ContainsRune(s, '"') {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}
