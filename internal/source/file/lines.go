package file

import "bytes"

// Newline tells how a line end looks in a file's bytes. A log in UTF-16 or UTF-32 has the byte 0x0A in the middle of other
// characters, so it must be cut at whole code units.
type Newline uint8

// The forms of a line end; LF is right for UTF-8 and every other encoding that keeps ASCII.
const (
	LF Newline = iota
	UTF16LE
	UTF16BE
	UTF32LE
	UTF32BE
)

// NewlineOf returns the form in which a line feed has the given bytes; LF where there is none.
func NewlineOf(feed []byte) Newline {
	for _, n := range []Newline{UTF16LE, UTF16BE, UTF32LE, UTF32BE} {
		if n.width() == len(feed) && n.is(feed, '\n') {
			return n
		}
	}
	return LF
}

// width returns the bytes of one code unit.
func (n Newline) width() int {
	switch n {
	case UTF16LE, UTF16BE:
		return 2
	case UTF32LE, UTF32BE:
		return 4
	}
	return 1
}

// is reports whether the code unit u is the ASCII character c.
func (n Newline) is(u []byte, c byte) bool {
	at := 0
	if n == UTF16BE || n == UTF32BE {
		at = len(u) - 1
	}
	for i, b := range u {
		if (i == at && b != c) || (i != at && b != 0) {
			return false
		}
	}
	return true
}

// index returns where the first line end of data begins, or -1. data must begin at a code unit.
func (n Newline) index(data []byte) int {
	if n == LF {
		return bytes.IndexByte(data, '\n')
	}
	w := n.width()
	for i := 0; i+w <= len(data); i += w {
		if n.is(data[i:i+w], '\n') {
			return i
		}
	}
	return -1
}

// trim cuts the carriage returns off the end of line.
func (n Newline) trim(line []byte) []byte {
	w := n.width()
	for len(line) >= w && n.is(line[len(line)-w:], '\r') {
		line = line[:len(line)-w]
	}
	return line
}

// next takes the first line off data: its text without line feed, and how many bytes it took, which is 0 when data holds no
// whole line. NUL bytes in front of a line are left out: they are the hole that a writer leaves who goes on at his old offset
// after a truncation, or the block that a crash left unwritten.
func (n Newline) next(data []byte) (text []byte, size int) {
	end := n.index(data)
	if end < 0 {
		return nil, 0
	}
	text = data[:end]
	if n == LF && end > 0 && text[0] == 0 {
		text = text[leadingNULs(text):]
	}
	return text, end + n.width()
}

// leadingNULs counts the NUL bytes at the start of data.
func leadingNULs(data []byte) int {
	for i, b := range data {
		if b != 0 {
			return i
		}
	}
	return len(data)
}
