package config

import (
	"slices"
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
	var s splitter
	return s.split(text)
}

// A splitter finds where items end. Inside brackets several readings are possible, of which the first that leads to a
// closing bracket holds. What was looked for once is looked up afterwards, so that the search takes time in proportion to
// the text, however odd it is. The memory of one text serves for the next.
type splitter struct {
	text string
	next []ahead // for every place in the text, and its end

	dead  map[int]bool // places from which no closing bracket is reached
	tried map[int]int  // by the end of an unquoted value: the first place that has been tried as an earlier end
	depth int
}

// An ahead is where the next place is, at or behind a place in the text, that has
type ahead struct {
	ink   int32 // no white space
	blank int32 // white space
	stop  int32 // a comma or a closing bracket
	word  int32 // no character of an option name
	quote [len(quotes)]int32
}

func (s *splitter) split(text string) (items []string) {
	for at := skipSpace(text, 0); at < len(text); {
		n, ok := plainItem(text[at:])
		if !ok {
			return s.search(text, at, items)
		}
		items = append(items, text[at:at+n])
		at = skipSpace(text, at+n)
	}
	return items
}

// search appends the items of text at or behind at.
func (s *splitter) search(text string, at int, items []string) []string {
	s.look(text)
	for at = s.inkAt(at); at < len(text); {
		end := s.item(at)
		items = append(items, text[at:end])
		at = s.inkAt(end)
	}
	return items
}

// maxParams bounds the parameters of one item.
const maxParams = 20_000

const quotes = `"'`

// look fills the table.
func (s *splitter) look(text string) {
	n := len(text)
	s.text, s.next = text, slices.Grow(s.next[:0], n+1)[:n+1]
	s.dead, s.tried, s.depth = nil, nil, 0
	end := int32(n)
	p := ahead{end, end, end, end, [...]int32{end, end}}
	s.next[n] = p
	for i := n - 1; i >= 0; i-- {
		if utf8.RuneStart(text[i]) {
			r, _ := utf8.DecodeRuneInString(text[i:])
			p.mark(int32(i), r)
		}
		s.next[i] = p
	}
}

// mark notes what the character r at a place is.
func (p *ahead) mark(at int32, r rune) {
	if pytext.IsSpace(r) {
		p.blank, p.word = at, at
		return
	}
	p.ink = at
	if r == ',' || r == ']' {
		p.stop = at
	}
	if r != '-' && r != '.' && !pytext.IsWord(r) {
		p.word = at
	}
	if i := strings.IndexRune(quotes, r); i >= 0 {
		p.quote[i] = at
	}
}

func (s *splitter) inkAt(at int) int { return int(s.next[at].ink) }

// item returns the end of the item that begins at at.
func (s *splitter) item(at int) int {
	name := int(s.next[at].blank)
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
	return int(s.next[at].blank)
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
	if s.dead == nil {
		s.dead = map[int]bool{}
	}
	s.dead[at] = true
	return 0, false
}

// name returns where the value begins when an option name, with or without a condition, and an equals sign come next.
func (s *splitter) name(at int) (value int, ok bool) {
	begin := s.inkAt(at)
	end := int(s.next[begin].word)
	if end == begin || end == len(s.text) {
		return 0, false
	}
	if s.text[end] == '?' {
		key := int(s.next[end+1].word)
		if key == end+1 || key == len(s.text) || s.text[key] != '=' {
			return 0, false
		}
		if end = int(s.next[key+1].word); end == key+1 || end == len(s.text) {
			return 0, false
		}
	}
	return end + 1, s.text[end] == '='
}

// value goes on behind a value that begins at start: a quoted one if there is a partner to the quote, else one that runs to
// the next comma or closing bracket, or to ever earlier places.
func (s *splitter) value(start int) (int, bool) {
	if start < len(s.text) {
		if i := strings.IndexByte(quotes, s.text[start]); i >= 0 && int(s.next[start+1].quote[i]) < len(s.text) {
			if end, ok := s.afterValue(int(s.next[start+1].quote[i]) + 1); ok {
				return end, true
			}
		}
	}
	stop := int(s.next[start].stop)
	from := stop
	if earliest, ok := s.tried[stop]; ok {
		from = min(from, earliest-1)
	}
	if s.tried == nil {
		s.tried = map[int]int{}
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
