// Package stdin reads lines from a stream that cannot be read twice: standard input, or a pipe.
//
// In goes a reader; out come batches of raw lines, each line once, in order. A last line without line end counts, because
// nothing can come after it. It keeps no positions.
package stdin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

const (
	maxBatch = 1024     // lines
	maxLine  = 64 << 10 // bytes of a line that are handed over
)

// Read hands the lines of in to sink until in ends, which is no error, or ctx is done. name is the Source of the batches. Lines
// that have come are not held back while in is waiting for more.
//
// A Read that waits for input cannot be interrupted: close in for that.
func Read(ctx context.Context, name string, in io.Reader, sink source.Sink) error {
	r := bufio.NewReaderSize(in, 2*maxLine)
	b := ticket.Batch{Source: name, Live: true}
	var text []byte // of the lines in b
	for ctx.Err() == nil {
		var err error
		text, err = gather(r, text[:0], &b)
		if len(b.Lines) > 0 {
			sink.Lines(&b)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// gather fills b with lines as long as they can be had without waiting, but for the first.
func gather(r *bufio.Reader, text []byte, b *ticket.Batch) ([]byte, error) {
	ends := make([]int, 0, maxBatch)
	var err error
	for len(ends) < maxBatch && len(text) < maxLine {
		start := len(text)
		if text, err = appendLine(r, text); err != nil && len(text) == start {
			break
		}
		ends = append(ends, len(text))
		if err != nil || !lineWaits(r) {
			break
		}
	}
	b.Lines = b.Lines[:0]
	start := 0
	for _, end := range ends {
		b.Lines = append(b.Lines, ticket.Line{Text: bytes.TrimRight(text[start:end], "\r\n")})
		start = end
	}
	return text, err
}

// appendLine appends the next line, with its end, and of a long one the first part.
func appendLine(r *bufio.Reader, text []byte) ([]byte, error) {
	start := len(text)
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part[:min(len(part), maxLine-min(maxLine, len(text)-start))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
	}
}

// lineWaits reports whether a whole line is buffered.
func lineWaits(r *bufio.Reader) bool {
	waiting, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(waiting, '\n') >= 0
}
