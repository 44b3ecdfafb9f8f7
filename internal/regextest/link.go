package regextest

import (
	"fmt"
	"strings"
)

// link returns the address at debuggex.com that shows regex at work on text.
func (s *Session) link(regex, text string) string {
	flags := ""
	if s.program.MaxLines() > 1 {
		flags = "&flags=m"
	}
	return "https://www.debuggex.com/?re=" + queryText(regex) + "&str=" + queryText(text) + flags + "&flavor=python"
}

// queryText writes text as a value in an address. Package net/url does the same, but is initialised so late that the tester, which
// is carried out before (see cli/early/tester), would have to wait for all that only a server needs.
func queryText(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
