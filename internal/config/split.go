package config

import (
	"strings"
	"unicode/utf8"

	"gaol/internal/config/pytext"
)

// SplitWords splits an address list at white space and commas and drops empty words.
func SplitWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || pytext.IsSpace(r) })
}

// SplitWithOptions splits a list of definitions, such as the value of action, at white space outside brackets. It judges
// no item: ParseDefinition does.
func SplitWithOptions(text string) []string {
	s := splitter{text: text, dead: map[int]bool{}}
	var items []string
	for at := skipSpace(text, 0); at < len(text); {
		end := s.item(at)
		items = append(items, text[at:end])
		at = skipSpace(text, end)
	}
	return items
}

func skipSpace(text string, at int) int {
	return len(text) - len(strings.TrimLeftFunc(text[at:], pytext.IsSpace))
}

// A splitter finds where items end. Inside brackets several readings are possible, of which the first that leads to a
// closing bracket holds; dead remembers the places from which none does, so that the search stays short.
type splitter struct {
	text  string
	dead  map[int]bool
	steps int
}

// maxSteps bounds the search within one list. Beyond it the list is split at white space alone.
const maxSteps = 1 << 20

// item returns the end of the item that begins at at.
func (s *splitter) item(at int) int {
	name := at + strings.IndexFunc(s.text[at:]+" ", func(r rune) bool { return r == '[' || pytext.IsSpace(r) })
	if name > at {
		if open := skipSpace(s.text, name); open < len(s.text) && s.text[open] == '[' {
			if end, ok := s.group(open + 1); ok {
				return end
			}
		}
		if end, ok := s.ends(name); ok {
			return end
		}
	}
	return at + strings.IndexFunc(s.text[at:]+" ", pytext.IsSpace)
}

// ends reports whether an item may end at at, and where it then does: one white space character separates two items, what
// stands before that belongs to the first.
func (s *splitter) ends(at int) (int, bool) {
	next := skipSpace(s.text, at)
	if next == len(s.text) {
		return next, true
	}
	_, size := utf8.DecodeLastRuneInString(s.text[at:next])
	return next - size, next > at
}

// group returns the end of a bracket group whose inside goes on at at.
func (s *splitter) group(at int) (int, bool) {
	if s.steps++; s.dead[at] || s.steps > maxSteps {
		return 0, false
	}
	if p, ok := scanParam(s.text[at:]); ok {
		if end, ok := s.values(at+p.start, at+p.end); ok {
			return end, true
		}
	}
	if bracket := skipSpace(s.text, at); bracket < len(s.text) && s.text[bracket] == ']' {
		if end, ok := s.ends(bracket + 1); ok {
			return end, true
		}
	}
	s.dead[at] = true
	return 0, false
}

// values tries the ends that a value may have, the wanted one first, then for an unquoted value ever shorter ones.
func (s *splitter) values(start, end int) (int, bool) {
	if stop, ok := s.afterValue(end); ok {
		return stop, true
	}
	if n := strings.IndexAny(s.text[start:], ",]"); n >= 0 {
		end = start + n
	} else {
		end = len(s.text)
	}
	for ; end >= start; end-- {
		if !utf8.RuneStart(byteAt(s.text, end)) {
			continue
		}
		if stop, ok := s.afterValue(end); ok {
			return stop, true
		}
		if s.steps++; s.steps > maxSteps {
			return 0, false
		}
	}
	return 0, false
}

// afterValue goes on behind a value, with or without a separator.
func (s *splitter) afterValue(at int) (int, bool) {
	at = skipSpace(s.text, at)
	if n, ok := separator(s.text[at:]); ok && n > 0 {
		if end, ok := s.group(skipSpace(s.text, at+n)); ok {
			return end, true
		}
	}
	return s.group(at)
}

func byteAt(s string, i int) byte {
	if i == len(s) {
		return 0
	}
	return s[i]
}
