package date

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// A place remembers where the previous date was, and the characters around its ends; -1 stands for none.
type place struct {
	start, end            int // in characters
	before, at, in, after rune
}

// samePlace returns the bytes of line in the columns of the previous date, and whether they look as if a date stood there
// again: at each end the character outside is the same as then, or the one inside is the same and no letter or digit. If
// not, the place is the whole line.
func (d *Detector) samePlace(line []byte) (from, to int, same bool) {
	p := &d.place
	start, end := p.start, p.end
	if end >= len(line) || !ascii(line[:end]) {
		start, end = column(line, p.start), column(line, p.end)
	}
	if start < 0 {
		return 0, len(line), false
	}
	left := runeBefore(line, start) == p.before || runeAt(line, start) == p.at && !alphanumeric(p.at)
	if !left {
		return 0, len(line), false
	}
	if end < 0 {
		end = len(line)
		if p.after >= 0 {
			return 0, len(line), false
		}
		return start, end, true
	}
	right := runeAt(line, end) == p.after || runeBefore(line, end) == p.in && !alphanumeric(p.in)
	if !right {
		return 0, len(line), false
	}
	return start, end, true
}

// highBits are those of the bytes of a word, which ASCII has not.
const highBits = 0x8080808080808080

// ascii reports whether text is ASCII, so that its columns are its bytes.
func ascii(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&highBits != 0 {
			return false
		}
	}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// column returns the byte at which character n of line begins, or -1 beyond its end.
func column(line []byte, n int) int {
	if n == unknown {
		return -1
	}
	i := 0
	for ; n > 0; n-- {
		if i >= len(line) {
			return -1
		}
		if line[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(line[i:])
		i += size
	}
	return i
}

// runeAt returns the character that begins at byte i of line, or -1 at its end.
func runeAt(line []byte, i int) rune {
	if i >= len(line) {
		return -1
	}
	if c := line[i]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeRune(line[i:])
	return r
}

// runeBefore returns the character that ends at byte i of line, or -1 at its start.
func runeBefore(line []byte, i int) rune {
	if i <= 0 {
		return -1
	}
	if c := line[i-1]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeLastRune(line[:i])
	return r
}

// alphanumeric reports whether r is a letter or a numeral of any kind.
func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
