package pyre

import (
	"math/rand"
	"slices"
	"testing"
)

// anyDemand returns a demand for literals that looks for them in one of the ways that there are.
func anyDemand(rnd *rand.Rand, c clause) demand {
	few := min(rnd.Intn(3), len(c))
	w := newWanted(c[:few], c[few:])
	if rnd.Intn(2) == 0 {
		w.search = func() *literalSearch { return newLiteralSearch(c[:few], c[few:]) }
	}
	return demand{wanted: w}
}

// TestJoinsTellsWhereALiteralMayCome cuts lines out of which a gate can refuse the parts, and looks for what comes about at the seam.
func TestJoinsTellsWhereALiteralMayCome(t *testing.T) {
	rnd := rand.New(rand.NewSource(4))
	came := 0
	for range 20_000 {
		c := clause{letters(rnd, minWindow+rnd.Intn(3)), letters(rnd, minWindow+rnd.Intn(3))}
		g := Gate{needs: []demand{anyDemand(rnd, c)}}
		before, after := letters(rnd, 1+rnd.Intn(6)), letters(rnd, 1+rnd.Intn(6))
		if g.Holds([]byte(before)) || g.Holds([]byte(after)) || !g.Holds([]byte(before+after)) {
			continue
		}
		came++
		if !g.Joins(before[len(before)-1], after[0]) {
			t.Fatalf("%q comes about between %q and %q", c, before, after)
		}
	}
	if came < 500 {
		t.Errorf("only %d came about", came)
	}
	g := Gate{needs: []demand{{wanted: newWanted(clause{"abc"}, clause{"defg"})}}}
	for pair, want := range map[string]bool{"ab": true, "bc": true, "ef": true, "cd": false, "ba": false, "x ": false} {
		if got := g.Joins(pair[0], pair[1]); got != want {
			t.Errorf("%q: got %v, want %v", pair, got, want)
		}
	}
}

// TestSurveyTellsWhatTheGateTells compares places in texts of many lines with what a gate says of each line.
func TestSurveyTellsWhatTheGateTells(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	var s Surveyor
	open, shut := 0, 0
	for round := range 4000 {
		var g Gate
		for range 1 + rnd.Intn(3) {
			var c clause
			for range 1 + rnd.Intn(4) {
				c = append(c, letters(rnd, minWindow+rnd.Intn(5)))
			}
			g.needs = append(g.needs, anyDemand(rnd, c))
		}
		var text []byte
		for range rnd.Intn(12) {
			text = append(append(text, letters(rnd, rnd.Intn(30))...), '\n')
		}
		if round%5 == 0 { // a last line without a line feed
			text = append(text, letters(rnd, rnd.Intn(30))...)
		}
		places, ok := s.Survey(&g, text)
		if !ok || !slices.IsSorted(places) {
			t.Fatalf("%v, %v", places, ok)
		}
		for from := 0; from < len(text); {
			to := lineEnd(text, from)
			line := text[from:to]
			told := slices.ContainsFunc(places, func(p int32) bool { return from <= int(p) && int(p) < to })
			if want := g.Holds(line); told != want {
				t.Fatalf("line %q of %q: told of it %v, gate %v; %v", line, text, told, want, places)
			} else if want {
				open++
			} else {
				shut++
			}
			from = to + 1
		}
	}
	if open < 1000 || shut < 2000 {
		t.Errorf("%d open, %d shut: the test compares little", open, shut)
	}
	if _, ok := s.Survey(new(Gate), []byte("x\n")); ok {
		t.Error("a gate without demands has something to go by")
	}
}
