package pyre

import (
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// scansOf returns all ways to look for literals at once.
func scansOf(c clause) map[string]*multiScan {
	scans := map[string]*multiScan{"leaps": newLeapingScan(c), "sieve": newSievingScan(c)}
	maps.DeleteFunc(scans, func(_ string, s *multiScan) bool { return s == nil })
	return scans
}

// wanted returns what s looks for: the literals, or maxWindow bytes of each.
func (s *multiScan) wanted() clause {
	var c clause
	for i := range s.parts {
		c = append(c, s.parts[i].literal.text)
	}
	return sorted(c)
}

// has reports whether text contains one of the texts of c.
func (c clause) has(text string) bool {
	return slices.ContainsFunc(c, func(s string) bool { return strings.Contains(text, s) })
}

// TestScansLookForLiterals tells what is looked for of literals of all lengths.
func TestScansLookForLiterals(t *testing.T) {
	rnd := rand.New(rand.NewSource(2))
	for n := minWindow; n < 3*maxWindow; n++ {
		literal := printable(rnd, n)
		for name, scan := range scansOf(clause{literal}) {
			got := scan.wanted()
			if len(got) != 1 || !strings.Contains(literal, got[0]) || len(got[0]) != min(n, maxWindow) {
				t.Errorf("%s: of %q %q is looked for", name, literal, got)
			}
		}
	}
}

// TestScansFindWhatContainsFinds compares all ways to look for literals with the plain one, on texts of few letters in which nearly
// everything nearly matches.
func TestScansFindWhatContainsFinds(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	found := map[string]int{}
	for range 20_000 {
		var c clause
		for range 1 + rnd.Intn(6) {
			c = append(c, letters(rnd, minWindow+rnd.Intn(20)))
		}
		scans := scansOf(c)
		for range 4 {
			text := letters(rnd, rnd.Intn(90))
			if rnd.Intn(4) == 0 {
				text = letters(rnd, rnd.Intn(50)) + c[rnd.Intn(len(c))] + letters(rnd, rnd.Intn(9))
			}
			for name, scan := range scans {
				want := scan.wanted().has(text)
				if got := scan.in([]byte(text)); got != want {
					t.Fatalf("%s: %q in %q: %v, want %v", name, c, text, got, want)
				}
				if want {
					found[name]++
				}
			}
			one := newLiteral(c[0])
			if got, want := one.in([]byte(text)), strings.Contains(text, c[0]); got != want {
				t.Fatalf("%q in %q: %v, want %v", c[0], text, got, want)
			}
		}
	}
	if found["leaps"] < 10_000 || found["sieve"] < 5_000 && canSift() {
		t.Errorf("only so many texts have a literal: %v", found)
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
		{"all but the last byte", clause{long[:maxWindow-1] + "y"}, "a" + long, true, false},
		{"shorter than a window", clause{"abcdef"}, "abcde", true, false},
		{"empty text", clause{"abc"}, "", true, false},
		{"one within another", clause{"abcdef", "bcd"}, "xbcdx", true, true},
		{"equal pairs at the ends", clause{"xxab", "yyab", "ab"}, "", false, false},
		{"not ASCII", clause{"été", "größe"}, "die größe", true, true},
	}
	for _, tt := range tests {
		scans := scansOf(tt.literals)
		if (scans["leaps"] != nil) != tt.ok || !tt.ok && len(scans) > 0 {
			t.Errorf("%s: %v", tt.name, scans)
		}
		for name, s := range scans {
			if s.in([]byte(tt.text)) != tt.in {
				t.Errorf("%s: %s found %v", tt.name, name, !tt.in)
			}
		}
	}
}
