package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// TestRememberingChangesNothing compares searches that remember failures from the
// first step on with ones that never do, on random patterns in which many ways lead
// to the same place.
func TestRememberingChangesNothing(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	compared := 0
	for range 10_000 {
		pattern := tangle(rnd, 2) + "(?>(?:" + tangle(rnd, 3) + ")*" + tangle(rnd, 1) + ")" + tangle(rnd, 2)
		if rnd.Intn(3) == 0 {
			pattern = tangle(rnd, 4)
		}
		re := mustCompile(t, pattern, 0)
		for range 6 {
			text := letters(rnd, rnd.Intn(12))
			never, early := Matcher{mode: memoNever}, Matcher{mode: memoEarly}
			want := spans(&never, re, text, 0, len(text))
			got := spans(&early, re, text, 0, len(text))
			if never.Truncated() || early.Truncated() {
				continue
			}
			compared++
			if !slices.Equal(got, want) {
				t.Errorf("%q on %q: %v, want %v", pattern, text, got, want)
			}
		}
	}
	if compared < 50_000 {
		t.Errorf("compared only %d searches", compared)
	}
}

func letters(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("abc"[rnd.Intn(3)])
	}
	return b.String()
}

// tangle returns a random pattern over few letters, with loops of empty bodies and
// bodies that are matched by themselves.
func tangle(rnd *rand.Rand, depth int) string {
	if depth <= 0 {
		return letters(rnd, 1)
	}
	sub := func() string { return tangle(rnd, depth-1) }
	switch rnd.Intn(16) {
	case 0, 1, 2:
		return letters(rnd, 1)
	case 3, 4:
		return sub() + sub()
	case 5, 6:
		return fmt.Sprintf("(?:%s|%s)", sub(), sub())
	case 7:
		return fmt.Sprintf("(?:%s)?", sub())
	case 8:
		return fmt.Sprintf("(?:%s)*", sub())
	case 9:
		return fmt.Sprintf("(?:%s)+", sub())
	case 10:
		return fmt.Sprintf("(?:%s)*?", sub())
	case 11:
		return fmt.Sprintf("(?:%s){1,3}", sub())
	case 12:
		return "[ab]" + []string{"*", "+", "*?", "{0,3}", "{1,2}?"}[rnd.Intn(5)]
	case 13:
		return fmt.Sprintf("(?=%s)", sub())
	case 14:
		return fmt.Sprintf("(?!%s)", sub())
	}
	return fmt.Sprintf("(?>%s)", sub())
}

// TestProgressIsPartOfTheState has cases in which a choice fails early in an iteration
// but not late in another one, and an atomic group keeps that from being found out.
func TestProgressIsPartOfTheState(t *testing.T) {
	tests := []struct{ pattern, text string }{
		{`(?:(?:c)?)*(?>(?:(?:(?:c)*|(?:ba|(?:b)*)))*(?:c|c))b`, "cbcca"},
		{`(?>(?:(?:c)?)?)(?>(?:(?:(?:b)*|a(?:b)?))*(?>b))(?:a|c)`, "baabaab"},
		{`(?:(?:(?:b|a))?)*(?>(?:(?:(?:(?:b)*)*|a))*b)(?>a)bc`, "babcb"},
		{`(?:(?:c|(?:a|a)))*(?>(?:(?:(?:c)*|(?:c|b)))*(?>c))b`, "cbca"},
	}
	for _, tt := range tests {
		m := Matcher{mode: memoEarly}
		if got := spans(&m, mustCompile(t, tt.pattern, 0), tt.text, 0, len(tt.text)); got != nil {
			t.Errorf("%q on %q: %v, want no match", tt.pattern, tt.text, got)
		}
	}
}

func TestMemoryIsGivenBack(t *testing.T) {
	var m Matcher
	line := hostileLine("", "ab", "!")
	m.Search(mustCompile(t, `(?:(a)|(b)|(ab))*$`, 0), line, 0, len(line))
	if kept := 8*cap(m.memo.bits) + 16*cap(m.stack); kept > 256<<10 {
		t.Errorf("matcher keeps %d bytes", kept)
	}
}
