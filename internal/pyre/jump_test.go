package pyre

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestRunsThatGiveNothingBack tells from which patterns the compiler sees that a run can only end where its characters do.
func TestRunsThatGiveNothingBack(t *testing.T) {
	tests := []struct {
		pattern string
		want    opcode
	}{
		{`\S+\s`, iRunAll}, // both have characters that begin with the same bytes
		{`\S*?\s`, iRunAll},
		{`\d+(?:a|[b-y]|z+)?$`, iRunAll},
		{`\d{1,3}\.`, iRunAll},
		{`[à-é]+[ê-ï]`, iRunAll},
		{`[à-ê]+[ê-ï]`, iRunGreedy},
		{`\w+[^a]`, iRunGreedy},
		{`\w+`, iRunGreedy}, // nothing is known about what comes after the match
		{`(\S+)\1`, iRunGreedy},
		{`\S+(?=\s)`, iRunAll},
		{`\S+(?!\s)`, iRunGreedy},
		{`\S*?\S`, iRunLazy},
		{`(?:a|[bc]|(?:\d|-))*x`, iRunAll}, // alternatives of one character are a set
	}
	for _, tt := range tests {
		for _, in := range mustCompile(t, tt.pattern, 0).program().code {
			if in.op == iRunGreedy || in.op == iRunAll || in.op == iRunLazy {
				if in.op != tt.want {
					t.Errorf("%s: %d, want %d", tt.pattern, in.op, tt.want)
				}
				break
			}
		}
	}
}

