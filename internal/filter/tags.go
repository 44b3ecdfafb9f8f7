package filter

import (
	"regexp"
	"strconv"
	"strings"

	"gaol/internal/lazy"
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

// tagRegex finds anything that has the shape of a tag. Names are upper case and ASCII; an opening tag ends in "/>" when it
// stands for a whole expression.
var tagRegex = lazy.Regexp{Expr: `<(/?)([A-Z][A-Z0-9_-]*)(/?)>`}

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
	opened := map[string]bool{}
	skips := 0
	return replaceMatches(text, tagRegex.Get(), func(m []string) string {
		closing, name, closed := m[1] != "", m[2], m[3] != ""
		group, isGroup := strings.CutPrefix(name, "F-")
		switch {
		case closing && !closed && opened[name]:
			return ")"
		case closing:
			return m[0]
		case name == "SKIPLINES" && !closed:
			skips++
			return `\n(?P<skiplines` + strconv.Itoa(skips-1) + `>(?:.*\n)*?)`
		}
		if fixed, ok := fixedTag(name, closed, dns); ok {
			return fixed
		}
		if !isGroup || group == "" || closed {
			return m[0]
		}
		opened[name] = true
		return `(?P<` + groupName(group) + `>`
	})
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

// leadingFlags is a group, capturing or not, that starts with global flags.
var leadingFlags = lazy.Regexp{Expr: `\((?:\?:)?\(\?([A-Za-z]+)\)`}

// scopeFlags turns ((?i)x) and (?:(?i)x), which older Pythons accepted, into (?i:x). The group captures no more, as in the
// original. A parenthesis after a backslash opens no group.
func scopeFlags(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range leadingFlags.Get().FindAllStringSubmatchIndex(text, -1) {
		if at[0] > 0 && text[at[0]-1] == '\\' {
			continue
		}
		b.WriteString(text[end:at[0]])
		b.WriteString("(?" + text[at[2]:at[3]] + ":")
		end = at[1]
	}
	b.WriteString(text[end:])
	return b.String()
}

// replaceMatches replaces every match of re by what replace returns for its groups.
func replaceMatches(text string, re *regexp.Regexp, replace func(groups []string) string) string {
	var b strings.Builder
	end := 0
	for _, at := range re.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, 0, len(at)/2)
		for i := 0; i < len(at); i += 2 {
			groups = append(groups, text[at[i]:at[i+1]])
		}
		b.WriteString(text[end:at[0]])
		b.WriteString(replace(groups))
		end = at[1]
	}
	b.WriteString(text[end:])
	return b.String()
}
