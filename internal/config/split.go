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
	s := newSplitter(text)
	var items []string
	for at := s.inkAt(0); at < len(text); {
		end := s.item(at)
		items = append(items, text[at:end])
		at = s.inkAt(end)
	}
	return items
}

// A splitter finds where items end. Inside brackets several readings are possible, of which the first that leads to a
// closing bracket holds. What was looked for once is looked up afterwards, so that the search takes time in proportion to
// the text, however odd it is.
type splitter struct {
	text string
	// For every place in the text, the next place at or behind it that has
	ink   []int32 // no white space
	blank []int32 // white space
	stop  []int32 // a comma or a closing bracket
	word  []int32 // no character of an option name
	quote [2][]int32

	dead  map[int]bool // places from which no closing bracket is reached
	tried map[int]int  // by the end of an unquoted value: the first place that has been tried as an earlier end
	depth int
}

// maxParams bounds the parameters of one item.
const maxParams = 20_000

const quotes = `"'`

func newSplitter(text string) *splitter {
	n := len(text)
	s := &splitter{text: text, dead: map[int]bool{}, tried: map[int]int{}}
	tables := []*[]int32{&s.ink, &s.blank, &s.stop, &s.word, &s.quote[0], &s.quote[1]}
	for _, t := range tables {
		*t = make([]int32, n+1)
		(*t)[n] = int32(n)
	}
	for i := n - 1; i >= 0; i-- {
		for _, t := range tables {
			(*t)[i] = (*t)[i+1]
		}
		if !utf8.RuneStart(text[i]) {
			continue
		}
		r, _ := utf8.DecodeRuneInString(text[i:])
		switch at := int32(i); {
		case pytext.IsSpace(r):
			s.blank[i], s.word[i] = at, at
		default:
			s.ink[i] = at
			s.mark(at, r)
		}
	}
	return s
}

// mark notes what the character r at a place is.
func (s *splitter) mark(at int32, r rune) {
	if r == ',' || r == ']' {
		s.stop[at] = at
	}
	if r != '-' && r != '.' && !pytext.IsWord(r) {
		s.word[at] = at
	}
	if i := strings.IndexRune(quotes, r); i >= 0 {
		s.quote[i][at] = at
	}
}

func (s *splitter) inkAt(at int) int { return int(s.ink[at]) }

// item returns the end of the item that begins at at.
func (s *splitter) item(at int) int {
	name := int(s.blank[at])
	if i := strings.IndexByte(s.text[at:name], '['); i >= 0 {
		name = at + i
	}
	if name > at {
		if open := s.inkAt(name); open < len(s.text) && s.text[open] == '[' {
			if end, ok := s.group(open + 1); ok {
				return end
			}
		}
		if end, ok := s.ends(name); ok {
			return end
		}
	}
	return int(s.blank[at])
}

// ends reports whether an item may end at at, and where it then does: one white space character separates two items, what
// stands before that belongs to the first.
func (s *splitter) ends(at int) (int, bool) {
	next := s.inkAt(at)
	if next == len(s.text) {
		return next, true
	}
	_, size := utf8.DecodeLastRuneInString(s.text[at:next])
	return next - size, next > at
}

// group returns the end of a bracket group whose inside goes on at at.
func (s *splitter) group(at int) (int, bool) {
	if s.dead[at] || s.depth > maxParams {
		return 0, false
	}
	s.depth++
	defer func() { s.depth-- }()
	if start, ok := s.name(at); ok {
		if end, ok := s.value(start); ok {
			return end, true
		}
	}
	if bracket := s.inkAt(at); bracket < len(s.text) && s.text[bracket] == ']' {
		if end, ok := s.ends(bracket + 1); ok {
			return end, true
		}
	}
	s.dead[at] = true
	return 0, false
}

// name returns where the value begins when an option name, with or without a condition, and an equals sign come next.
func (s *splitter) name(at int) (value int, ok bool) {
	begin := s.inkAt(at)
	end := int(s.word[begin])
	if end == begin || end == len(s.text) {
		return 0, false
	}
	if s.text[end] == '?' {
		key := int(s.word[end+1])
		if key == end+1 || key == len(s.text) || s.text[key] != '=' {
			return 0, false
		}
		if end = int(s.word[key+1]); end == key+1 || end == len(s.text) {
			return 0, false
		}
	}
	return end + 1, s.text[end] == '='
}

// value goes on behind a value that begins at start: a quoted one if there is a partner to the quote, else one that runs to
// the next comma or closing bracket, or to ever earlier places.
func (s *splitter) value(start int) (int, bool) {
	if start < len(s.text) {
		if i := strings.IndexByte(quotes, s.text[start]); i >= 0 && int(s.quote[i][start+1]) < len(s.text) {
			if end, ok := s.afterValue(int(s.quote[i][start+1]) + 1); ok {
				return end, true
			}
		}
	}
	stop := int(s.stop[start])
	from := stop
	if earliest, ok := s.tried[stop]; ok {
		from = min(from, earliest-1)
	}
	for end := from; end >= start; end-- {
		s.tried[stop] = end
		if end < len(s.text) && !utf8.RuneStart(s.text[end]) {
			continue
		}
		if stop, ok := s.afterValue(end); ok {
			return stop, true
		}
	}
	return 0, false
}

// afterValue goes on behind a value, with or without a separator.
func (s *splitter) afterValue(at int) (int, bool) {
	at = s.inkAt(at)
	if n, ok := s.separator(at); ok {
		if end, ok := s.group(s.inkAt(at + n)); ok {
			return end, true
		}
	}
	return s.group(at)
}

// separator returns the length of a comma or "][" at at.
func (s *splitter) separator(at int) (int, bool) {
	switch {
	case at == len(s.text):
		return 0, false
	case s.text[at] == ',':
		return 1, true
	case s.text[at] == ']':
		if next := s.inkAt(at + 1); next < len(s.text) && s.text[next] == '[' {
			return next + 1 - at, true
		}
	}
	return 0, false
}
