package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// TestHabitsChangeNothing lets automata observe texts, some of which begin alike, and compares them with the matcher on these and others.
func TestHabitsChangeNothing(t *testing.T) {
	rnd := rand.New(rand.NewSource(9))
	habits, kept := 0, 0
	for range 6_000 {
		groups := 0
		pattern, beginning := "^", someText(rnd)+someText(rnd)+" "
		if rnd.Intn(2) == 0 { // strings that are compared as a whole
			pattern, beginning = "^ab(a|b)abab", "ab"+[]string{"a", "b"}[rnd.Intn(2)]+"abab"+beginning
			groups++
		}
		pattern += somePattern(rnd, 3, &groups) + "((?:" + somePattern(rnd, 2, &groups) + "|[ab ]+?)*)"
		groups++
		pattern += somePattern(rnd, 3, &groups) + []string{"", "$", "c"}[rnd.Intn(3)]
		re := mustCompile(t, pattern, 0)
		var reader Matcher
		plain := Matcher{plain: true}
		a := re.reader()
		if a == nil {
			continue
		}
		for i := range 12 {
			text := beginning[:len(beginning)-rnd.Intn(2)] + someText(rnd)
			if i >= 2*witnesses && rnd.Intn(2) == 0 {
				text = beginning[:rnd.Intn(len(beginning)+1)]
			}
			got, want := spans(&reader, re, text, 0, len(text)), spans(&plain, re, text, 0, len(text))
			if !slices.Equal(got, want) {
				t.Fatalf("%q on %q, which %v begins: %v, want %v", pattern, text, a.tables.Load().habit, got, want)
			}
			if h := a.tables.Load().habit; h != nil {
				habits++
				if strings.HasPrefix(text, h.text.text) {
					kept++
				}
			}
			a.observe([]byte(text))
		}
	}
	t.Logf("%d texts where there was a habit, %d that kept to it", habits, kept)
	if habits < 5_000 || kept < 2_000 {
		t.Error("that is too few to compare")
	}
}

// TestHabitEndsBeforeANumber looks at what an automaton takes for granted of lines.
func TestHabitEndsBeforeANumber(t *testing.T) {
	re := mustCompile(t, `^ (?P<host>\S+) sshd\[\d+\]: (?P<content>.+)$`, 0)
	var m Matcher
	for i := range witnesses * observeEvery {
		text := fmt.Appendf(nil, " web1 sshd[17%d]: closed\n", 1000+i)
		if !m.Search(re, text, 0, len(text)) {
			t.Fatalf("%s does not match", text)
		}
	}
	if h := re.reader().tables.Load().habit; h == nil || h.text.text != " web1 sshd[" {
		t.Errorf("%+v", h)
	}
	for text, want := range map[string]bool{" web1 sshd[": false, " web1 sshd[x]: a": false, " web1 sshd[1]: a": true, " web2 sshd[1]: a": true} {
		if got := m.Search(re, []byte(text), 0, len(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
