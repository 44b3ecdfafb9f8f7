package file

import (
	"os"
	"path/filepath"

	"gaol/internal/ticket"
)

// Printed returns a function that hands what a container has printed to emit, line by line, up to the present end of the engine's log f. A
// line is valid until emit returns, whose first error ends it. ok is false for a file that is no engine's log.
func Printed(f *os.File) (each func(emit func(*ticket.Line) error) error, ok bool) {
	path, err := filepath.Abs(f.Name())
	if err != nil || !engineLog(path) {
		return nil, false
	}
	e := envelopeIn(f)
	if e == bare {
		return nil, false
	}
	return func(emit func(*ticket.Line) error) error { return eachPrinted(f, e, emit) }, true
}

func eachPrinted(f *os.File, e envelope, emit func(*ticket.Line) error) error {
	b := &buffer{limit: ticket.DefaultMaxLine}
	window := make([]byte, maxLetters)
	var left streams
	for off := int64(0); ; {
		n, _ := f.ReadAt(window, off) // what cannot be read any more is its end
		used, _, _, cut := b.unwrap(e, window[:n], left, n == len(window))
		if used == 0 {
			return nil
		}
		off, left = off+int64(used), cut
		for i := range b.batch.Lines {
			if err := emit(&b.batch.Lines[i]); err != nil {
				return err
			}
		}
	}
}
