package config

import (
	"fmt"
	"strings"
)

// jsonObject prints parameters as the original's JSON: blanks after commas and colons, everything beyond ASCII escaped.
func jsonObject(p *Params) string {
	var b strings.Builder
	b.WriteByte('{')
	for name, v := range p.All() {
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		jsonString(&b, name)
		b.WriteString(": ")
		jsonString(&b, v)
	}
	b.WriteByte('}')
	return b.String()
}

func jsonString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < 0x20 || r > 0x7e && r != 0x7f && r <= 0xffff:
			fmt.Fprintf(b, `\u%04x`, r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
