package stdin

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

func TestRead(t *testing.T) {
	many := strings.Repeat("line\n", 5000)
	long := strings.Repeat("x", 3*maxLine)
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"lines", "a\nb\n", []string{"a", "b"}},
		{"no end at the end", "a\nb", []string{"a", "b"}},
		{"carriage returns and blank lines", "a\r\r\n\nb\rc\n", []string{"a", "", "b\rc"}},
		{"more than a batch", many, strings.Split(strings.TrimSuffix(many, "\n"), "\n")},
		{"a long line is cut", "a\n" + long + "\nb\n", []string{"a", long[:maxLine], "b"}},
	}
	for _, tt := range tests {
		for name, in := range map[string]io.Reader{
			"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
		} {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				var got []string
				err := Read(context.Background(), "-", in, source.SinkFunc(func(b *ticket.Batch) {
					for _, l := range b.Lines {
						got = append(got, string(l.Text))
					}
				}))
				if d := cmp.Diff(tt.want, got); d != "" || err != nil {
					t.Errorf("error %v, lines (-want +got):\n%s", err, d)
				}
			})
		}
	}
}

func TestLinesAreNotHeldBack(t *testing.T) {
	in, out := io.Pipe()
	came := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		done <- Read(context.Background(), "-", in, source.SinkFunc(func(b *ticket.Batch) { came <- string(b.Lines[0].Text) }))
	}()
	for _, line := range []string{"one", "two"} {
		_, _ = io.WriteString(out, line+"\nhalf")
		select {
		case got := <-came:
			if !strings.HasSuffix(got, line) {
				t.Errorf("line %q, want %q", got, line)
			}
		case <-time.After(2 * time.Second):
			t.Fatal("no line came")
		}
	}
	broken := errors.New("broken")
	out.CloseWithError(broken)
	if err := <-done; !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
