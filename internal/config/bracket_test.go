package config

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type pair struct{ Name, Value string }

func pairsOf(p *Params) []pair {
	pairs := []pair{}
	for k, v := range p.All() {
		pairs = append(pairs, pair{k, v})
	}
	return pairs
}

func TestParseDefinition(t *testing.T) {
	tests := []struct {
		text string
		name string
		want []pair
		err  string
	}{
		{text: "sshd", name: "sshd", want: []pair{}},
		{text: "f[x= a b , y=\" q \",z=' w ']", name: "f", want: []pair{{"x", "a b"}, {"y", "q"}, {"z", "w"}}},
		{text: "f[x=1 y=2]", name: "f", want: []pair{{"x", "1 y=2"}}},
		{text: "f[opt10=, opt11=]", name: "f", want: []pair{{"opt10", ""}, {"opt11", ""}}},
		{text: `f[o="with=okay?", p="a'b", q='a"b']`, name: "f", want: []pair{{"o", "with=okay?"}, {"p", "a'b"}, {"q", `a"b`}}},
		{text: "f[x?family=inet6=6]", name: "f", want: []pair{{"x?family=inet6", "6"}}},
		{text: "a[x=1][y=2]", name: "a", want: []pair{{"x", "1"}, {"y", "2"}}},
		{text: "a[x=1, y=2, x=3]", name: "a", want: []pair{{"x", "3"}, {"y", "2"}}},
		{text: "abc[]", name: "abc", want: []pair{}},
		{text: "mail[a=b, ]", name: "mail", want: []pair{{"a", "b"}}},
		{text: "f [x=1]", name: "f ", want: []pair{{"x", "1"}}},
		{text: "", err: "unexpected option syntax"},
		{text: "f[x", err: "unexpected option syntax"},
		{text: "f[x=1] g", err: "unexpected option syntax"},
		{text: "[x=1]", err: "unexpected option syntax"},
		{text: "f[x=1,y]", err: "expected option, wrong syntax at 4: y"},
		{text: `f[x="1"y=2]`, err: "unexpected syntax at 5 after option 'x': y=2"},
		{text: `f[x="a"b"]`, err: `unexpected syntax at 5 after option 'x': b"`},
		{text: "f[x=1]]", err: "unexpected syntax at 3 after option 'x': ]"},
		{text: "f[,x=1]", err: "expected option, wrong syntax at 0: ,x=1"},
		{text: "f[x =1]", err: "expected option, wrong syntax at 0: x =1"},
		{text: "f[é=1, " + strings.Repeat("é", 40) + "]", err: "expected option, wrong syntax at 4:  " + strings.Repeat("é", 24)},
	}
	for _, tt := range tests {
		name, params, err := ParseDefinition(tt.text)
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%q: error %v, want %s", tt.text, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, pairsOf(params)); diff != "" || name != tt.name {
			t.Errorf("%q: name %q, want %q; parameters -want +got\n%s", tt.text, name, tt.name, diff)
		}
	}
}

func TestSplitWithOptions(t *testing.T) {
	for text, want := range map[string][]string{
		`a[x="y z"] b`:               {`a[x="y z"]`, "b"},
		`a[x="y][z"] b`:              {`a[x="y][z"]`, "b"},
		"a[x=y][z=z]\tb":             {"a[x=y][z=z]", "b"},
		"a[x=\"y\nz\"]\nb":           {"a[x=\"y\nz\"]", "b"},
		"a[x=1\n  y=2]":              {"a[x=1\n  y=2]"},
		"a [x=1]":                    {"a [x=1]"},
		"a[x y=2]":                   {"a[x", "y=2]"},
		"":                           nil,
		" \n":                        nil,
		"a,b":                        {"a,b"},
		"a[x=1,  ] b":                {"a[x=1,  ]", "b"},
		`a[x=ab y="c,d"] b`:          {`a[x=ab y="c,d"]`, "b"},
		strings.Repeat("a[x=", 2000): {strings.Repeat("a[x=", 2000)},
	} {
		if diff := cmp.Diff(want, SplitWithOptions(text)); diff != "" {
			t.Errorf("%.80q: -want +got\n%s", text, diff)
		}
	}
}

// TestBracketsLikeOriginal compares with recorded answers of the original to random texts: [text, [name, pairs] or error, items].
func TestBracketsLikeOriginal(t *testing.T) {
	f, err := os.Open("testdata/brackets.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var record [3]any
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		text := record[0].(string)
		if diff := cmp.Diff(record[1:], []any{definitionAsJSON(text), asList(SplitWithOptions(text))}); diff != "" {
			t.Errorf("%q: -original +ours\n%s", text, diff)
		}
	}
}

func definitionAsJSON(text string) any {
	name, params, err := ParseDefinition(text)
	if err != nil {
		return "E " + err.Error()
	}
	pairs := []any{}
	for k, v := range params.All() {
		pairs = append(pairs, []any{k, v})
	}
	return []any{name, pairs}
}

func asList(items []string) any {
	list := []any{}
	for _, s := range items {
		list = append(list, s)
	}
	return list
}

// TestPlainItemsAsSearched compares what is read at once with what the search makes of it, for random texts of what matters to either.
func TestPlainItemsAsSearched(t *testing.T) {
	pieces := []string{
		"a", "b1-x.y", "[", "[x=1", "[x=", "]", "]", ", ", ",", "=", "x=", "y=2", `z="p, q]"`, "w='[ '", `"`, "'", " ", "\n", "\x1c", "\x00", "é", "\u2003", "?c=d", "\xff",
	}
	r := rand.New(rand.NewPCG(1, 2))
	plain := 0
	for range 100_000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := b.String()
		var s splitter
		want := s.search(text, 0, nil)
		if got := SplitWithOptions(text); !slices.Equal(want, got) {
			t.Fatalf("%q: searched %q, split %q", text, want, got)
		}
		if len(want) > 0 {
			if _, ok := plainItem(want[0]); ok && strings.Contains(want[0], "=") && strings.HasSuffix(want[0], "]") {
				plain++
			}
		}
	}
	if plain < 1000 {
		t.Errorf("only %d texts began with a plain item that has parameters", plain)
	}
}

func FuzzBrackets(f *testing.F) {
	for _, seed := range []string{
		"sshd[mode=aggressive]", `a[x="y z"] b`, `a[x="y][z", c='d']` + "\n  e[f=]", "[[", "a[b=[c]]", `a[x=ab y="c,d"`, "a[x?b=c=d]", "\xff[\xfe=1]",
		strings.Repeat("a=", 300), "a[" + strings.Repeat("x=\"", 200), "a[x=1\x00]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if name, _, err := ParseDefinition(text); err == nil && !strings.HasPrefix(text, name) {
			t.Errorf("%q: name %q", text, name)
		}
		var s splitter
		if want, got := s.search(text, 0, nil), SplitWithOptions(text); !slices.Equal(want, got) {
			t.Errorf("%q: searched %q, split %q", text, want, got)
		}
		rest := text
		for _, item := range SplitWithOptions(text) {
			i := strings.Index(rest, item)
			if i < 0 || item == "" {
				t.Fatalf("%q: item %q is not in %q", text, item, rest)
			}
			rest = rest[i+len(item):]
		}
	})
}
