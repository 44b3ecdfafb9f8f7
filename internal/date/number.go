package date

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"gaol/internal/ticket"
)

// digit reads the decimal digit, of any script, at the start of text: its value and how many bytes it takes, or size 0.
func digit(text []byte) (value, size int) {
	if len(text) == 0 {
		return 0, 0
	}
	if c := text[0]; c < utf8.RuneSelf {
		if c -= '0'; c <= 9 {
			return int(c), 1
		}
		return 0, 0
	}
	r, size := utf8.DecodeRune(text)
	if !unicode.Is(unicode.Nd, r) {
		return 0, 0
	}
	return decimal(r), size
}

// decimal returns the value of a digit. Unicode lays digits out in runs of ten that begin with a zero, and some runs follow
// each other without a gap.
func decimal(r rune) int {
	n := 0
	for unicode.Is(unicode.Nd, r-rune(n)-1) {
		n++
	}
	return n % 10
}

// integer reads a whole number, blanks around it allowed; ok is false when text is none, or has more than nine digits.
func integer(text []byte) (n int, ok bool) {
	if len(text) == 2 && text[0]-'0' <= 9 && text[1]-'0' <= 9 {
		return int(text[0]-'0')*10 + int(text[1]-'0'), true
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, false
	}
	for count := 0; len(text) > 0; count++ {
		d, size := digit(text)
		if size == 0 || count == 9 {
			return 0, false
		}
		n = n*10 + d
		text = text[size:]
	}
	return n, true
}

// longText is the length from which a Unix time without a fraction is in milliseconds, and microseconds in turn.
const (
	milliText = 13
	microText = 16
)

// unixTime reads a Unix time; long ones may be in milliseconds or microseconds.
func unixTime(text []byte, long bool) (seconds ticket.Unix, ok bool) {
	value, ok := fraction(text)
	if !ok || !long {
		return ticket.Unix(value), ok
	}
	length := utf8.RuneCount(text)
	switch {
	case length >= microText && bytes.IndexByte(text, '.') < 0:
		return ticket.Unix(value / 1e6), true
	case length >= milliText:
		return ticket.Unix(value / 1e3), true
	}
	return ticket.Unix(value), true
}

// fraction reads a decimal number with at most one dot.
func fraction(text []byte) (value float64, ok bool) {
	mantissa, read := wordOfDigits(text)
	dot := -1
	for i, c := range text[read:] {
		switch {
		case c-'0' <= 9:
			mantissa = mantissa*10 + uint64(c-'0')
		case c == '.' && dot < 0:
			dot = read + i
		default:
			return longFraction(text)
		}
	}
	digits, decimals := len(text), 0
	if dot >= 0 {
		digits--
		decimals = digits - dot
	}
	if digits == 0 || digits >= len(powers) {
		return longFraction(text)
	}
	return float64(mantissa) / powers[decimals], true // one rounding, hence the nearest double
}

// wordOfDigits reads the first eight digits of text at once, if it begins with so many: neighbours first, then pairs, then
// fours. Else it reads none.
func wordOfDigits(text []byte) (value uint64, read int) {
	if len(text) < word {
		return 0, 0
	}
	v := eight(text)
	const high, threes = 0xf0f0f0f0f0f0f0f0, 0x3030303030303030
	if v&high != threes || (v+0x0606060606060606)&high != threes { // ':' and six are '@'
		return 0, 0
	}
	v &= 0x0f0f0f0f0f0f0f0f
	v = (v*10 + v>>8) & 0x00ff00ff00ff00ff
	v = (v*100 + v>>16) & 0x0000ffff0000ffff
	return (v*10000 + v>>32) & 0xffffffff, word
}

// longFraction is fraction for more digits than a double can hold, and for digits of any script.
func longFraction(text []byte) (value float64, ok bool) {
	const most = 40 // the longest number in a pattern of ours has 21 characters
	var buf [most]byte
	plain := buf[:0]
	for rest := text; len(rest) > 0 && len(plain) < most; {
		if d, size := digit(rest); size > 0 {
			plain, rest = append(plain, byte('0'+d)), rest[size:]
		} else {
			plain, rest = append(plain, rest[0]), rest[1:]
		}
	}
	value, err := strconv.ParseFloat(string(plain), 64)
	return value, err == nil
}

// powers are those of ten, as far as numbers of so many digits are exact in a double.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// taiTime reads the seconds of a TAI64N label: the hexadecimal digits after the "@4" that marks times since 1970.
func taiTime(text []byte) (seconds ticket.Unix, ok bool) {
	const from, to = 2, 17
	if len(text) < to {
		return 0, false
	}
	var n uint64
	for _, c := range text[from:to] {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return ticket.Unix(n), true
}
