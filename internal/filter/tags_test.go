package filter

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestTagAt compares what is taken for a tag with a regular expression that says it.
func TestTagAt(t *testing.T) {
	shape := regexp.MustCompile(`^<(/?)([A-Z][A-Z0-9_-]*)(/?)>`)
	r := rand.New(rand.NewPCG(1, 2))
	tags := 0
	for range 20_000 {
		text := []byte("<")
		for range r.IntN(7) {
			text = append(text, `/ABFZ-_09>>a<{[@`[r.IntN(16)])
		}
		got, ok := tagAt(string(text))
		var want tag
		m := shape.FindStringSubmatch(string(text))
		if m != nil {
			want = tag{m[0], m[2], m[1] != "", m[3] != ""}
			tags++
		}
		if got != want || ok != (m != nil) {
			t.Fatalf("%s: %+v, %v, want %+v", text, got, ok, want)
		}
	}
	if tags < 500 {
		t.Errorf("only %d tags", tags)
	}
}
