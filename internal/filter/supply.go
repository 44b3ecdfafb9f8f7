package filter

import (
	"io"

	"gaol/internal/ticket"
)

// A Supply gives lines to test, a block of them at a time. It need not be safe for concurrent use, but one call may come from another
// goroutine than the one before.
type Supply interface {
	// Next hands the lines of the next block to emit, in order, and ends with the first error that emit returns. It returns io.EOF
	// with the last lines or after them. A line is valid until emit returns, but its text until mem is lent once more: it lies in mem
	// or where nobody writes any more. All of mem may be written to, which always has the same size; a block need not fit into it.
	Next(mem []byte, emit func(*ticket.Line) error) error
}

// Lines is a Supply of lines that are there already.
type Lines []ticket.Line

// Next hands over all lines at once.
func (s Lines) Next(_ []byte, emit func(*ticket.Line) error) error {
	for i := range s {
		if err := emit(&s[i]); err != nil {
			return err
		}
	}
	return io.EOF
}
