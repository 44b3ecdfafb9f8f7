package pyre

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// TestScansFindWhatContainsFinds compares both ways to look for literals with the plain one, on texts of few letters in
// which nearly everything nearly matches.
func TestScansFindWhatContainsFinds(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	found := 0
	for range 20_000 {
		var c clause
		for range 1 + rnd.Intn(6) {
			c = append(c, letters(rnd, minWindow+rnd.Intn(20)))
		}
		scan := newMultiScan(c)
		for range 4 {
			text := letters(rnd, rnd.Intn(60))
			if rnd.Intn(4) == 0 {
				text = letters(rnd, rnd.Intn(9)) + c[rnd.Intn(len(c))] + letters(rnd, rnd.Intn(9))
			}
			want := slices.ContainsFunc(c, func(s string) bool { return strings.Contains(text, s) })
			if got := scan.in([]byte(text)); got != want {
				t.Fatalf("%q in %q: %v, want %v", c, text, got, want)
			}
			one := newLiteral(c[0])
			if got, want := one.in([]byte(text)), strings.Contains(text, c[0]); got != want {
				t.Fatalf("%q in %q: %v, want %v", c[0], text, got, want)
			}
			if want {
				found++
			}
		}
	}
	if found < 10_000 {
		t.Errorf("only %d texts have a literal: the test compares nothing", found)
	}
}

func TestScanOfManyLiterals(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name     string
		literals clause
		text     string
		ok, in   bool
	}{
		{"none", nil, "", false, false},
		{"one too short", clause{"abcd", "ab"}, "", false, false},
		{"too many", slices.Repeat(clause{"abc"}, mostScan+1), "", false, false},
		{"longer than a window", clause{long}, "a" + long, true, true},
		{"all but the last byte", clause{long + "y"}, "a" + long, true, false},
		{"shorter than a window", clause{"abcdef"}, "abcde", true, false},
		{"empty text", clause{"abc"}, "", true, false},
		{"one within another", clause{"abcdef", "bcd"}, "xbcdx", true, true},
		{"equal pairs at the ends", clause{"xxab", "yyab", "ab"}, "", false, false},
		{"not ASCII", clause{"été", "größe"}, "die größe", true, true},
	}
	for _, tt := range tests {
		s := newMultiScan(tt.literals)
		if (s != nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, s)
		}
		if s != nil && s.in([]byte(tt.text)) != tt.in {
			t.Errorf("%s: found %v", tt.name, !tt.in)
		}
	}
}
