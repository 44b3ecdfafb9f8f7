package pyre

import (
	"math/rand"
	"sync"
	"testing"
	"unicode/utf8"
)

// TestLeadsHold compares what is known about the beginning of a match with matches.
func TestLeadsHold(t *testing.T) {
	rnd := rand.New(rand.NewSource(11))
	texts, telling, ruledOut := 0, 0, 0
	for range 3_000 {
		pattern := "^" + tangle(rnd, 2) + tangle(rnd, 3) + tangle(rnd, 1)
		re := mustCompile(t, pattern, 0)
		if re.leads != nil && re.leads[0] != everyByte {
			telling++
		}
		for range 20 {
			text := letters(rnd, rnd.Intn(10))
			var m Matcher
			matches := m.Search(re, []byte(text), 0, len(text))
			possible := len(candidatesOf(NewSet([]*Regexp{re}), text)) == 1
			if matches && !possible {
				t.Fatalf("%s matches %q against its leads", pattern, text)
			}
			if texts++; !possible {
				ruledOut++
			}
		}
	}
	if telling < 1000 || ruledOut < texts/10 {
		t.Errorf("%d patterns tell anything, %d of %d texts are ruled out", telling, ruledOut, texts)
	}
}

// TestLeads has the bytes that matches may begin with worked out for all that patterns are made of.
func TestLeads(t *testing.T) {
	for pattern, want := range map[string][len(leading)]string{ // at 0, 1, 3, 7, 10 and 14
		"^abc":                    {"a", "b", "*", "*", "*", "*"},
		"^(?:a|bc)d":              {"ab", "cd", "*", "*", "*", "*"},
		"^(a?)[bc]{7}xxx":         {"abc", "bc", "bc", "bcx", "*", "*"},
		"^a{2,3}b{5,}":            {"a", "a", "b", "*", "*", "*"},
		"^(?:ab)*cdefghijklmnopq": {"ac", "bd", "bdf", "bdfhj", "acegikm", "acegikmoq"},
		"^(?:a*)*bbbbbbbb":        {"ab", "ab", "ab", "ab", "*", "*"},
		"^(?>a)(?=x)bb+c":         {"a", "b", "bc", "*", "*", "*"},
		"^a$":                     {"a", "\n", "*", "*", "*", "*"},
		"^a\\Z":                   {"a", "", "", "", "", ""},
		"^é":                      {"\xc3", "\xa9", "*", "*", "*", "*"},
		"^[aé]x":                  {"a\xc3", "*", "*", "*", "*", "*"},
		"^(a)(?(1)b|c)ddddddd":    {"a", "bc", "d", "d", "*", "*"},
		"^(a)b\\1":                {"a", "b", "*", "*", "*", "*"},
		"^a{10}b":                 {"a", "a", "a", "a", "b", "*"},
		"^a{14}b":                 {"a", "a", "a", "a", "a", "b"},
		"^a{20}b":                 {"a", "a", "a", "a", "a", "a"},
		"^(?:){3}ab{0}cx{7}":      {"a", "c", "x", "x", "*", "*"},
	} {
		re := mustCompile(t, pattern, 0)
		for k, want := range want {
			var got []byte
			for c := range re.leads[k].bytes() {
				got = append(got, c)
			}
			if re.leads[k] == everyByte {
				got = []byte("*")
			}
			if string(got) != want {
				t.Errorf("%s: byte %d is one of %q, want %q", pattern, leading[k], got, want)
			}
		}
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
