package pyre

import (
	"bytes"
	"strings"
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

// isRare reports whether few lines have the byte that the literal is looked for by.
func (l *literal) isRare() bool { return rarity(l.text[l.rare]) >= rarity('[') }

// byFrequency has the characters of log lines, the most frequent first.
const byFrequency = " etaoinsrhldcumfpgwybvk0123456789.:=-_/,[]\"()<>;'#@&%+*!?|{}~^$`\\xjqzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// rarity returns a number that is the greater, the less often c is in log lines.
func rarity(c byte) int {
	if k := strings.IndexByte(byFrequency, c); k >= 0 {
		return k
	}
	return len(byFrequency)
}
