package filter

import (
	"bytes"

	"gaol/internal/ticket"
)

// A Text is a Block of lines of a file, each with its line feed. Empty ones and comments are not tested.
type Text []byte

// Each does what that of Block does.
func (b Text) Each(emit func(*ticket.Line) error) error {
	var line ticket.Line
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		line.Text, b = b[:end], b[end+1:]
		if Skipped(line.Text) {
			continue
		}
		if err := emit(&line); err != nil {
			return err
		}
	}
	return nil
}

// Skipped reports whether a line is empty or a comment, which a tester of expressions does not test.
func Skipped(line []byte) bool {
	if len(line) > 0 && line[0] != '\r' {
		return line[0] == '#'
	}
	return len(bytes.TrimRight(line, "\r")) == 0
}
