package layers

import (
	"fmt"
	"unicode/utf8"
)

// chunk is how much the original decodes at a time: positions in its messages count from the start of a chunk, or of the
// character that the chunk before had left unfinished.
const chunk = 8192

// decodeError says, in the original's words, why text is no UTF-8.
func decodeError(text string) string {
	rest := text
	for size := min(chunk, len(rest)); ; {
		at := validPrefix(rest[:size])
		last := size == len(rest)
		if n, why := fault(rest[at:size], last); n > 0 {
			return describe(rest[at:], at, n, why)
		}
		if last {
			return "" // valid after all
		}
		rest = rest[at:]
		size = min(size-at+chunk, len(rest))
	}
}

func validPrefix(s string) int {
	i := 0
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		i += n
	}
	return i
}

// fault judges the bytes s at which decoding stopped: how many of them are wrong, and why. Zero means that they are the
// beginning of a character, or none, and more may follow.
func fault(s string, last bool) (n int, why string) {
	if s == "" {
		return 0, ""
	}
	want := sequence(s[0])
	if want == 0 {
		return 1, "invalid start byte"
	}
	for i := 1; i < want; i++ {
		if i == len(s) {
			if last {
				return i, "unexpected end of data"
			}
			return 0, ""
		}
		if !continues(s, i) {
			return i, "invalid continuation byte"
		}
	}
	return 0, ""
}

// sequence returns the number of bytes that a character beginning with b has, 0 if none does.
func sequence(b byte) int {
	switch {
	case b >= 0xc2 && b <= 0xdf:
		return 2
	case b >= 0xe0 && b <= 0xef:
		return 3
	case b >= 0xf0 && b <= 0xf4:
		return 4
	}
	return 0
}

// continues reports whether s[i] can go on what s[0] began. The second byte tells overlong forms, surrogates and numbers
// beyond Unicode.
func continues(s string, i int) bool {
	lowest, highest := byte(0x80), byte(0xbf)
	if i == 1 {
		switch s[0] {
		case 0xe0:
			lowest = 0xa0
		case 0xed:
			highest = 0x9f
		case 0xf0:
			lowest = 0x90
		case 0xf4:
			highest = 0x8f
		}
	}
	return s[i] >= lowest && s[i] <= highest
}

func describe(s string, at, n int, why string) string {
	if n == 1 {
		return fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: %s", s[0], at, why)
	}
	return fmt.Sprintf("'utf-8' codec can't decode bytes in position %d-%d: %s", at, at+n-1, why)
}
