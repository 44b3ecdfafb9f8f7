package regex

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// readLines returns the lines of text, read by as much memory as given and from a reader that wrap changes.
func readLines(text string, memory int, wrap func(io.Reader) io.Reader) (lines []string, err error) {
	r := &lineReader{ctx: context.Background(), in: wrap(strings.NewReader(text)), name: "x"}
	mem := make([]byte, memory)
	for err == nil {
		clear(mem)
		var block filter.Block
		if block, err = r.Next(mem); err != nil {
			break
		}
		err = block.Each(func(l *ticket.Line) error {
			lines = append(lines, string(l.Text))
			return nil
		})
	}
	return lines, err
}

// TestLineReader reads all kinds of lines in all kinds of pieces.
func TestLineReader(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	var want []string
	for range 400 {
		line := strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(1<<r.IntN(8)))
		switch r.IntN(60) {
		case 0:
			line = strings.Repeat("long", longest/4+r.IntN(3)) + "er"
		case 1:
			line = strings.Repeat("x", longest-1+r.IntN(3))
		case 2:
			line = "#" + line
		}
		text.WriteString(line + "\n")
		if len(line) > 0 && line[0] != '#' {
			want = append(want, line[:min(len(line), longest)])
		}
	}
	text.WriteString("unfinished")
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"whole":       func(r io.Reader) io.Reader { return r },
		"halves":      iotest.HalfReader,
		"by the byte": iotest.OneByteReader,
		"early end":   iotest.DataErrReader,
	} {
		for _, memory := range []int{16, 100, 1000, 64 << 10, longest} {
			got, err := readLines(text.String(), memory, wrap)
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s, %d bytes: %v", name, memory, err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, %d bytes (-want +got):\n%.600s", name, memory, d)
			}
		}
	}
}

func TestLineReaderTellsWhatWentWrong(t *testing.T) {
	broken := errors.New("broken")
	got, err := readLines("a\nb\nc", 64, func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) })
	if d := cmp.Diff([]string{"a", "b"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !errors.Is(err, broken) || err.Error() != "read x: broken" {
		t.Errorf("got %v", err)
	}
}

func TestLineReaderStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &lineReader{ctx: ctx, in: strings.NewReader(strings.Repeat("a\n", 100)), name: "x"}
	lines := 0
	stop := errors.New("enough")
	block, err := r.Next(make([]byte, 64))
	if err != nil {
		t.Fatal(err)
	}
	if err := block.Each(func(*ticket.Line) error { lines++; return stop }); err != stop || lines != 1 {
		t.Errorf("got %v after %d lines", err, lines)
	}
	cancel()
	if _, err := r.Next(make([]byte, 64)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPumpEndsWhenNobodyAsks(t *testing.T) {
	ended := make(chan error, 1)
	p := newPump(context.Background(), func(ctx context.Context, emit func(*ticket.Line) error) (err error) {
		defer func() { ended <- err }()
		text := []byte("a")
		for err == nil {
			err = emit(&ticket.Line{Text: text})
			text[0] = 'b' // it is lent only
		}
		return err
	})
	block, err := p.Next(nil)
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	_ = block.Each(func(l *ticket.Line) error { first = append(first, l.Text...); return nil })
	p.stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if want := "a" + strings.Repeat("b", pumped-1); !bytes.Equal(first, []byte(want)) {
		t.Errorf("got %q", first)
	}
}

func TestPumpTellsTheErrorLast(t *testing.T) {
	broken := errors.New("broken")
	p := newPump(context.Background(), func(_ context.Context, emit func(*ticket.Line) error) error {
		for range 3 {
			if err := emit(&ticket.Line{Text: []byte("a")}); err != nil {
				return err
			}
		}
		return broken
	})
	defer p.stop()
	lines := 0
	block, err := p.Next(nil)
	for ; err == nil; block, err = p.Next(nil) {
		_ = block.Each(func(*ticket.Line) error { lines++; return nil })
	}
	if err != broken || lines != 3 {
		t.Errorf("%d lines, then %v", lines, err)
	}
}
