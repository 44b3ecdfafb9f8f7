package pyre

import (
	"fmt"
	"math/rand"
	"testing"
)

func TestMatchesAnyLine(t *testing.T) {
	tests := []struct {
		pattern string
		want    bool
	}{
		{`^(?P<a>(?:\[\])?\s*(?:<[^.]+\.[^.]+>\s+)?(?:\S+\s+)?)(?:(?:error|fatal): (?:PAM: )?)?(?P<content>.+)$`, true},
		{`.+`, true},
		{`^.*$`, true},
		{`(x)?.+?`, true},
		{`^\s*(?(1)a)?(y)?.*`, true},
		{`^(?:a*)+?.+$`, false}, // it does, but that is not seen
		{`^.{2,}$`, false},
		{`^.{1,9}$`, false},
		{`^\S+$`, false},
		{`^a?b.+$`, false},
		{`^(?>a?)a.+`, false},
		{`^(?>a?).+$`, false},
		{`^(?:aaa)?+.+$`, false}, // "aaa" is gone for good
		{`^.++$`, false},
		{`^.+\Z`, false}, // not if a line feed is behind
		{`^.+^`, false},
		{`$.+`, false},
		{`^(a)?(?:\1)?.+$`, true},
		{`^(?!x).+$`, false},
		{`^(?:a|).+$`, false},
	}
	for _, tt := range tests {
		re := mustCompile(t, tt.pattern, 0)
		if got := re.MatchesAnyLine(); got != tt.want {
			t.Errorf("%s: %v", tt.pattern, got)
		}
	}
}

// TestAnyLineIsMatched searches lines for patterns that are said to match any, and for some that are not.
func TestAnyLineIsMatched(t *testing.T) {
	rnd := rand.New(rand.NewSource(2))
	sure, unsure := 0, 0
	for range 3_000 {
		pattern := ""
		for range 1 + rnd.Intn(3) {
			pattern += fmt.Sprintf([]string{"(?:%s)?", "(%s)*", "(?:%s)??", "(%s){0,3}", "(?>%s)?", "(?:%s)?+", "%s"}[rnd.Intn(7)], tangle(rnd, 2))
		}
		pattern = []string{"", "^"}[rnd.Intn(2)] + pattern + []string{".+$", "(.+)", ".*?$", ".*", "..+$"}[rnd.Intn(5)]
		re := mustCompile(t, pattern, 0)
		if !re.MatchesAnyLine() {
			unsure++
			continue
		}
		sure++
		for range 6 {
			line := letters(rnd, 1+rnd.Intn(9)) + []string{"", "\n"}[rnd.Intn(2)]
			var m Matcher
			if !m.Search(re, []byte(line), 0, len(line)) {
				t.Fatalf("%s does not match %q", pattern, line)
			}
		}
	}
	if sure < 300 || unsure < 300 {
		t.Errorf("%d patterns that match any line, %d others: the test compares too little", sure, unsure)
	}
}
