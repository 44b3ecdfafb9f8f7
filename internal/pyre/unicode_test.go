package pyre

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnicode compares character classes, case folding and names with CPython.
func TestUnicode(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("only with GAOL_FULL set")
	}
	lines := 0
	for line := range pythonLines(t, "testdata/unicode.py") {
		lines++
		var parts []json.RawMessage
		var key string
		if err := json.Unmarshal(line, &parts); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(parts[0], &key); err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasPrefix(key, `\`):
			checkClass(t, key, parts[1])
		case len([]rune(key)) == 1:
			checkFolds(t, []rune(key)[0], parts[1])
		default:
			checkName(t, key, parts[1])
		}
	}
	t.Logf("%d lines", lines)
	if lines < 3000 {
		t.Error("that is too little")
	}
}

func checkClass(t *testing.T, escape string, data []byte) {
	var want [][2]rune
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	var got [][2]rune
	set := categorySet(rune(escape[1]), false)
	for r := rune(0); r <= 0x10ffff; r++ {
		switch last := len(got) - 1; {
		case r >= 0xd800 && r <= 0xdfff || !set.has(r):
		case last >= 0 && got[last][1] == r-1:
			got[last][1] = r
		default:
			got = append(got, [2]rune{r, r})
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", escape, diff)
	}
}

func checkFolds(t *testing.T, r rune, data []byte) {
	var folds string
	if err := json.Unmarshal(data, &folds); err != nil {
		t.Fatal(err)
	}
	want, got := []rune(folds), slices.Clone(foldsOf(r, false))
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("folds of %q: %q, want %q", r, got, want)
	}
}

func checkName(t *testing.T, name string, data []byte) {
	var char string
	if err := json.Unmarshal(data, &char); err != nil {
		t.Fatal(err)
	}
	if got, ok := charNamed(name); !ok || string(got) != char {
		t.Errorf("%q is %q, want %q", name, got, char)
	}
}
