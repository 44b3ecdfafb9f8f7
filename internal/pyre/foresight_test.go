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

// TestGlanceIsRight takes a glance at the end of texts that are searched without.
func TestGlanceIsRight(t *testing.T) {
	rnd := rand.New(rand.NewSource(6))
	ends, matched, bad := []string{"$", `\s*$`, `\Z`, "(?:b|é$)$", `(?: on \S+)?$`, `[^a]?\b$`}, 0, 0
	for range 4_000 {
		pattern := "^" + []string{"(?:", "(", "(?>"}[rnd.Intn(3)] + tangle(rnd, 3) + ")" + []string{"", ".*", `\S+`, " é*"}[rnd.Intn(4)] + ends[rnd.Intn(len(ends))]
		re := mustCompile(t, pattern, 0)
		p := re.program()
		if !p.whole {
			t.Fatalf("%s is said to match other than to the end", pattern)
		}
		for range 5 {
			text := []byte(letters(rnd, rnd.Intn(50)) + []string{"", " ", " é", "é", " on b"}[rnd.Intn(5)] + []string{"", "\n", "b\n"}[rnd.Intn(3)])
			glancing, never := Matcher{prog: p}, Matcher{mode: memoNever}
			glancing.prepare(text)
			badly := glancing.endsBadly()
			found := never.Search(re, text, 0, len(text))
			if badly && found {
				t.Fatalf("%s on %q: ends badly, but matches", pattern, text)
			}
			if badly {
				bad++
			}
			if found {
				matched++
			}
		}
	}
	if matched < 1_000 || bad < 5_000 {
		t.Errorf("%d texts match, %d end badly: the test compares too little", matched, bad)
	}
}

// TestWholeMatches tells which patterns match from the beginning of a text to its end.
func TestWholeMatches(t *testing.T) {
	for pattern, want := range map[string]bool{
		`^a+$`: true, `^a+\Z`: true, `^(?:a|b)$`: true, `^(?P<x>.+)$`: true,
		`a$`: false, `^a`: false, `^(?:a|b$)`: false, `^a(?=b$)`: false, `^(?:b$)?`: false, `^(?>a$)b?`: false, `^a(?<!b$)`: false, `(?m)^a$`: false,
	} {
		if got := mustCompile(t, pattern, 0).program().whole; got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

// TestGlanceSparesWork has a line that fails at its end only, in many ways.
func TestGlanceSparesWork(t *testing.T) {
	re := mustCompile(t, `^left(?: user (?P<user>\S+|.*?))? (?:\d+(?:\.\d+){3}|[-\w.]*\w)(?:(?: (?:port \d+|on \S+)){0,2}|\s*)$`, 0)
	line := []byte("left user root 192.0.2.1 port 4022 [early]\n")
	with, without := Matcher{plain: true}, Matcher{}
	without.prog = re.program()
	without.prepare(line)
	without.pause = engageAt
	if with.Search(re, line, 0, len(line)) || without.tryAt(0) {
		t.Fatal("it matches")
	}
	if with.work > glanceAt+1 || without.work < glanceAt+4 {
		t.Errorf("%d steps with a glance, %d without", with.work, without.work)
	}
}
