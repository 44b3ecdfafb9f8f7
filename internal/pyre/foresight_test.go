package pyre

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// TestForesightIsRight compares what is seen from the end of a text with trying each beginning. Where a pattern has nothing
// but characters, sequences, alternatives and loops the two are the same; otherwise more may look possible, never less.
func TestForesightIsRight(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	exact, seen, hopeless := 0, 0, 0
	for range 4_000 {
		pattern := tangle(rnd, 4) + []string{"", "$", `\Z`, "(?m:$)c?"}[rnd.Intn(4)]
		regular := !strings.Contains(pattern, "(?=") && !strings.Contains(pattern, "(?!") && !strings.Contains(pattern, "(?>")
		re := mustCompile(t, pattern, 0)
		for range 3 {
			text := []byte(letters(rnd, rnd.Intn(10)) + []string{"", "\n", "\n\n", "\nab"}[rnd.Intn(4)])
			early, never := Matcher{prog: re.program(), mode: memoEarly}, Matcher{prog: re.program(), mode: memoNever}
			early.prepare(text)
			for at := range len(text) + 1 {
				never.prepare(text)
				matches := never.tryAt(at)
				if never.gaveUp {
					continue
				}
				possible := early.ahead.possible(0, int32(at))
				if matches && !possible || regular && possible && !matches {
					t.Fatalf("%q on %q at %d: matches %v, possible %v", pattern, text, at, matches, possible)
				}
				seen++
				if regular {
					exact++
				}
				if !possible {
					hopeless++
				}
			}
		}
	}
	if exact < 10_000 || hopeless < 10_000 {
		t.Errorf("%d places compared, %d exactly, %d hopeless: the test compares too little", seen, exact, hopeless)
	}
}

// TestForesightBeyondASCII has patterns and texts whose characters are several bytes.
func TestForesightBeyondASCII(t *testing.T) {
	patterns := []string{`^.é+$`, `^[à-ï]{2,3}x`, `^\W+\w*$`, `^[^a]{3}$`, `^(?:é|.)*x`, `^\w{1,9}é`, `^.{0,12}$`, "^\u2028?.$"}
	texts := []string{"éé", "àéx", "àéïx", "é a", "«»é", "\u2028\u2028", "aéé\n", "€€€", "€é𐍈", "x"}
	for _, pattern := range patterns {
		re := mustCompile(t, pattern, 0)
		for _, text := range texts {
			never, early := Matcher{mode: memoNever}, Matcher{mode: memoEarly}
			want := spans(&never, re, text, 0, len(text))
			if got := spans(&early, re, text, 0, len(text)); !slices.Equal(got, want) {
				t.Errorf("%s on %q: %v, want %v", pattern, text, got, want)
			}
		}
	}
}

// TestForesightIsLimited has a pattern that needs a state for each way to write fifteen letters, and one that is too long.
func TestForesightIsLimited(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	line := []byte("a" + strings.ReplaceAll(letters(rnd, 40_000), "c", "a"))
	re := mustCompile(t, `^a(?:[ab]`+strings.Repeat("[ab]", 13)+`a[ab]*)?$`, 0)
	m := Matcher{mode: memoEarly}
	found := m.Search(re, line, 0, len(line))
	if f := m.foresights[re.program()]; f == nil || m.ahead.foresight != nil || f.spent > 2*foreseeCost || len(f.states) > f.outlook.words {
		t.Errorf("foresight: %+v", f)
	}
	if want := line[15] == 'a'; found != want {
		t.Errorf("found %v, want %v", found, want)
	}
	if o := mustCompile(t, strings.Repeat("[ab]c", mostSpots), 0).program().outlook(); o != nil {
		t.Errorf("an outlook of %d places", len(o.spots))
	}
}
