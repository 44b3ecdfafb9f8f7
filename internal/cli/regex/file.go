package regex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gaol/internal/filter"
	"gaol/internal/source/file"
	"gaol/internal/ticket"
)

// A fileLog reads a file.
type fileLog struct {
	file     *os.File
	encoding string
	printed  *pump // of a container, if the file is its engine's log
}

func (g *fileLog) Name() string { return g.file.Name() }
func (*fileLog) Dated() bool    { return false }

func (g *fileLog) Lines(ctx context.Context) filter.Supply {
	if each, ok := file.Printed(g.file); ok {
		g.printed = newPump(ctx, func(_ context.Context, emit func(*ticket.Line) error) error {
			return each(func(l *ticket.Line) error {
				if filter.Skipped(l.Text) {
					return nil
				}
				return emit(l)
			})
		})
		return g.printed
	}
	text, _ := filter.WideReader(g.file, g.encoding)
	return &lineReader{ctx: ctx, in: text, name: g.file.Name()}
}

// Close closes the file once nobody reads it any more.
func (g *fileLog) Close() error {
	if g.printed != nil {
		g.printed.stop()
	}
	return g.file.Close()
}

// longest is how many bytes of a line are handed over, which is more than is looked at.
const longest = 2 * ticket.DefaultMaxLine

// A lineReader is the lines of a text.
type lineReader struct {
	ctx  context.Context
	in   io.Reader
	name string
	rest []byte // read already, most often the beginning of a line
}

// Next fills mem once and returns the whole lines in it.
func (r *lineReader) Next(mem []byte) (filter.Block, error) {
	lines, err := r.read(mem)
	if err != nil {
		return nil, err
	}
	return filter.Text(lines), nil
}

// read fills mem with what comes next and returns the whole lines of that, with their line feeds. What has none at the end of the file
// may still grow and is left alone, as in the server.
func (r *lineReader) read(mem []byte) (lines []byte, err error) {
	from, to := 0, copy(mem, r.rest)
	r.rest = r.rest[:0]
	for {
		if last := bytes.LastIndexByte(mem[from:to], '\n'); last >= 0 {
			end := from + last + 1
			r.rest = append(r.rest, mem[end:to]...)
			return mem[:end], nil
		}
		if to == len(mem) {
			return r.long(mem)
		}
		n, err := r.more(mem[to:])
		if err != nil {
			return nil, err
		}
		from, to = to, to+n
	}
}

// long returns a line that begins with begun, of which no end was read yet. What it has beyond longest is left out.
func (r *lineReader) long(begun []byte) (line []byte, err error) {
	mem := make([]byte, longest+len(begun)) // the last part is for what is left out
	to := copy(mem, begun)
	for {
		n, err := r.more(mem[to : to+len(begun)]) // so that the rest fits into a block
		if err != nil {
			return nil, err
		}
		if end := bytes.IndexByte(mem[to:to+n], '\n'); end >= 0 {
			end += to
			r.rest = append(r.rest, mem[end+1:to+n]...)
			if end > longest {
				mem[longest], end = '\n', longest
			}
			return mem[:end+1], nil
		}
		to = min(to+n, longest)
	}
}

// more reads into mem. An error comes alone.
func (r *lineReader) more(mem []byte) (n int, err error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	switch n, err = r.in.Read(mem); {
	case n > 0 || err == nil:
		return n, nil // the error comes again
	case errors.Is(err, io.EOF):
		return 0, io.EOF
	}
	return 0, fmt.Errorf("read %s: %w", r.name, err)
}
