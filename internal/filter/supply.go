package filter

import (
	"io"

	"gaol/internal/ticket"
)

// A Supply gives lines to test, a block of them at a time. It need not be safe for concurrent use, but one call may come from another
// goroutine than the one before.
type Supply interface {
	// Next returns the next block of lines, or an error: io.EOF when there are no more. The texts of the lines are used until mem is
	// lent once more. So they lie in mem, which always has the same size, or where nobody writes any more.
	Next(mem []byte) (Block, error)
}

// A Block is lines that stand one after the other.
type Block interface {
	// Each hands the lines to emit, in order, and ends with the first error that emit returns. A line is valid until emit returns,
	// its text longer than that. Each may run while the Supply reads the next block.
	Each(emit func(*ticket.Line) error) error
}

// Lines is a Block of lines that are there already.
type Lines []ticket.Line

// Each does what that of Block does.
func (b Lines) Each(emit func(*ticket.Line) error) error {
	for i := range b {
		if err := emit(&b[i]); err != nil {
			return err
		}
	}
	return nil
}

// Supply returns a Supply of the lines alone.
func (b Lines) Supply() Supply { return &oneBlock{b} }

// A oneBlock is a Supply of one block.
type oneBlock struct{ block Block }

func (s *oneBlock) Next([]byte) (Block, error) {
	b := s.block
	if b == nil {
		return nil, io.EOF
	}
	s.block = nil
	return b, nil
}
