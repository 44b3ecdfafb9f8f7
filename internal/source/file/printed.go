package file

import (
	"os"
	"path/filepath"

	"gaol/internal/ticket"
)

// EachPrinted hands what a container has printed to emit, line by line, up to the present end of the engine's log f. The line is valid until
// emit returns, whose first error ends it. ok is false, and nothing is handed over, for a file that is no engine's log.
func EachPrinted(f *os.File, emit func(*ticket.Line) error) (ok bool, err error) {
	path, err := filepath.Abs(f.Name())
	if err != nil || !engineLog(path) {
		return false, nil
	}
	e := envelopeIn(f)
	if e == bare {
		return false, nil
	}
	b := &buffer{limit: ticket.DefaultMaxLine}
	window := make([]byte, maxLetters)
	var left streams
	for off := int64(0); ; {
		n, _ := f.ReadAt(window, off) // what cannot be read any more is its end
		used, _, _, cut := b.unwrap(e, window[:n], left, n == len(window))
		if used == 0 {
			return true, nil
		}
		off, left = off+int64(used), cut
		for i := range b.batch.Lines {
			if err := emit(&b.batch.Lines[i]); err != nil {
				return true, err
			}
		}
	}
}
