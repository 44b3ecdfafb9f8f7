package date

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestBoundariesLikeRegexps compares what is looked up by hand with the regular expressions that say it shortest.
func TestBoundariesLikeRegexps(t *testing.T) {
	var (
		left       = regexp.MustCompile(`^\(*(?:\(\?\w+\))?(?:\^|\(*\*\*|\((?:\?:)?\^)`)
		right      = regexp.MustCompile(`(?:^|[^\\])(?:\$\)?|\\[bs]|\*\*\)*)$`)
		end        = regexp.MustCompile(`(?:^|[^\\])\$\)?$`)
		begin      = regexp.MustCompile(`^(?:\(|\(\?:)?\^`)
		emptyBegin = regexp.MustCompile(`^(?:\(|\(\?:)?\^\|`)
		plainGroup = regexp.MustCompile(`(?:^|[^\\])\((?:[^?]|$)`)
		starsLeft  = regexp.MustCompile(`^(\(*)\*\*`)
		starsRight = regexp.MustCompile(`\*\*(\)*)$`)
	)
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"(", ")", "?", ":", "?:", "^", "|", "$", "*", "**", `\`, "b", "s", "ä", "\n"}
	seen := map[string]int{}
	for range 200_000 {
		text := ""
		for range r.IntN(7) {
			text += parts[r.IntN(len(parts))]
		}
		for name, c := range map[string]struct{ got, want bool }{
			"hasOwnLeft":     {hasOwnLeft(text), left.MatchString(text)},
			"ownRight":       {ownRight(text), right.MatchString(text)},
			"endsAtEnd":      {endsAtEnd(text), end.MatchString(text)},
			"startsWith ^":   {startsWith(text, "^"), begin.MatchString(text)},
			"startsWith ^|":  {startsWith(text, "^|"), emptyBegin.MatchString(text)},
			"hasPlainGroup":  {hasPlainGroup(text), plainGroup.MatchString(text)},
			"withoutStars":   {true, withoutStars(text) == starsRight.ReplaceAllString(starsLeft.ReplaceAllString(text, "$1"), "$1")},
			"something else": {withoutStars(text) == text, !starsLeft.MatchString(text) && !starsRight.MatchString(text)},
		} {
			if c.got != c.want {
				t.Fatalf("%s(%q) is %v, want %v", name, text, c.got, c.want)
			}
			if c.got {
				seen[name]++
			}
		}
	}
	if len(seen) != 8 {
		t.Errorf("seen only %v", seen)
	}
}

func TestFlagsOf(t *testing.T) {
	for regex, want := range map[string]string{
		"": "", "(?i)x": "(?i)", "(?sX)": "(?sX)", "(?)x": "", "(?:a)": "", "(?i:a)": "", "(?i": "", "(?P<a>b)": "", "a(?i)": "", "(?é)": "",
	} {
		if got := flagsOf(regex); got != want {
			t.Errorf("%q: %q, want %q", regex, got, want)
		}
	}
}
