package filter

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gaol/internal/date"
	"gaol/internal/ticket"
)

// checkLines compares the lines that are cut out of a text at once with those that it hands over one by one.
func checkLines(t *testing.T, text Text) {
	t.Helper()
	lines, ok := cutLines([]date.Line{{From: 7}}, text)
	if ok != !slices.ContainsFunc(text, func(c byte) bool { return c > 127 }) {
		t.Fatalf("%q: ASCII: %v", text, ok)
	}
	if !ok {
		return
	}
	var want, got []string
	_ = text.Each(func(l *ticket.Line) error {
		want = append(want, string(trimLineEnds(l.Text)))
		return nil
	})
	for _, l := range lines[1:] {
		got = append(got, string(text[l.From:l.To]))
	}
	if !slices.Equal(got, want) || lines[0].From != 7 {
		t.Fatalf("%q:\ngot  %q\nwant %q", text, got, want)
	}
}

func TestLinesAreCutAsTheyComeOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	beyond := 0
	for range 4000 {
		text := make(Text, r.IntN(1+r.IntN(10000)))
		usual := 1 + r.IntN(100) // bytes of a line
		for i := range text {
			text[i] = byte(r.IntN(128))
			if r.IntN(usual) == 0 {
				text[i] = "\n\n\r#"[r.IntN(4)]
			}
		}
		text = append(text, '\n')
		if r.IntN(4) == 0 && len(text) > 1 {
			text[r.IntN(len(text)-1)] |= 0x80
			beyond++
		}
		checkLines(t, text)
	}
	if beyond < 500 {
		t.Errorf("%d texts beyond ASCII", beyond)
	}
}

func FuzzCutLines(f *testing.F) {
	f.Add([]byte("a\r\n\r\n#b\nc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		checkLines(t, append(Text(text), '\n'))
	})
}
