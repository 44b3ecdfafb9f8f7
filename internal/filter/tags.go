package filter

import (
	"slices"
	"strconv"
	"strings"
)

// Building blocks of the address tags. The look-behind that the original carries in its IPv6 part is always true where it
// stands and is left out.
const (
	ip4Regex  = `(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})`
	ip6Regex  = `(?P<ip6>(?:[0-9A-Fa-f]{1,4}:{1,2}|:){1,7}(?:[0-9A-Fa-f]{1,4}|:))`
	dnsRegex  = `(?P<dns>[-.^\w]*\w)`
	cidrRegex = `(?P<cidr>\d+)`
	addrRegex = `\[?(?:` + ip4Regex + `|` + ip6Regex + `)\]?`
)

// A tag is anything of the shape <NAME>, </NAME> or <NAME/>. Names are upper case and ASCII; an opening tag is closed when it stands
// for a whole expression.
type tag struct {
	text            string // whole
	name            string
	closing, closed bool // with a slash in front of the name, or behind it
}

// tagAt returns the tag that text, which starts with "<", starts with.
func tagAt(text string) (t tag, ok bool) {
	rest, closing := strings.CutPrefix(text[1:], "/")
	n := 0
	for n < len(rest) && ('A' <= rest[n] && rest[n] <= 'Z' || n > 0 && ('0' <= rest[n] && rest[n] <= '9' || rest[n] == '_' || rest[n] == '-')) {
		n++
	}
	name := rest[:n]
	rest, closed := strings.CutPrefix(rest[n:], "/")
	if n == 0 || !strings.HasPrefix(rest, ">") {
		return tag{}, false
	}
	return tag{text[:len(text)-len(rest)+1], name, closing, closed}, true
}

// fixedTag returns what a tag that stands for a whole expression means. A closed tag is one ending in "/>".
func fixedTag(name string, closed bool, dns usedns) (string, bool) {
	if closed != strings.HasPrefix(name, "F-") {
		return "", false // <F-USER> opens a group, <HOST/> is no tag
	}
	switch strings.TrimPrefix(name, "F-") {
	case "IP4":
		return ip4Regex, true
	case "IP6":
		return ip6Regex, true
	case "DNS":
		return dnsRegex, true
	case "CIDR":
		return cidrRegex, true
	case "ADDR":
		return addrRegex, true
	case "SUBNET":
		return `\[?(?:` + ip4Regex + `|` + ip6Regex + `)(?:/` + cidrRegex + `)?\]?`, true
	}
	switch name {
	case "HOST":
		if dns == dnsNo {
			return `(?:` + addrRegex + `)`, true
		}
		return `(?:` + addrRegex + `|` + dnsRegex + `)`, true
	case "F-ID":
		return `(?P<fid>\S+)`, true
	case "F-PORT":
		return `(?P<fport>\w+)`, true
	}
	return "", false
}

// expandTags replaces the tags of a regular expression by what they stand for. Unknown tags stay as they are, and so does the
// closing tag of a name that was not opened before.
func expandTags(text string, dns usedns) string {
	if !strings.Contains(text, "<") {
		return text
	}
	const address = 200 // bytes, about
	var b strings.Builder
	b.Grow(len(text) + address)
	e := tagExpander{dns: dns}
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			break
		}
		b.WriteString(text[:i])
		text = text[i:]
		if t, ok := tagAt(text); ok {
			b.WriteString(e.expand(t))
			text = text[len(t.text):]
		} else {
			b.WriteByte('<')
			text = text[1:]
		}
	}
	b.WriteString(text)
	return b.String()
}

// A tagExpander goes from one tag of an expression to the next.
type tagExpander struct {
	dns    usedns
	opened []string // names of tags that have opened a group
	skips  int      // tags that skip lines
}

// expand returns what t stands for.
func (e *tagExpander) expand(t tag) string {
	switch {
	case t.closing && !t.closed && slices.Contains(e.opened, t.name):
		return ")"
	case t.closing:
		return t.text
	case t.name == "SKIPLINES" && !t.closed:
		e.skips++
		return `\n(?P<skiplines` + strconv.Itoa(e.skips-1) + `>(?:.*\n)*?)`
	}
	if fixed, ok := fixedTag(t.name, t.closed, e.dns); ok {
		return fixed
	}
	group, isGroup := strings.CutPrefix(t.name, "F-")
	if !isGroup || group == "" || t.closed {
		return t.text
	}
	e.opened = append(e.opened, t.name)
	return `(?P<` + groupName(group) + `>`
}

// groupName returns the name of a tag's group, which is that of the tag in lower case for all but two.
func groupName(tag string) string {
	switch tag {
	case "ID":
		return "fid"
	case "PORT":
		return "fport"
	}
	return strings.ToLower(tag)
}

// scopeFlags turns ((?i)x) and (?:(?i)x), which older Pythons accepted, into (?i:x). The group captures no more, as in the
// original. A parenthesis after a backslash opens no group.
func scopeFlags(text string) string {
	var b strings.Builder
	done := 0
	for at := range len(text) {
		if text[at] != '(' || at > 0 && text[at-1] == '\\' {
			continue
		}
		if letters, n := leadingFlags(text[at:]); n > 0 {
			b.WriteString(text[done:at])
			b.WriteString("(?" + letters + ":")
			done = at + n
		}
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// leadingFlags returns the letters of the global flags that a group starts with, which text starts with, and how long all that is, 0 if
// there are none.
func leadingFlags(text string) (letters string, n int) {
	inner := strings.TrimPrefix(text[1:], "?:")
	flags, ok := strings.CutPrefix(inner, "(?")
	rest := strings.TrimLeftFunc(flags, func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
	if !ok || len(rest) == len(flags) || !strings.HasPrefix(rest, ")") {
		return "", 0
	}
	return flags[:len(flags)-len(rest)], len(text) - len(rest) + 1
}
