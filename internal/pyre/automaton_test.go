package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
)

// somePattern makes a pattern of what automata know, for texts of few letters. Its groups have the numbers from *groups+1 on.
func somePattern(rnd *rand.Rand, depth int, groups *int) string {
	one := []string{"a", "b", "ab", "[ab]", "[^a]", ".", `\w`, `\s`, "abab", " ", "é"}
	switch k := rnd.Intn(15); {
	case depth == 0 || k < 4:
		return one[rnd.Intn(len(one))]
	case k < 6:
		return somePattern(rnd, depth-1, groups) + somePattern(rnd, depth-1, groups)
	case k == 6:
		return "(?:" + somePattern(rnd, depth-1, groups) + "|" + somePattern(rnd, depth-1, groups) + ")"
	case k == 7:
		*groups++
		return "(" + somePattern(rnd, depth-1, groups) + ")"
	case k == 8:
		*groups++
		return fmt.Sprintf("(%s)?%s(?(%d)%s|b)", somePattern(rnd, 0, groups), somePattern(rnd, depth-1, groups), *groups, one[rnd.Intn(2)])
	case k == 9:
		looks := []string{"(?=a)", "(?!b)", "(?!ab )", "(?=ba)", "(?<=b)", "(?<!a)", `\b`, `\B`, "$"}
		return looks[rnd.Intn(len(looks))]
	case k == 10:
		return "(?:" + somePattern(rnd, depth-1, groups) + []string{")?", ")*", "){1,3}", ")+?", "){0,2}?"}[rnd.Intn(5)]
	case k == 11: // its iterations may be empty
		return "(?:" + somePattern(rnd, depth-1, groups) + []string{"|a*)*", "|b?)+", "|)+", "|a??)*?"}[rnd.Intn(4)]
	}
	return one[rnd.Intn(7)*rnd.Intn(2)] + []string{"*", "+", "?", "*?", "+?", "{2,3}", "{2,}"}[rnd.Intn(7)]
}

// TestAutomataMatchTheSame compares automata with the matcher, which is compared with CPython, on random patterns and texts.
func TestAutomataMatchTheSame(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	read, found := 0, 0
	for range 12_000 {
		groups := 0
		pattern := "^" + somePattern(rnd, 4, &groups)
		if rnd.Intn(3) == 0 {
			pattern += "$"
		}
		re, err := Compile(pattern, 0)
		if err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		reader, plain := Matcher{}, Matcher{plain: true}
		for range 8 {
			text := someText(rnd)
			got, want := spans(&reader, re, text, 0, len(text)), spans(&plain, re, text, 0, len(text))
			if !slices.Equal(got, want) {
				t.Fatalf("%q on %q: %v, want %v", pattern, text, got, want)
			}
			if a := re.automaton.Load(); a != nil && a.search(&reader, []byte(text)) != goesOn {
				read++
				if want != nil {
					found++
				}
			}
		}
	}
	t.Logf("%d texts read, %d matches", read, found)
	if read < 50_000 || found < 20_000 {
		t.Errorf("%d texts read, %d matches: too few to compare", read, found)
	}
}

// someText returns a short text of few letters.
func someText(rnd *rand.Rand) string {
	var b strings.Builder
	for range rnd.Intn(14) {
		b.WriteString([]string{"a", "a", "b", "b", "ab", " ", "a", "b", "é", "\n"}[rnd.Intn(8+rnd.Intn(3))])
	}
	return b.String() + []string{"", "", "\n"}[rnd.Intn(3)]
}

func TestAutomatonTakesWhatItCanFollow(t *testing.T) {
	for pattern, want := range map[string]bool{
		`^a(?P<b>\S+) (?:c|d){0,3}$`:           true,
		`^(?:(?P<a>x)|y)z+(?(a)b|c)`:           true,
		`^(?!from )(?:\w|(?<=:):)*\b`:          true,
		`a`:                                    false, // begins anywhere
		`^a++b`:                                false, // possessive
		`^(?>a|ab)c`:                           false, // atomic
		`^(a|b)\1`:                             false, // repeats what was captured
		`^(?:a?|(b?c?)*)*b`:                    true,
		`^(?:(?:(?:(?:(?:a?)*b?)*c?)*d?)*e?)*`: false, // too many loops of iterations that may be empty
		`^(?:(a)|b)*(?(1)c|d)`:                 false, // the group may be set again
		`^(?=a.)b`:                             false, // looks further than one character
		`^(?:a{300}b{300}){9}c{1000,9999}`:     false, // too many places
	} {
		re := mustCompile(t, pattern, 0)
		if got := re.reader() != nil; got != want {
			t.Errorf("%q: %v, want %v", pattern, got, want)
		}
	}
}

// TestAutomatonBeginsAnew makes an automaton learn more than it may.
func TestAutomatonBeginsAnew(t *testing.T) {
	re := mustCompile(t, `^(?:(?:a|b)*a(?:a|b){14}c|(?P<rest>.*)z)`, 0)
	rnd := rand.New(rand.NewSource(6))
	reader, plain := Matcher{}, Matcher{plain: true}
	begun, born := 0, (*int)(nil)
	for range 6_000 {
		text := strings.ReplaceAll(letters(rnd, 40), "c", "b") + []string{"c", "z", ""}[rnd.Intn(3)]
		got, want := spans(&reader, re, text, 0, len(text)), spans(&plain, re, text, 0, len(text))
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		tables := re.automaton.Load().tables.Load()
		if tables.born != born {
			begun, born = begun+1, tables.born
		}
		if len(tables.entries) > 2*mostEntries || len(tables.moves) > mostMoves {
			t.Fatalf("%d entries and %d moves", len(tables.entries), len(tables.moves))
		}
	}
	if begun < 2 {
		t.Errorf("begun %d times: the texts are too few", begun)
	}
}

// TestAutomatonIsShared has goroutines search and learn at once.
func TestAutomatonIsShared(t *testing.T) {
	re := mustCompile(t, `^(?P<a>\w+) (?:(?P<b>(?:a|b)*a(?:a|b){4})|(?P<c>.*)) end$`, 0)
	var all sync.WaitGroup
	for seed := range int64(4) {
		all.Go(func() {
			rnd := rand.New(rand.NewSource(seed))
			var reader Matcher
			plain := Matcher{plain: true}
			for range 2_000 {
				text := letters(rnd, 3) + " " + letters(rnd, 1+rnd.Intn(12)) + " end"
				if got, want := spans(&reader, re, text, 0, len(text)), spans(&plain, re, text, 0, len(text)); !slices.Equal(got, want) {
					t.Errorf("%q: %v, want %v", text, got, want)
				}
			}
		})
	}
	all.Wait()
}
