package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// TestWrittenOutIsTheSame compares patterns whose alternatives decide about a condition further on with what they are
// without being written out.
func TestWrittenOutIsTheSame(t *testing.T) {
	rnd := rand.New(rand.NewSource(7))
	written, matched := 0, 0
	for i := range 1_500 {
		var part [8]any
		for k := range part {
			part[k] = tangle(rnd, 2)
		}
		pattern := fmt.Sprintf(`%s(?:(%s)|%s|(?:%s){0,2})%s(?:%s(?(1)%s|%s))?(?(1)b|c)`, part[:]...)
		if i%2 == 0 {
			pattern = fmt.Sprintf(`(%s)?(?P<a>(?P<b>%s)|%s|(?P<c>%s))%s(?(b)%s|(?(c)%s|%s))(?(1)b|c)`, part[:]...)
		}
		tree, err := parse(pattern, 0, new(wood))
		if err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		root := distribute(tree.root)
		if root != tree.root {
			written++
		}
		re := mustCompile(t, pattern, 0)
		plain := run(re, new(draft).compileAs(tree.root, tree))
		for range 6 {
			text := letters(rnd, rnd.Intn(12))
			var m Matcher
			want := spans(&m, plain, text, 0, len(text))
			for _, m := range []*Matcher{{}, {plain: true}, {mode: memoEarly}} {
				if got := spans(m, re, text, 0, len(text)); !slices.Equal(got, want) && !m.Truncated() {
					t.Fatalf("%q on %q, modes %v and %v: %v, want %v", pattern, text, m.mode, m.plain, got, want)
				}
			}
			if want != nil {
				matched++
			}
		}
	}
	if written < 1_000 || matched < 1_000 {
		t.Errorf("%d patterns written out, %d matches: the test compares too little", written, matched)
	}
}

// TestNeededTextIsFound looks for texts from places before and behind the last one.
func TestNeededTextIsFound(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	needs := []literal{newLiteral("ab"), newLiteral("cca")}
	for range 2_000 {
		text := letters(rnd, rnd.Intn(30))
		m := Matcher{prog: &program{needs: needs}}
		m.prepare([]byte(text))
		for range 20 {
			number, pos := rnd.Intn(2), rnd.Intn(len(text)+1)
			want := strings.Contains(text[pos:], string(needs[number].text))
			if got := m.finds(int32(number), pos); got != want {
				t.Fatalf("%q in %q from %d: %v, want %v", needs[number].text, text, pos, got, want)
			}
		}
	}
}
