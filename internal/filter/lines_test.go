package filter

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gaol/internal/date"
	"gaol/internal/ticket"
)

// TestLinesAreCutAsTheyComeOneByOne compares lines that are cut out of a text at once with those that a Text hands over.
func TestLinesAreCutAsTheyComeOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var lines []date.Line
	for range 2000 {
		text := make(Text, r.IntN(300))
		for i := range text {
			text[i] = "\n\n\r\r#a b"[r.IntN(4+r.IntN(5))]
		}
		text = append(text, '\n')
		var want, got []string
		_ = text.Each(func(l *ticket.Line) error {
			want = append(want, string(trimLineEnds(l.Text)))
			return nil
		})
		lines = cutLines(lines[:0], text)
		for _, l := range lines {
			got = append(got, string(text[l.From:l.To]))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}
