package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gaol/internal/filter"
	"gaol/internal/source/file"
	"gaol/internal/ticket"
)

// A regexLog is where the lines to test come from.
type regexLog interface {
	Name() string
	Dated() bool // its lines bring their time along
	// Each hands over the lines that are to be tested, one after the other; a line is valid until emit returns. It ends with the
	// first error, which it returns.
	Each(ctx context.Context, emit func(*ticket.Line) error) error
	Close() error
}

// openRegexLog finds out what the log argument means: a file, the journal, or the line itself. A mistyped file name is tested as
// a line, as in the original; so it says what it takes.
func openRegexLog(o *regexOptions, p *filter.Program, journalMatch []string, h *regexHeader) (regexLog, error) {
	encoding := func() { h.line("encoding", p.LogEncoding()) }
	if info, err := os.Stat(o.log); err == nil && !info.IsDir() {
		f, err := os.Open(o.log)
		if err != nil {
			return nil, wrong("%v", err)
		}
		h.line("log file", o.log)
		encoding()
		return &fileLog{name: o.log, file: f, encoding: p.LogEncoding()}, nil
	}
	if strings.HasPrefix(o.log, "systemd-journal") {
		h.print("Use         systemd journal\n")
		encoding()
		if o.journalMatch != "" {
			journalMatch = []string{o.journalMatch}
		}
		return openJournal(o.log, journalMatch, h)
	}
	if !joinedLines(o.log, p.MaxLines()) {
		h.line("single line", shorten(o.log))
		return &literalLog{lines: []string{o.log}}, nil
	}
	lines := strings.Split(o.log, "\n")
	h.print(fmt.Sprintf("Use %15s : %d line(s)\n", "multi line", len(lines)))
	for i, l := range lines {
		if i == 5 {
			h.print("| ...\n")
			break
		}
		h.print(fmt.Sprintf("| %2d: %s\n", i+1, shorten(l)))
	}
	h.print("`-\n")
	return &literalLog{lines: lines}, nil
}

// skipped reports whether a line is empty or a comment, which are not tested.
func skipped(line []byte) bool {
	if len(line) > 0 && line[0] != '\r' {
		return line[0] == '#'
	}
	return len(bytes.TrimRight(line, "\r")) == 0
}

// A literalLog is log lines from the command line.
type literalLog struct{ lines []string }

func (*literalLog) Name() string { return "" }
func (*literalLog) Dated() bool  { return false }
func (*literalLog) Close() error { return nil }

func (g *literalLog) Each(_ context.Context, emit func(*ticket.Line) error) error {
	for _, text := range g.lines {
		line := ticket.Line{Text: []byte(text)}
		if skipped(line.Text) {
			continue
		}
		if err := emit(&line); err != nil {
			return err
		}
	}
	return nil
}

// A fileLog reads a file.
type fileLog struct {
	name     string
	file     *os.File
	encoding string
}

func (g *fileLog) Name() string { return g.name }
func (*fileLog) Dated() bool    { return false }
func (g *fileLog) Close() error { return g.file.Close() }

// fileBuffer holds the longest line that is read whole; the filter looks at less than that anyway.
const fileBuffer = 256 << 10

func (g *fileLog) Each(ctx context.Context, emit func(*ticket.Line) error) error {
	printed, err := file.EachPrinted(g.file, func(l *ticket.Line) error {
		if err := ctx.Err(); err != nil || skipped(l.Text) {
			return err
		}
		return emit(l)
	})
	if printed {
		return err
	}
	text, _ := filter.WideReader(g.file, g.encoding)
	in := bufio.NewReaderSize(text, fileBuffer)
	var line ticket.Line
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		text, err := readLine(in)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil // what has no line end may still grow and is left alone, as in the server
			}
			return fmt.Errorf("read %s: %w", g.name, err)
		}
		if skipped(text) {
			continue
		}
		line.Text = text
		if err := emit(&line); err != nil {
			return err
		}
	}
}

// readLine returns the next line without its line feed; of one that is longer than the buffer, just the beginning.
func readLine(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadSlice('\n')
	if err == nil {
		return text[:len(text)-1], nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, err
	}
	text = bytes.Clone(text)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	return text, err
}
