package regex

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestMayBeName compares what is taken for a name with a regular expression that says it.
func TestMayBeName(t *testing.T) {
	shape := regexp.MustCompile(`(?s)^([\w/.-]+)(\[.*\])?$`)
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("abZ09_/.-[[[]]]^\n é")
	names := 0
	for range 20_000 {
		var arg []rune
		for range r.IntN(8) {
			arg = append(arg, letters[r.IntN(len(letters))])
		}
		got, want := mayBeName(string(arg)), shape.MatchString(string(arg))
		if got != want {
			t.Fatalf("%q: %v, want %v", string(arg), got, want)
		}
		if got {
			names++
		}
	}
	if names < 1000 {
		t.Errorf("only %d names", names)
	}
}
