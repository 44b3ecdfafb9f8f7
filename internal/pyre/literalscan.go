package pyre

import (
	"bytes"
	"slices"
)

// A literal is a text that is looked for by the rarest of its bytes: the search for one byte is the fastest there is.
type literal struct {
	text []byte
	rare int // where in text that byte stands
}

func newLiteral(text string) literal {
	l := literal{text: []byte(text)}
	for i := range len(text) {
		if rarity(text[i]) > rarity(text[l.rare]) {
			l.rare = i
		}
	}
	return l
}

// in reports whether text contains the literal.
func (l *literal) in(text []byte) bool { return l.index(text) >= 0 }

// index returns where in text the literal is first, -1 if it is not.
func (l *literal) index(text []byte) int {
	c := l.text[l.rare]
	for from := l.rare; from < len(text); from++ {
		i := bytes.IndexByte(text[from:], c)
		if i < 0 {
			return -1
		}
		from += i
		if bytes.HasPrefix(text[from-l.rare:], l.text) {
			return from - l.rare
		}
	}
	return -1
}

// isRare reports whether few lines have the byte that text is looked for by as a literal.
func isRare(text string) bool { return hasByteAsRareAs('[', text) }

// hasByteAsRareAs reports whether text has a byte that is at least as rare as c.
func hasByteAsRareAs(c byte, text string) bool {
	return slices.ContainsFunc([]byte(text), func(b byte) bool { return rarity(b) >= rarity(c) })
}

// frequencies has the characters of log lines by how frequent they are: the greater, the more. All others are 0.
var frequencies = [256]uint8{
	' ': 95, 'e': 94, 't': 93, 'a': 92, 'o': 91, 'i': 90, 'n': 89, 's': 88, 'r': 87, 'h': 86, 'l': 85, 'd': 84,
	'c': 83, 'u': 82, 'm': 81, 'f': 80, 'p': 79, 'g': 78, 'w': 77, 'y': 76, 'b': 75, 'v': 74, 'k': 73, '0': 72,
	'1': 71, '2': 70, '3': 69, '4': 68, '5': 67, '6': 66, '7': 65, '8': 64, '9': 63, '.': 62, ':': 61, '=': 60,
	'-': 59, '_': 58, '/': 57, ',': 56, '[': 55, ']': 54, '"': 53, '(': 52, ')': 51, '<': 50, '>': 49, ';': 48,
	'\'': 47, '#': 46, '@': 45, '&': 44, '%': 43, '+': 42, '*': 41, '!': 40, '?': 39, '|': 38, '{': 37, '}': 36,
	'~': 35, '^': 34, '$': 33, '`': 32, '\\': 31, 'x': 30, 'j': 29, 'q': 28, 'z': 27, 'A': 26, 'B': 25, 'C': 24,
	'D': 23, 'E': 22, 'F': 21, 'G': 20, 'H': 19, 'I': 18, 'J': 17, 'K': 16, 'L': 15, 'M': 14, 'N': 13, 'O': 12,
	'P': 11, 'Q': 10, 'R': 9, 'S': 8, 'T': 7, 'U': 6, 'V': 5, 'W': 4, 'X': 3, 'Y': 2, 'Z': 1,
}

// rarity returns a number that is the greater, the less often c is in log lines.
func rarity(c byte) int { return mostFrequent - int(frequencies[c]) }

// mostFrequent is the frequency of the space.
const mostFrequent = 95
