package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// prefacePattern returns a random expression for what stands in front of a message.
func prefacePattern(rnd *rand.Rand, depth int) string {
	if depth == 0 {
		return []string{"a", "b:", "ab", `\d+`, `\S+`, `\s+`, `[ab]+?`, `\d{1,2}`, "[^c]", `\[\d+\]`, "(?i:A)", `\w*c`, " "}[rnd.Intn(13)]
	}
	sub := func() string { return prefacePattern(rnd, depth-1) }
	switch rnd.Intn(9) {
	case 0, 1, 2:
		return sub() + sub()
	case 3:
		return fmt.Sprintf("(?:%s|%s)", sub(), sub())
	case 4, 5:
		return fmt.Sprintf("(?:%s)%s", sub(), []string{"?", "??", "*", "+", "+?", "{0,2}", "{2}"}[rnd.Intn(7)])
	case 6:
		return fmt.Sprintf("(%s)", sub())
	case 7:
		return fmt.Sprintf("(%s)%s", sub(), []string{"?", "*", "{1,2}?"}[rnd.Intn(3)])
	}
	return sub()
}

// prefaceText returns a random line for such expressions, most with a line feed.
func prefaceText(rnd *rand.Rand) string {
	var b strings.Builder
	for range rnd.Intn(9) {
		b.WriteString([]string{"a", "b:", "ab", "1", "23", " ", "c", "[4]", "x", "y:", "A", "é"}[rnd.Intn(12-rnd.Intn(2))])
	}
	return b.String() + []string{"\n", "\n", "\n", "\n", "\n", "\n", "\n", "", "\nx\n", "\n\n"}[rnd.Intn(10)]
}

func groupsOf(m *Matcher, n int) (all []int) {
	for i := range n + 2 {
		from, to := m.Group(i)
		all = append(all, from, to)
	}
	return all
}

// TestShapesFindWhatASearchFinds compares the groups of lines whose shape is known with those of a search.
func TestShapesFindWhatASearchFinds(t *testing.T) {
	rnd := rand.New(rand.NewSource(6))
	known, searched, prefaces := 0, 0, 0
	for range 3000 {
		pattern := "^" + prefacePattern(rnd, 1+rnd.Intn(4)) + []string{"(.+)$", "(?P<content>.+)", "(.*)$", "(.+)$"}[rnd.Intn(4)]
		re, err := Compile(pattern, 0)
		if err != nil {
			continue
		}
		s := NewShapes(re)
		s.begun = shapeWarmup - 1
		var quick, plain Matcher
		var texts []string
		for range 40 {
			texts = append(texts, prefaceText(rnd))
		}
		for range 250 {
			text := []byte(texts[rnd.Intn(len(texts))])
			for i, c := range text {
				if '1' <= c && c <= '3' {
					text[i] = byte('1' + rnd.Intn(9)) // some other one
				}
			}
			want := plain.Search(re, text, 0, len(text))
			if s.preface != nil && !s.use.resting && s.find(text) != nil {
				known++
			} else {
				searched++
			}
			got := s.Search(&quick, text)
			if g, w := groupsOf(&quick, re.NumSubexp()), groupsOf(&plain, re.NumSubexp()); got != want || !slices.Equal(g, w) {
				t.Fatalf("%q in %q: %v %v, want %v %v", pattern, text, got, g, want, w)
			}
		}
		if s.preface != nil {
			prefaces++
		}
	}
	if known < 100_000 || searched < 100_000 || prefaces < 1500 {
		t.Errorf("%d of known shape, %d searched, %d prefaces: the test compares little", known, searched, prefaces)
	}
}

func TestPrefaces(t *testing.T) {
	for pattern, want := range map[string]bool{
		`^(?:\S+ )?gate: (.+)$`:          true,
		`^\s*(?P<id>\w+)(?P<content>.+)`: true,
		`^gate (?:.+)$`:                  false, // no group
		`gate: (.+)$`:                    false, // may begin anywhere
		`^gate: (.+?)$`:                  false,
		`^gate: (\w+)$`:                  false,
		`^(?=g)gate: (.+)$`:              false,
		`^(g)ate\1: (.+)$`:               false,
		`^(?:a?)*: (.+)$`:                false,
		`^(?>a+): (.+)$`:                 false,
		`^(?:(a)|b)(?(1)c|d)(.+)$`:       false,
		`^gate\b: (.+)$`:                 false,
		`^x|^gate: (.+)$`:                false,
		`(?m)^gate: (.+)$`:               false,
		`(?s)^gate: (.+)$`:               false,
		`(?i)^GATE: (.+)$`:               true,
		`^(.+)$`:                         true,
	} {
		if got := prefaceOf(mustCompile(t, pattern, 0)) != nil; got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

// TestShapesStaySmall has lines that all look different, and then one again and again.
func TestShapesStaySmall(t *testing.T) {
	s := NewShapes(mustCompile(t, `^(?:\S+ )?(?:gate(?:\[\d+\])?: )?(.+)$`, 0))
	var m Matcher
	rnd := rand.New(rand.NewSource(7))
	for i := range 300_000 {
		line := []byte(strings.Repeat("ga:[]1"[i%6:][:1], rnd.Intn(400)) + letters(rnd, 30) + "[]: gate: x\n")
		if !s.Search(&m, line) {
			t.Fatalf("no match in %q", line)
		}
		if len(s.next) > mostShapes || len(s.shapes) > mostShapes {
			t.Fatalf("%d entries, %d shapes", len(s.next), len(s.shapes))
		}
	}
	line := []byte("host gate[1]: x\n")
	for range 2 * rest {
		s.Search(&m, line)
	}
	if s.use.resting || s.find(line) == nil {
		t.Error("lines that look alike are of no use")
	}
	allocs := testing.AllocsPerRun(100, func() { s.Search(&m, line) })
	if allocs > 0 {
		t.Errorf("%v allocations for a known line", allocs)
	}
}
