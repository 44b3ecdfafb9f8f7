package filter

import (
	"bytes"

	"gaol/internal/date"
)

// cutLines appends to lines where those lines of text that are to be tested stand, without their ends. text must be a Text.
func cutLines(lines []date.Line, text []byte) []date.Line {
	for from := 0; from < len(text); {
		end := from + bytes.IndexByte(text[from:], '\n')
		to := end
		for to > from && text[to-1] == '\r' {
			to--
		}
		if to > from && text[from] != '#' {
			lines = append(lines, date.Line{From: int32(from), To: int32(to)})
		}
		from = end + 1
	}
	return lines
}
