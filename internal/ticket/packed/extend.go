package packed

import (
	"encoding/binary"

	"gaol/internal/ticket"
)

// AppendLines appends lines, for ReadLines or Extend.
func AppendLines(to []byte, lines []ticket.Match) []byte {
	for i := range lines {
		m := &lines[i]
		to = appendText(appendText(appendText(to, m.Before), m.Date), m.After)
	}
	return to
}

// ReadLines returns the n lines that AppendLines made b of, and whether it did. They share b's memory.
func ReadLines(b string, n int) (lines []ticket.Match, ok bool) {
	r := reader{all: b, rest: b}
	if n < 0 || n > len(b)/3 {
		return nil, false
	}
	lines = r.matches(n)
	return lines, !r.bad && r.rest == ""
}

// Lines returns how many lines are in b, which Append made, and these as AppendLines makes them; none for an empty b.
func Lines(b []byte) (n int, lines []byte) {
	at := skipText(b, 0)
	if at < 0 {
		return 0, nil
	}
	have, width := binary.Uvarint(b[at:])
	begin := at + width
	end := begin
	for range 3 * have {
		if end = skipText(b, end); end < 0 {
			return 0, nil
		}
	}
	return int(have), b[begin:end]
}

// Extend appends to to what holds the failure in b, which Append made, with n lines more behind its own, which AppendLines made. It
// does not unpack anything. ok is false, and nothing is done, where it cannot be done this way: if that would move the lines that
// fields point into.
func Extend(to, b []byte, n int, lines []byte) (extended []byte, ok bool) {
	count := skipText(b, 0)
	if count < 0 {
		return to, false
	}
	have, width := binary.Uvarint(b[count:])
	begin, end := len(to), count+width
	if width <= 0 || have > uint64(len(b)) {
		return to, false
	}
	to = binary.AppendUvarint(append(to, b[:count]...), have+uint64(n))
	if len(to)-begin != end {
		return to[:begin], false
	}
	own := end
	for range 3 * have {
		if end = skipText(b, end); end < 0 {
			return to[:begin], false
		}
	}
	to = append(append(to, b[own:end]...), lines...)
	return append(to, b[end:]...), true
}

// skipText returns where the text that stands at an offset of b ends, -1 if there is none.
func skipText(b []byte, at int) int {
	n, width := binary.Uvarint(b[at:])
	if width <= 0 || n > uint64(len(b)-at-width) {
		return -1
	}
	return at + width + int(n)
}
