package file

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

// TestMuchIsReadAtOnce has a long file read, with lines of all sorts, that grows meanwhile. Its lines come in large batches, and they are
// those that are read in small ones.
func TestMuchIsReadAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	for text.Len() < 4*bulk {
		switch n := r.IntN(4000); {
		case n == 0:
			text.WriteString(strings.Repeat("long ", 300) + "\n")
		case n == 1:
			text.WriteString(strings.Repeat("\x00", 2000) + "after a hole\r\n")
		case n == 2:
			text.WriteString(strings.Repeat("\n", 2*maxBatch))
		case n == 3:
			text.WriteString(strings.Repeat("endless ", bulk/7) + "\n")
		default:
			text.WriteString(strings.Repeat("line", n%50) + "\n")
		}
	}
	b := newBench(t)
	b.write("")
	b.add(Start{})
	b.read()
	b.ends = nil
	b.append(text.String() + "half")
	got := b.read()
	b.append(" of one\n")
	got = append(got, b.read()...)
	data, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slowLines(data, 512), got); d != "" {
		t.Fatalf("lines (-want +got):\n%.3000s", d)
	}
	large, from := 0, int64(0)
	for _, end := range b.ends {
		if end.Offset-from > bulk/4 {
			large++
		}
		from = end.Offset
	}
	if large < 3 {
		t.Errorf("only %d of %d batches are large", large, len(b.ends))
	}
	if at := b.sub.Position(); at != (ticket.Position{Offset: int64(len(data)), Hash: at.Hash}) {
		t.Errorf("the place at the end is %v, the file has %d bytes", at, len(data))
	}
}
