package pyre

import (
	"math/rand"
	"sync"
	"testing"
	"unicode/utf8"
)

// TestDraftsLeadAsProgramsDo compares what is known about the beginning of a match before and after a program is finished.
func TestDraftsLeadAsProgramsDo(t *testing.T) {
	rnd := rand.New(rand.NewSource(11))
	telling := 0
	for range 3_000 {
		pattern := "^" + tangle(rnd, 2) + tangle(rnd, 3) + tangle(rnd, 1)
		re := mustCompile(t, pattern, 0)
		before := re.leadingBytes()
		re.program()
		if after := re.leadingBytes(); before != after {
			t.Fatalf("%s: %x as a draft, %x finished", pattern, before, after)
		}
		if before[0] != everyByte {
			telling++
		}
	}
	if telling < 1000 {
		t.Errorf("only %d patterns tell anything", telling)
	}
}

// TestFirstSearchAtOnce has goroutines share a regex that nobody has searched for yet.
func TestFirstSearchAtOnce(t *testing.T) {
	for range 50 {
		re := mustCompile(t, `^(?:a|b)+(?P<x>\d+) from (\S+)$`, 0)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var m Matcher
				if text := "abab12 from there"; !m.Search(re, []byte(text), 0, len(text)) {
					t.Error("no match")
				}
			})
		}
		if got := candidatesOf(NewSet([]*Regexp{re}), "abab12 from there"); len(got) != 1 {
			t.Errorf("candidates %v", got)
		}
		all.Wait()
	}
}

func TestLeadByte(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		want := byte(0xed) // surrogates have no UTF-8, but stand between two that begin so
		if utf8.ValidRune(r) {
			want = string(r)[0]
		}
		if got := leadByte(r); got != want {
			t.Fatalf("%U: %#x, want %#x", r, got, want)
		}
	}
}
