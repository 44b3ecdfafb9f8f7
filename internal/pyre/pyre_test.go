package pyre

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustCompile(t testing.TB, pattern string, flags Flags) *Regexp {
	t.Helper()
	re, err := Compile(pattern, flags)
	if err != nil {
		t.Fatalf("compile %q: %v", pattern, err)
	}
	return re
}

// spans returns the bounds of all groups, nil for no match.
func spans(m *Matcher, re *Regexp, text string, from, to int) []int {
	if !m.Search(re, []byte(text), from, to) {
		return nil
	}
	var out []int
	for i := range re.NumSubexp() + 1 {
		start, end := m.Group(i)
		out = append(out, start, end)
	}
	return out
}

func TestSearch(t *testing.T) {
	tests := []struct {
		name, pattern, text string
		want                []int
	}{
		{"leftmost", `b+`, "abbab", []int{1, 3}},
		{"first alternative, not longest", `a|ab`, "ab", []int{0, 1}},
		{"group that took no part", `(a)|(b)`, "b", []int{0, 1, -1, -1, 0, 1}},
		{"end before a final line feed", `a$`, "a\n", []int{0, 1}},
		{"very end only", `a\Z`, "a\n", nil},
		{"possessive", `a++a`, "aaa", nil},
		{"atomic", `(?>a|ab)c`, "abc", nil},
		{"condition", `^(<)?a(?(1)>|$)`, "<a>", []int{0, 3, 0, 1}},
		{"look-behind", `(?<=ab)c`, "abc", []int{2, 3}},
		{"back-reference", `(\w+) \1`, "the cat cat", []int{4, 11, 4, 7}},
		{"dotless i", `(?i)ı`, "I", []int{0, 1}},
		{"no word edge in an empty text", `\B`, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := spans(new(Matcher), mustCompile(t, tt.pattern, 0), tt.text, 0, len(tt.text))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
