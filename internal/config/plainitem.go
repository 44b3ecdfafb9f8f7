package config

import (
	"strings"
	"unicode/utf8"

	"gaol/internal/config/pytext"
)

// plainItem returns where the first item of text ends, for a text that begins with one which has only one reading, as nearly all have: a
// name, and mostly behind it, in brackets, a=1, b="x, y". It reports false where the search must tell.
func plainItem(text string) (end int, ok bool) {
	name := strings.IndexFunc(text, func(r rune) bool { return r == '[' || r >= utf8.RuneSelf || asciiSpace(byte(r)) })
	switch {
	case name < 0:
		return len(text), true
	case name == 0:
		return 0, false
	case text[name] != '[':
		return plainEnd(text, name)
	}
	for at := name + 1; ; {
		at = skipSpace(text, at)
		if at < len(text) && text[at] == ']' {
			return plainEnd(text, at+1)
		}
		if at, ok = plainParam(text, at); !ok {
			return 0, false
		}
		if text[at] == ',' {
			at++
		}
	}
}

// plainParam returns where a parameter that begins at at ends: at a comma or a closing bracket.
func plainParam(text string, at int) (end int, ok bool) {
	start := at
	for at < len(text) && isNameByte(text[at]) {
		at++
	}
	if at == start || at == len(text) || text[at] != '=' {
		return 0, false
	}
	if at++; at < len(text) && strings.IndexByte(quotes, text[at]) >= 0 {
		n := strings.IndexByte(text[at+1:], text[at])
		if n < 0 {
			return 0, false
		}
		at = skipSpace(text, at+n+2)
	} else {
		at += max(strings.IndexAny(text[at:], ",]"), 0)
	}
	return at, at < len(text) && (text[at] == ',' || text[at] == ']')
}

// plainEnd returns where an item ends that may do so at at: before the last white space in front of the next item.
func plainEnd(text string, at int) (end int, ok bool) {
	next := skipSpace(text, at)
	switch {
	case next == len(text):
		return next, true
	case next == at || text[next] == '[' || text[next] >= utf8.RuneSelf:
		return 0, false
	}
	return next - 1, true
}

func skipSpace(text string, at int) int {
	for at < len(text) && asciiSpace(text[at]) {
		at++
	}
	return at
}

func asciiSpace(c byte) bool { return c < utf8.RuneSelf && pytext.IsSpace(rune(c)) }

func isNameByte(c byte) bool {
	return c == '-' || c == '.' || c < utf8.RuneSelf && pytext.IsWord(rune(c))
}
