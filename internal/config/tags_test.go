package config

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/config/layers"
)

func textsOf(pairs ...string) *texts {
	m := &texts{}
	for i := 0; i < len(pairs); i += 2 {
		m.Set(pairs[i], text{s: pairs[i+1]})
	}
	return m
}

func unknown(string) (string, bool, error) { return "", false, nil }

func substitute(m *texts, ignore ...string) error { return substituteUpTo(maxExpanded, m, ignore...) }

func substituteUpTo(most int, m *texts, ignore ...string) error {
	s := substitution{values: m, ignore: map[string]bool{}, lookup: unknown, most: most, paper: &layers.Paper{}}
	for _, name := range ignore {
		s.ignore[name] = true
	}
	return s.run()
}

func TestTagsAreReplaced(t *testing.T) {
	tests := []struct {
		name    string
		in      []string
		ignore  []string
		want    []string
		failure string
	}{
		{"plain", []string{"a", "x <b> y", "b", "1"}, nil, []string{"a", "x 1 y", "b", "1"}, ""},
		{"unknown tags stay", []string{"a", "<HOST> <F-ID>u</F-ID> < b> <> <b", "b", "1"}, nil, []string{"a", "<HOST> <F-ID>u</F-ID> < b> <> <b", "b", "1"}, ""},
		{"inner first", []string{"a", "<m-<k>>", "k", "s", "m-s", "yes"}, nil, []string{"a", "yes", "k", "s", "m-s", "yes"}, ""},
		{"ignored", []string{"a", "<b> <c>", "b", "<c>", "c", "1"}, []string{"b"}, []string{"a", "<b> 1", "b", "<c>", "c", "1"}, ""},
		{"shrinks before the tag", []string{"a", "<<b>><b>", "b", "b", "c", ""}, nil, []string{"a", "bb", "b", "b", "c", ""}, ""},
		{"itself", []string{"a", "x<a>"}, nil, nil, "fail tag: a, found: a in {}, value: x<a>"},
		{"circle", []string{"a", "<b>", "b", "<c>", "c", "<b>"}, nil, nil, "fail tag: a, found: b in {'b': 26, 'c': 26}, value: <b>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := textsOf(tt.in...)
			err := substitute(m, tt.ignore...)
			if tt.failure != "" {
				if err == nil || !strings.HasSuffix(err.Error(), tt.failure) {
					t.Fatalf("error %v, want …%s", err, tt.failure)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, contents(m)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestDoublingTagsEnd has tags that name each other twice, which would take 2^26 times the memory.
func TestDoublingTagsEnd(t *testing.T) {
	began := time.Now()
	err := substitute(textsOf("a", "<x>", "x", "<y><y>", "y", "<x><x>"))
	if err == nil || !strings.HasPrefix(err.Error(), "properties contain self referencing definitions") {
		t.Errorf("error %.100v", err)
	}
	if err != nil && len(err.Error()) > 10_000 {
		t.Errorf("the error text has %d bytes", len(err.Error()))
	}
	if d := time.Since(began); d > 30*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestLongValueWithManyTags(t *testing.T) {
	const many = 100_000
	for value, want := range map[string]string{
		strings.Repeat("<HOST> <b> ", many):    strings.Repeat("<HOST> 1 ", many),
		strings.Repeat("x<b>", many):           strings.Repeat("x1", many),
		"<" + strings.Repeat("x<b>", many):     "<" + strings.Repeat("x1", many),
		"<<b>>" + strings.Repeat("x<b>", many): "<1>" + strings.Repeat("x1", many),
		strings.Repeat("<m-<b>>", many):        strings.Repeat("<m-1>", many),
	} {
		began := time.Now()
		m := textsOf("a", value, "b", "<c>", "c", "1")
		if err := substitute(m); err != nil {
			t.Fatal(err)
		}
		if v, _ := m.Get("a"); v.s != want {
			t.Errorf("got %.40s…, want %.40s…", v.s, want)
		}
		if d := time.Since(began); d > 30*time.Second {
			t.Errorf("%.20s… took %v", value, d)
		} else {
			t.Logf("%.20s… took %v", value, d)
		}
	}
}

// TestExpandLikeReplace runs random values through both, one pass after the other, and compares the outcomes of all passes together.
func TestExpandLikeReplace(t *testing.T) {
	const most = 1000
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"<a>", "<b>", "<c>", "<d>", "<e>", "<", ">", "a", "b", "<a", "c>", "<x>", " ", "\u2003", "<<b>>", "<i>", "<m-<c>>"}
	failures, changes := 0, 0
	for range 30_000 {
		var pairs []string
		for _, name := range []string{"a", "b", "c", "d", "e", "m-b", "i"} {
			value := ""
			for range random.IntN(6) {
				value += strings.Repeat(pieces[random.IntN(len(pieces))], max(1, random.IntN(40)-35))
			}
			pairs = append(pairs, name, value)
		}
		fast, slow := textsOf(pairs...), textsOf(pairs...)
		fastErr, slowErr := substituteUpTo(most, fast, "i"), replaceAll(most, slow, "i")
		if diff := cmp.Diff(contents(slow), contents(fast)); diff != "" && slowErr == nil || fmt.Sprint(fastErr) != fmt.Sprint(slowErr) {
			t.Fatalf("%q:\n-replace +expand\n%serror %v\n want %v", pairs, diff, fastErr, slowErr)
		}
		if slowErr != nil {
			failures++
		} else if !cmp.Equal(contents(textsOf(pairs...)), contents(fast)) {
			changes++
		}
	}
	if failures < 1000 || changes < 1000 {
		t.Errorf("%d circles and %d replacements are too few to tell", failures, changes)
	}
}

// replaceAll is run as it would be without expand.
func replaceAll(most int, values *texts, ignore string) error {
	s := substitution{values: values, ignore: map[string]bool{ignore: true}, lookup: unknown, most: most, paper: &layers.Paper{}}
	for before := []string(nil); !slices.Equal(before, contents(values)); {
		before = contents(values)
		for i := range values.Len() {
			name, v := values.At(i)
			if s.ignore[name] {
				continue
			}
			out, err := s.replace(name, v.s)
			if err != nil {
				return err
			}
			v.s = out
		}
	}
	return nil
}

func contents(m *texts) []string {
	var all []string
	for name, v := range m.All() {
		all = append(all, name, v.s)
	}
	return all
}

func FuzzTags(f *testing.F) {
	f.Add("<b> <c>", "<c><c>", "x")
	f.Add("<b><b>", "<c><c>", "<b><b>")
	f.Add("<<b>>", "b", "<a>")
	f.Add("\xff<\x00>", strings.Repeat("<c>", 50), "<b-<c>>")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		m := textsOf("a", a, "b", b, "c", c)
		if err := substitute(m); err != nil {
			return
		}
		for k, v := range m.All() {
			if len(v.s) > maxExpanded+len(a)+len(b)+len(c) {
				t.Errorf("%s grew to %d bytes", k, len(v.s))
			}
		}
	})
}