// TestBranchesSkipWhatIsCertain follows branches for some next characters.
func TestBranchesSkipWhatIsCertain(t *testing.T) {
	p := mustCompile(t, `^(?:a1)?(?:b2)?[cd]?(?:e5)?f`, 0).program().withJumps()
	first := 1 // after ^
	if p.code[first].op != iBranch {
		t.Fatalf("instruction %d is %d", first, p.code[first].op)
	}
	arrive := func(next int) string {
		j := p.jumps[int(p.code[first].n)+int(p.classes[next])]
		if j.x == noWay {
			return "nowhere"
		}
		at := "at "
		if j.skip {
			at = "behind " + string(byte(next)) + ", at "
		}
		switch in := p.code[j.x]; in.op {
		case iLit:
			return at + p.lits[in.n].text
		case iByte:
			return at + string(in.c)
		case iBranch:
			return at + "a branch"
		case iMatch:
			return at + "the end"
		}
		return "elsewhere"
	}
	got := map[string]string{}
	for _, c := range "abcefz" {
		got[string(c)] = arrive(int(c))
	}
	got["end"] = arrive(endOfText)
	want := map[string]string{
		"a": "at a1", "b": "at b2", "c": "behind c, at a branch", "e": "at e5", "f": "behind f, at the end", "z": "nowhere", "end": "nowhere",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// run returns re as it is for a matcher with p as its program, and no other.
func run(re *Regexp, p *program) *Regexp {
	same := &Regexp{pattern: re.pattern, names: re.names}
	same.prog.Store(p)
	same.tried.Store(true)
	same.matched.Store(hastenAfter + 1)
	return same
}

// hastened returns re as it is when it has often been searched for by matchers.
func hastened(re *Regexp) *Regexp {
	return run(re, re.program().withJumps())
}

// TestOftenSearchedIsHastened has a matcher search for regexes until they have jumps, and still finds the same.
func TestOftenSearchedIsHastened(t *testing.T) {
	for _, pattern := range []string{
		`^(?:a|b|cd)*(x)?y`,  // with an automaton, which leaves texts that are not ASCII to the matcher
		`(?:ab|a)*(x)?\b(y)`, // without
	} {
		re := mustCompile(t, pattern, 0)
		var m Matcher
		find := func() []int { return spans(&m, re, "abacdxyé", 0, len("abacdxyé")) }
		want := find()
		for range hastenAfter {
			if got := find(); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", pattern, got, want)
			}
		}
		if len(re.program().jumps) == 0 {
			t.Errorf("%s has no jumps", pattern)
		}
	}
}

// stepByStep returns re without jumps and with all runs left to rare, and how many hops and branches it had.
func stepByStep(re *Regexp) (plain *Regexp, hops, branches int) {
	p := *re.program()
	p.code = slices.Clone(p.code)
	for i := range p.code {
		switch in := &p.code[i]; {
		case in.op == iBranch:
			branches++
			in.op = iSplit
		case in.op == iHop && in.y > 0:
			hops++
			in.op, in.n = iSave, in.y
		case in.op == iHop:
			hops++
			in.op = iJump
		}
		if op := p.code[i].op; op == iRunAll || op == iRunGreedy {
			p.code[i].flags |= flagLong
			p.code[i].flags &^= flagTail
		}
	}
	return run(re, &p), hops, branches
}

// TestShortCuts compares programs with the same ones step by step.
func TestShortCuts(t *testing.T) {
	rnd := rand.New(rand.NewSource(8))
	hops, branches, matched := 0, 0, 0
	for range 6_000 {
		part := func(depth int) string { return tangle(rnd, depth) }
		pattern := fmt.Sprintf(`^((%s)?(%s))?(?:(%s)*(b?))(%s|%s)?`, part(2), part(1), part(2), part(1), part(3))
		if rnd.Intn(2) == 0 {
			pattern += `(?P<rest>.+)$`
		}
		re := hastened(mustCompile(t, pattern, 0))
		plain, h, b := stepByStep(re)
		hops, branches = hops+h, branches+b
		for range 4 {
			text := letters(rnd, rnd.Intn(12)) + []string{"", "\n", "é", "\nab"}[rnd.Intn(4)] + letters(rnd, rnd.Intn(3))
			quick, slow := Matcher{plain: true}, Matcher{plain: true}
			want := spans(&slow, plain, text, 0, len(text))
			if got := spans(&quick, re, text, 0, len(text)); !slices.Equal(got, want) {
				t.Fatalf("%q on %q: %v, want %v", pattern, text, got, want)
			}
			if want != nil {
				matched++
			}
		}
	}
	if hops < 10_000 || branches < 10_000 || matched < 5_000 {
		t.Errorf("%d hops, %d branches, %d matches: the test compares too little", hops, branches, matched)
	}
}

// TestStringsByWords compares the quick look at whether a text begins with a string with the plain one.
func TestStringsByWords(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	begins := 0
	for range 20_000 {
		s := letters(rnd, 1+rnd.Intn(20))
		text := letters(rnd, rnd.Intn(20))
		if rnd.Intn(2) == 0 {
			text = s[:rnd.Intn(len(s)+1)] + text
		}
		l := newLit(s)
		want := strings.HasPrefix(text, s)
		if got := l.begins([]byte(text)); got != want {
			t.Fatalf("%q begins with %q: %v", text, s, got)
		}
		if want {
			begins++
		}
	}
	if begins < 1_000 {
		t.Errorf("%d texts begin with the string: the test compares too little", begins)
	}
}

// TestClasses puts those bytes into one class, in the order of their first ones, that no table of a program tells apart.
func TestClasses(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	for range 500 {
		pattern := tangle(rnd, 4) + `[^a-f]\w*\s+[é-ö]?` + tangle(rnd, 3)
		p := mustCompile(t, pattern, 0).program().withJumps()
		same := func(a, b int) bool {
			beyond := func(c int) bool { return utf8.RuneSelf <= c && c < endOfText }
			return beyond(a) == beyond(b) && !slices.ContainsFunc(p.code, func(in inst) bool { return in.table != nil && in.table[a] != in.table[b] })
		}
		var samples []int
		for next := range endOfText + 1 {
			want := slices.IndexFunc(samples, func(s int) bool { return same(next, s) })
			if want < 0 {
				want = len(samples)
				samples = append(samples, next)
			}
			if got := int(p.classes[next]); got != want {
				t.Fatalf("%s: byte %d is of class %d, want %d", pattern, next, got, want)
			}
		}
	}
}
