package pyre

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSearchBetween(t *testing.T) {
	tests := []struct {
		name, pattern, text string
		from, to            int
		want                []int
	}{
		{"^ is the beginning of the text, not of the area", `^b`, "ab", 1, 2, nil},
		{"line begin sees the line feed on the left", `(?m)^b`, "\nb", 1, 2, []int{1, 2}},
		{"word edge sees the left", `\bb`, "ab", 1, 2, nil},
		{"look-behind sees the left", `(?<=a)b`, "ab", 1, 2, []int{1, 2}},
		{"$ is the end of the area", `a$`, "ab", 0, 1, []int{0, 1}},
		{"look-ahead does not see the right", `a(?=b)`, "ab", 0, 1, nil},
		{"empty area", ``, "ab", 1, 1, []int{1, 1}},
		{"from behind to", `a`, "aa", 1, 0, nil},
		{"to behind the text", `a`, "aa", 0, 3, nil},
		{"negative from", `a`, "aa", -1, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := spans(new(Matcher), mustCompile(t, tt.pattern, 0), tt.text, tt.from, tt.to)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestGroupOutsideOfWhatMatched(t *testing.T) {
	re := mustCompile(t, `(a)|(b)`, 0)
	var m Matcher
	none := func(i int) {
		t.Helper()
		if start, end := m.Group(i); start != -1 || end != -1 {
			t.Errorf("group %d is %d to %d, want -1 to -1", i, start, end)
		}
	}
	none(0) // no search yet
	m.Search(re, []byte("b"), 0, 1)
	none(1)
	none(3)
	none(-1)
	m.Search(re, []byte("x"), 0, 1)
	none(0)
	none(2)
}

func TestGroups(t *testing.T) {
	re := mustCompile(t, `(?P<user>\w+)(x)?(?P<ip>\d+)`, 0)
	if diff := cmp.Diff([]string{"", "user", "", "ip"}, re.SubexpNames()); diff != "" {
		t.Errorf("names -want +got\n%s", diff)
	}
	got := []int{re.NumSubexp(), re.SubexpIndex("ip"), re.SubexpIndex("no"), re.SubexpIndex("")}
	if diff := cmp.Diff([]int{3, 3, -1, -1}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestQuote(t *testing.T) {
	text := "a.b*[c]\\ #é~&-\n\x00"
	for _, flags := range []Flags{0, Verbose} {
		re := mustCompile(t, "^"+Quote(text)+`\Z`, flags)
		if !new(Matcher).Search(re, []byte(text), 0, len(text)) {
			t.Errorf("%s does not match %q", re, text)
		}
	}
}

func TestSearchAllocatesNothing(t *testing.T) {
	tests := []struct{ name, pattern, line string }{
		{"match", `^(\S+) sshd\[\d+\]: Failed (?:\S+ )*from (?P<ip>[\d.]+)`, "srv sshd[17]: Failed password for x from 192.0.2.1 port 2"},
		{"no match", `^(\S+) sshd\[\d+\]: Failed (?:\S+ )*from$`, "srv sshd[17]: Failed password for x from 192.0.2.1 port 2"},
		{"remembering", `^(?:a+)+$`, strings.Repeat("a", 200) + "!"},
		{"look-around", `(?<!x)(?=(a+))a{2}(?!c)`, "xaaab"},
		{"back-reference", `(a+)b\1$`, "aaabaac"},
		{"not ASCII", `(?i)[à-ö]+É`, "zäöé"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			re := mustCompile(t, tt.pattern, 0)
			set := NewSet([]*Regexp{re})
			gate := NewGate(nil, []*Regexp{re})
			var reader Matcher
			plain := Matcher{plain: true}
			var c Candidates
			line := []byte(tt.line)
			search := func() {
				gate.Open(line)
				c.Start(set, line)
				c.Next()
				reader.Search(re, line, 0, len(line))
				plain.Search(re, line, 0, len(line))
			}
			for range 2 * trial {
				search()
			}
			allocs := testing.AllocsPerRun(100, search)
			if allocs != 0 {
				t.Errorf("%v allocations per search", allocs)
			}
		})
	}
}

func TestBackReferencesGiveUp(t *testing.T) {
	re := mustCompile(t, `^(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b`, 0)
	line := []byte(strings.Repeat("a", 300) + "cb")
	var m Matcher
	if m.Search(re, line, 0, len(line)) || !m.Truncated() {
		t.Errorf("truncated: %v, want a search that gives up", m.Truncated())
	}
	if !m.Search(re, []byte("b"), 0, 1) || m.Truncated() {
		t.Error("the next search is spoilt by the one that gave up")
	}
}

func TestBigCountsStaySmall(t *testing.T) {
	tests := []struct {
		name, pattern, text string
		want                []int
	}{
		{"a thousand times", `^(?:ab|c){1000}$`, strings.Repeat("abc", 500), []int{0, 1500}},
		{"one too few", `^(?:ab|c){1000}$`, strings.Repeat("abc", 499) + "c", nil},
		{"up to", `^(?:(a)b){2,900}`, strings.Repeat("ab", 950), []int{0, 1800, 1798, 1799}},
		{"lazy", `^(?:(a)b){400,}?(?=a)`, strings.Repeat("ab", 950), []int{0, 800, 798, 799}},
		{"counts in counts", `^(?:(?:ab?c?){40}x?){30}$`, strings.Repeat("abc", 1200), []int{0, 3600}},
		{"empty iterations", `^(?:a?|b){500}b`, "ab", []int{0, 2}},
		{"endless", `^(?:ab){0,4294967294}`, "abab", []int{0, 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			re := mustCompile(t, tt.pattern, 0)
			if n := len(re.program().code); n > 1000 {
				t.Errorf("%d instructions", n)
			}
			got := spans(new(Matcher), re, tt.text, 0, len(tt.text))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct{ pattern, want string }{
		{`abc(`, "missing ), unterminated subpattern at position 3"},
		{`é)`, "unbalanced parenthesis at position 1"},
		{`a**`, "multiple repeat at position 2"},
		{`(?<=a*)b`, "look-behind requires fixed-width pattern"},
		{`(?P<g>.)(?P<g>.)`, "redefinition of group name 'g' as group 2; was group 1 at position 12"},
		{`a(?i)b`, "global flags not at the start of the expression at position 1"},
		{strings.Repeat("(", 600), "groups nested more than 500 deep at position 500"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.pattern, 0)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%.30q: %v, want %s", tt.pattern, err, tt.want)
		}
	}
}

func TestInvalidUTF8(t *testing.T) {
	texts := []string{"\xff", "\xc3", "a\x80b", "\xe2\x82", "\xf0\x9f\x98a", "\xed\xa0\x80"}
	patterns := []string{`.`, `.*b`, `.+?b`, `[^a]{1,3}`, `(?<=.)b`, `\bb`, `\W+$`, `(?i)(.)\1`, `(?:é|.)*x`, `^.?b`, `^[^a]*(b)?`}
	for _, pattern := range patterns {
		re := mustCompile(t, pattern, 0)
		for _, text := range texts {
			for _, m := range []*Matcher{{}, {plain: true}, {mode: memoEarly}} {
				m.Search(re, []byte(text), 0, len(text)) // must return
			}
		}
	}
}
