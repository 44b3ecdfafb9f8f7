package pyre

import (
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// candidatesOf returns the indexes of the candidates of a set for text.
func candidatesOf(s *Set, text string) []int {
	var c Candidates
	var out []int
	c.Start(s, []byte(text))
	for i := c.Next(); i >= 0; i = c.Next() {
		out = append(out, i)
	}
	return out
}

func TestCandidates(t *testing.T) {
	patterns := []string{
		`^Failed \S+ for`,         // 0
		`^(?:error: )?Failed key`, // 1
		`^\d{2}:`,                 // 2
		`no anchor`,               // 3
		`^$`,                      // 4
		`^.*: denied by rule`,     // 5
		`^é`,                      // 6
		`^(?i:fail)`,              // 7
		`^F(?=x)`,                 // 8: what a look-ahead sees does not count
		`^(?>ab|c)d`,              // 9
	}
	var regexes []*Regexp
	for _, p := range patterns {
		regexes = append(regexes, mustCompile(t, p, 0))
	}
	set := NewSet(regexes)
	tests := []struct {
		name, text string
		want       []int
	}{
		{"by first bytes", "Failed password for root", []int{0, 7, 8}},
		{"an optional beginning", "error: Failed key", []int{1}},
		{"digits", "12: x", []int{2}},
		{"without an anchor by its literal", "see, no anchor", []int{3}},
		{"an empty text passes what has no literal", "", []int{0, 2, 4, 7, 8, 9}},
		{"a line feed ends the text", "\n", []int{4}},
		{"by literal further on", "x: denied by rule", []int{5}},
		{"not ASCII", "ébc", []int{6}},
		{"shorter than what is looked at", "Fx", []int{8}},
		{"atomic", "abd", []int{9}},
		{"nothing", "zzzzzzzzz", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := candidatesOf(set, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestCandidatesOfManyRegexes(t *testing.T) {
	var regexes []*Regexp
	for i := range 150 {
		regexes = append(regexes, mustCompile(t, fmt.Sprintf(`^user%03d[ab]`, i), 0))
	}
	regexes = append(regexes, mustCompile(t, `^user`, 0))
	got := candidatesOf(NewSet(regexes), "user149a")
	// The last digits are beyond the bytes that are looked at, but in the literals.
	if diff := cmp.Diff([]int{149, 150}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := candidatesOf(NewSet(nil), "user"); got != nil {
		t.Errorf("empty set: %v", got)
	}
}

// TestASetOfOneWordLooksAtTheSameBytes compares candidates with those of a set that is too large for the quick way.
func TestASetOfOneWordLooksAtTheSameBytes(t *testing.T) {
	rnd := rand.New(rand.NewSource(9))
	ruledOut := 0
	for range 200 {
		var regexes []*Regexp
		for range 1 + rnd.Intn(10) {
			regexes = append(regexes, mustCompile(t, "^"+letters(rnd, rnd.Intn(5))+tangle(rnd, 2)+"[ab]{4}"+tangle(rnd, 1)+letters(rnd, 6), 0))
		}
		small, large := NewSet(regexes), NewSet(append(slices.Clone(regexes), slices.Repeat([]*Regexp{mustCompile(t, "^Z", 0)}, 64)...))
		for range 50 {
			text := letters(rnd, rnd.Intn(30))
			got, want := candidatesOf(small, text), candidatesOf(large, text)
			want = slices.DeleteFunc(want, func(i int) bool { return i >= len(regexes) }) // an empty text passes all
			if !slices.Equal(got, want) {
				t.Fatalf("%q: got %v, want %v of %v", text, got, want, regexes)
			}
			ruledOut += len(regexes) - len(got)
		}
	}
	if ruledOut < 10_000 {
		t.Errorf("only %d are ruled out", ruledOut)
	}
}

// TestContentsAreLookedForAtOnce has more regexes begin like a text than are looked at one by one, and compares what is left with matches.
func TestContentsAreLookedForAtOnce(t *testing.T) {
	rnd := rand.New(rand.NewSource(8))
	words := []string{" UX", "-QUX", "QUX-", "[BAR]", "BAR]", " ZZZ", "é Z", "=BAR"}
	checked, left := 0, 0
	for range 300 {
		regexes := []*Regexp{mustCompile(t, `^\S+ refused`, 0), mustCompile(t, `^.*$`, 0)}
		for range rnd.Intn(8) {
			regexes = append(regexes, mustCompile(t, `^(?:\w+ )?\S*.*`+regexp.QuoteMeta(words[rnd.Intn(len(words))]), 0))
		}
		set := NewSet(regexes)
		var c Candidates
		for range 40 {
			text := letters(rnd, rnd.Intn(40))
			for range rnd.Intn(3) {
				text += words[rnd.Intn(len(words))] + letters(rnd, rnd.Intn(20))
			}
			c.Start(set, []byte(text))
			if c.checked {
				checked++
			}
			var candidates []int
			for i := c.Next(); i >= 0; i = c.Next() {
				candidates = append(candidates, i)
			}
			for i, re := range regexes {
				var m Matcher
				if m.Search(re, []byte(text), 0, len(text)) && !slices.Contains(candidates, i) {
					t.Fatalf("%s is ruled out for %q", re, text)
				}
			}
			left += len(candidates)
		}
	}
	if canSift() && checked < 1000 || left > 25_000 {
		t.Errorf("%d texts were checked, %d regexes are left", checked, left)
	}
}

func TestLiterals(t *testing.T) {
	tests := []struct {
		pattern string
		want    []string
	}{
		{`^Failed \S+ for (\S+)`, []string{"Failed "}},
		{`(?:refused|denied) by policy`, []string{"ed by policy"}},
		{`(?i:denied)`, nil}, // too many ways to write it
		{`(?i:Kx)`, nil},     // K has partners outside ASCII
		{`x[12]zQ`, []string{"x1zQ", "x2zQ"}},
		{`a\nDENIED`, []string{"DENIED"}}, // no literal has a line feed
		{`(?:DENIED)?`, nil},
		{`(?:DENIED)+`, []string{"DENIED"}},
		{`(?=DENIED)x`, nil},
		{`(QUX)\1`, []string{"QUX"}},
		{`DENIED|x`, nil},
		{`e`, nil}, // in nearly every line
	}
	for _, tt := range tests {
		got := []string(mustCompile(t, tt.pattern, 0).few)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.pattern, diff)
		}
	}
}

// TestLaterLiterals has the literals that are looked for in texts that begin like a match.
func TestLaterLiterals(t *testing.T) {
	tests := []struct {
		pattern string
		want    []string
	}{
		{`^Received disconnect from \S+: Auth fail$`, []string{": Auth fail"}},
		{`^Refused login of \S+ from \S+$`, nil}, // " from " is too frequent, and the beginning is known
		{`^\S+ refused login of \S+$`, []string{" refused login of "}},
		{`^\S+: QUX from \d+: BAR.*$`, []string{": QUX from ", ": BAR"}},
		{`^\s*NOTICE\s+\[.*\]\s+BAN\s+\S+ REFUSED$`, []string{" REFUSED", "NOTICE"}}, // two are enough
		{`^(?:QUX|BAR)\d`, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, l := range mustCompile(t, tt.pattern, 0).later {
			got = append(got, string(l.text))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.pattern, diff)
		}
	}
}

func TestGateRestsWhileUseless(t *testing.T) {
	gate := NewGate(nil, []*Regexp{mustCompile(t, `BREAK-IN`, 0)})
	bad, good := []byte("nothing"), []byte("BREAK-IN")
	if gate.Open(bad) || !gate.Open(good) {
		t.Fatal("gate does not tell lines apart")
	}
	for range trial {
		gate.Open(good)
	}
	if !gate.Open(bad) {
		t.Error("gate still works although all lines pass")
	}
	for range rest {
		gate.Open(bad)
	}
	if gate.Open(bad) {
		t.Error("gate has not come back to work")
	}
}

// TestGateHoldsWithoutRest makes sure that a gate that rests still tells what lines hold, and that its clones rest for themselves.
func TestGateHoldsWithoutRest(t *testing.T) {
	gate := NewGate(nil, []*Regexp{mustCompile(t, `BREAK-IN`, 0)})
	clone := gate.Clone()
	quiet := []byte("a quiet line")
	for range trial {
		gate.Open([]byte("BREAK-IN"))
	}
	if !gate.Open(quiet) {
		t.Error("a gate that lets everything through does not rest")
	}
	if gate.Holds(quiet) || !gate.Holds([]byte("POSSIBLE BREAK-IN")) {
		t.Error("Holds rests, too")
	}
	if clone.Open(quiet) {
		t.Error("a clone rests with the gate")
	}
}

func TestGateForMostRestsWhereMuchPasses(t *testing.T) {
	regexes := []*Regexp{mustCompile(t, `xneedle`, 0), mustCompile(t, `yneedle`, 0)}
	some, most := NewGate(nil, regexes), NewGate(nil, regexes).ForMost()
	for i := range trial {
		line := []byte([]string{"hay", "xneedle"}[i%2])
		if some.Open(line) != (i%2 == 1) || most.Open(line) != (i%2 == 1) {
			t.Fatalf("line %d is let through or refused wrongly", i)
		}
	}
	if some.Open([]byte("hay")) || !most.Open([]byte("hay")) {
		t.Error("the one that should work rests, or the other way round")
	}
}

func TestGateWithPrefix(t *testing.T) {
	prefix := mustCompile(t, `^\S+ SRV: (?P<content>.+)$`, 0)
	gate := NewGate(prefix, []*Regexp{mustCompile(t, `^BAD`, 0), mustCompile(t, `^WORSE$`, 0)})
	tests := []struct {
		line string
		open bool
	}{
		{"x SRV: BAD", true}, {"x SRV: WORSE", true}, {"x SRV: fine", false}, {"x other: BAD", false},
	}
	for _, tt := range tests {
		if got := gate.Open([]byte(tt.line)); got != tt.open {
			t.Errorf("%q: open %v, want %v", tt.line, got, tt.open)
		}
	}
	if !new(Gate).Open(nil) {
		t.Error("the zero gate is closed")
	}
}

// TestShortLiteralsAreLookedForAlone tells which literals a gate does not look for together with the others.
func TestShortLiteralsAreLookedForAlone(t *testing.T) {
	tests := []struct {
		name        string
		literals    clause
		alone, rest clause
	}{
		{"two short ones", clause{"Accepted ", "no such user here", "REFUSED", "account is locked"},
			clause{"REFUSED", "Accepted "}, clause{"no such user here", "account is locked"}},
		{"too many of them", clause{"ABCDE", "FGHIJ", "KLMNO", "account is locked"}, nil, clause{"ABCDE", "FGHIJ", "KLMNO", "account is locked"}},
		{"of frequent letters", clause{"closed", "account is locked"}, nil, clause{"closed", "account is locked"}},
		{"hardly shorter", clause{"Accepted key", "account locked"}, nil, clause{"Accepted key", "account locked"}},
		{"nothing else", clause{"REFUSED"}, nil, clause{"REFUSED"}},
		{"nothing", nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			alone, rest := apart(tt.literals)
			if diff := cmp.Diff([]clause{tt.alone, tt.rest}, []clause{alone, rest}, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestAloneMatchesTheSame has a regex that is compiled for itself match what it matches otherwise, and be ruled out nowhere.
func TestAloneMatchesTheSame(t *testing.T) {
	rnd := rand.New(rand.NewSource(21))
	matched := 0
	for range 500 {
		pattern := "^" + tangle(rnd, 3) + tangle(rnd, 2)
		re, err := new(Compiler).CompileAlone(pattern, 0)
		if err != nil {
			t.Fatal(err)
		}
		usual := mustCompile(t, pattern, 0)
		set, gate := NewSet([]*Regexp{re}), NewGate(nil, []*Regexp{re})
		for range 6 {
			text := letters(rnd, rnd.Intn(10))
			var m Matcher
			want := spans(&m, usual, text, 0, len(text))
			if got := spans(&m, re, text, 0, len(text)); !slices.Equal(got, want) {
				t.Fatalf("%s on %q: %v, want %v", pattern, text, got, want)
			}
			if len(candidatesOf(set, text)) != 1 || !gate.Open([]byte(text)) {
				t.Fatalf("%s is ruled out in %q", pattern, text)
			}
			if want != nil {
				matched++
			}
		}
	}
	if matched < 500 {
		t.Errorf("only %d matches", matched)
	}
}
