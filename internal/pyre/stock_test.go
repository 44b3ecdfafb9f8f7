package pyre

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"
)

// peer is where an original Fail2Ban may be unpacked.
const peer = "../../.peer"

// A stockRegex is a regex of the original's filters with its matches by text number.
type stockRegex struct {
	pattern string
	flags   Flags
	matches map[string][]int
	slow    []int
}

func (r *stockRegex) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var flags int
	err := decodeAll(parts, &r.pattern, &flags, &r.matches, &r.slow)
	r.flags = pythonFlags(flags)
	return err
}

// stock returns the regexes and sample lines of the original.
func stock(t testing.TB) (texts []string, regexes []stockRegex) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("only with GAOL_FULL set")
	}
	if _, err := os.Stat(peer); err != nil {
		t.Skip("no original to compare with: ", err)
	}
	for line := range pythonLines(t, "testdata/stock.py", peer) {
		if texts == nil {
			if err := json.Unmarshal(line, &texts); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var r stockRegex
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		regexes = append(regexes, r)
	}
	return texts, regexes
}

// TestStock compares the engine with CPython on all regexes and sample lines that the
// original comes with.
func TestStock(t *testing.T) {
	texts, regexes := stock(t)
	matches, automata := 0, 0
	readers := []*Matcher{{}, {plain: true}}
	var candidates Candidates
	for _, r := range regexes {
		re := mustCompile(t, r.pattern, r.flags)
		set, quick := NewSet([]*Regexp{re}), hastened(re)
		for i, text := range texts {
			if slices.Contains(r.slow, i) {
				continue
			}
			want := r.matches[strconv.Itoa(i)]
			for _, m := range readers {
				if got := spans(m, re, text, 0, len(text)); !slices.Equal(got, want) {
					t.Errorf("%q flags %b on %q, mode %v: %v, want %v", r.pattern, r.flags, text, m.plain, got, want)
				}
			}
			if got := spans(readers[1], quick, text, 0, len(text)); !slices.Equal(got, want) {
				t.Errorf("%q flags %b on %q, with jumps: %v, want %v", r.pattern, r.flags, text, got, want)
			}
			if want == nil {
				continue
			}
			matches++
			candidates.Start(set, []byte(text))
			if candidates.Next() != 0 || !NewGate(nil, set.regexes).Open([]byte(text)) {
				t.Errorf("%q flags %b is ruled out on %q, which it matches", r.pattern, r.flags, text)
			}
		}
		if re.automaton.Load() != nil {
			automata++
		}
	}
	t.Logf("%d regexes, %d of them automata, %d texts, %d matches", len(regexes), automata, len(texts), matches)
	if len(regexes) < 300 || automata < 250 || matches < 10_000 {
		t.Error("that is too little")
	}
}
