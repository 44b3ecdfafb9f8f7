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

// shuffled returns a text of less than n parts.
func shuffled(r *rand.Rand, parts []string, n int) (text string) {
	for range r.IntN(n) {
		text += parts[r.IntN(len(parts))]
	}
	return text
}

// TestScopeFlags compares what is done about flags with a regular expression that finds them.
func TestScopeFlags(t *testing.T) {
	flags := regexp.MustCompile(`\((?:\?:)?\(\?([A-Za-z]+)\)`)
	parts := []string{"(", "(?:", "(?i)", "(?sX)", "(?", "i", ")", `\`, ":", "x", "é", "(?i:"}
	r := rand.New(rand.NewPCG(1, 2))
	changed := 0
	for range 20_000 {
		text := shuffled(r, parts, 9)
		want, done := "", 0
		for _, at := range flags.FindAllStringSubmatchIndex(text, -1) {
			if at[0] == 0 || text[at[0]-1] != '\\' {
				want += text[done:at[0]] + "(?" + text[at[2]:at[3]] + ":"
				done = at[1]
			}
		}
		want += text[done:]
		if got := scopeFlags(text); got != want {
			t.Fatalf("%s: %s, want %s", text, got, want)
		}
		if want != text {
			changed++
		}
	}
	if changed < 1000 {
		t.Errorf("only %d texts are changed", changed)
	}
}

// TestCombinedName compares names that are taken apart with a regular expression that does it.
func TestCombinedName(t *testing.T) {
	shape := regexp.MustCompile(`^(alt|tuple)_(.+?)(?:_\d+)?$`)
	parts := []string{"alt", "tuple", "_", "_", "user", "1", "20", "x", "alt_", "tuple_"}
	r := rand.New(rand.NewPCG(1, 2))
	combined := 0
	for range 20_000 {
		name := shuffled(r, parts, 7)
		target, tuple, ok := combinedName(name)
		m := shape.FindStringSubmatch(name)
		if ok != (m != nil) || ok && (target != m[2] || tuple != (m[1] == "tuple")) {
			t.Fatalf("%s: %s, %v, %v, want %q", name, target, tuple, ok, m)
		}
		if ok {
			combined++
		}
	}
	if combined < 1000 {
		t.Errorf("only %d names are combined", combined)
	}
}
