package pyre

import (
	"encoding/json"
	"os"
	"testing"
)

// TestRefusals compares what is refused, in which words, with CPython.
func TestRefusals(t *testing.T) {
	count := 8_000
	if os.Getenv("GAOL_FULL") != "" {
		count = 300_000
	}
	refused := 0
	for line := range pythonLines(t, "testdata/refusals.py", 1, count) {
		var parts []json.RawMessage
		if err := json.Unmarshal(line, &parts); err != nil {
			t.Fatal(err)
		}
		var pattern string
		var bits, pos int
		var msg *string
		if err := decodeAll(parts, &pattern, &bits, &msg, &pos); err != nil {
			t.Fatal(err)
		}
		want := "accepted"
		if msg != nil {
			want = (&SyntaxError{*msg, pos}).Error()
			refused++
		}
		got := "accepted"
		if _, err := Compile(pattern, pythonFlags(bits)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q flags %b: %s, want %s", pattern, bits, got, want)
		}
	}
	t.Logf("%d of %d refused", refused, count)
}
