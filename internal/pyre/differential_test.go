package pyre

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
)

// A question is one line of testdata/differential.py.
type question struct {
	pattern string
	flags   Flags
	refused *SyntaxError
	texts   []searchArea
	answers [][]int
}

type searchArea struct {
	text     string
	from, to int
}

func (q *question) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var flags int
	if err := decodeAll(parts[:2], &q.pattern, &flags); err != nil {
		return err
	}
	q.flags = pythonFlags(flags)
	if parts[2][0] == '"' {
		q.refused = new(SyntaxError)
		return decodeAll(parts[2:], &q.refused.Msg, &q.refused.Pos)
	}
	return decodeAll(parts[2:], &q.texts, &q.answers)
}

func (a *searchArea) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	return decodeAll(parts, &a.text, &a.from, &a.to)
}

func decodeAll(parts []json.RawMessage, into ...any) error {
	if len(parts) != len(into) {
		return fmt.Errorf("%d parts, want %d", len(parts), len(into))
	}
	for i, p := range parts {
		if err := json.Unmarshal(p, into[i]); err != nil {
			return err
		}
	}
	return nil
}

// pythonFlags translates the values of re.I, re.M and so on.
func pythonFlags(bits int) Flags {
	var flags Flags
	for bit, flag := range map[int]Flags{2: IgnoreCase, 8: MultiLine, 16: DotAll, 64: Verbose, 256: ASCII} {
		if bits&bit != 0 {
			flags |= flag
		}
	}
	return flags
}

// TestDifferential compares the engine with CPython on random patterns and texts, once
// as usual, once remembering failures from the first step on, and once with an automaton where there is one.
func TestDifferential(t *testing.T) {
	seeds, count := []int{1}, 800
	if os.Getenv("GAOL_FULL") != "" {
		seeds, count = []int{11, 12, 13, 14}, 5000
	}
	for _, seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) { compareWithPython(t, seed, count) })
	}
}

func compareWithPython(t *testing.T, seed, count int) {
	var total tally
	for line := range pythonLines(t, "testdata/differential.py", seed, count) {
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatal(err)
		}
		total.check(t, &q)
	}
	t.Logf("%+v", total)
	if total.read < count {
		t.Errorf("automata have read %d texts: too few to compare", total.read)
	}
	if total.patterns+total.refused != count {
		t.Errorf("%d patterns, want %d", total.patterns+total.refused, count)
	}
}

// A tally counts what was compared.
type tally struct{ patterns, refused, searches, matches, truncated, spared, read int }

func (c *tally) check(t *testing.T, q *question) {
	re, err := Compile(q.pattern, q.flags)
	if q.refused != nil {
		c.refused++
		if err == nil || err.Error() != q.refused.Error() {
			t.Errorf("%q flags %b: error %v, want %v", q.pattern, q.flags, err, q.refused)
		}
		return
	}
	c.patterns++
	if err != nil {
		t.Errorf("%q flags %b: %v", q.pattern, q.flags, err)
		return
	}
	c.checkAnchored(t, q)
	set, quick := NewSet([]*Regexp{re}), hastened(re)
	for i, a := range q.texts {
		c.checkFilters(t, q, set, a.text, q.answers[i] != nil && a.from == 0 && a.to == len(a.text))
		for k, m := range []*Matcher{{}, {plain: true}, {mode: memoEarly}, {plain: true}} {
			re := re
			if k == 3 {
				re = quick
			}
			got := spans(m, re, a.text, a.from, a.to)
			c.searches++
			if got != nil {
				c.matches++
			}
			if m.Truncated() {
				c.truncated++
				continue
			}
			if !slices.Equal(got, q.answers[i]) || (got == nil) != (q.answers[i] == nil) {
				t.Errorf("%q flags %b on %q[%d:%d], modes %v and %v: %v, want %v",
					q.pattern, q.flags, a.text, a.from, a.to, m.mode, m.plain, got, q.answers[i])
			}
		}
	}
}

// checkAnchored compares automata with the matcher on the same pattern from the beginning of texts, for which there are most of them.
func (c *tally) checkAnchored(t *testing.T, q *question) {
	re, err := Compile("^(?:"+q.pattern+")", q.flags)
	if err != nil {
		return // global flags stand at the beginning only
	}
	for _, a := range q.texts {
		text := a.text[:a.to]
		reader, plain := Matcher{}, Matcher{plain: true}
		got, want := spans(&reader, re, text, 0, len(text)), spans(&plain, re, text, 0, len(text))
		if !slices.Equal(got, want) && !plain.Truncated() {
			t.Errorf("%q flags %b on %q: automaton %v, want %v", re, q.flags, text, got, want)
		}
		if a := re.automaton.Load(); a != nil && a.search(&reader, []byte(text)) != goesOn {
			c.read++
		}
	}
}

// checkFilters makes sure that no regex is ruled out which matches.
func (c *tally) checkFilters(t *testing.T, q *question, set *Set, text string, matches bool) {
	var candidates Candidates
	candidates.Start(set, []byte(text))
	open := NewGate(nil, set.regexes).Open([]byte(text))
	candidate := candidates.Next() == 0
	if matches && (!open || !candidate) {
		t.Errorf("%q flags %b on %q: gate %v, candidate %v, but it matches", q.pattern, q.flags, text, open, candidate)
	}
	if !matches && !candidate {
		c.spared++
	}
}
