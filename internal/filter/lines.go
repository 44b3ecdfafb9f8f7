package filter

import (
	"bytes"

	"gaol/internal/date"
)

// cutLines appends to lines where those lines of text that are to be tested stand, without their ends. text must be a Text. ok is false
// unless all of it is ASCII; what was appended is of no use then.
func cutLines(lines []date.Line, text []byte) (cut []date.Line, ok bool) {
	lines, from, ok := cutBlocks(lines, text)
	if !ok || !isASCII(text[from:]) {
		return lines, false
	}
	for from < len(text) {
		end := from + bytes.IndexByte(text[from:], '\n')
		lines = appendLine(lines, text, from, end)
		from = end + 1
	}
	return lines, true
}

// appendLine appends the line that begins at from, and whose line feed is at end, if it is to be tested.
func appendLine(lines []date.Line, text []byte, from, end int) []date.Line {
	if end > from && text[end-1] == '\r' {
		end = from + len(trimLineEnds(text[from:end]))
	}
	if end == from || text[from] == '#' {
		return lines
	}
	return append(lines, date.Line{From: int32(from), To: int32(end)})
}
