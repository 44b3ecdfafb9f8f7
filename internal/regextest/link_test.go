package regextest

import (
	"net/url"
	"testing"
)

// TestQueryText compares what is made of every byte with what the standard library makes of it.
func TestQueryText(t *testing.T) {
	for c := range 256 {
		text := "a" + string([]byte{byte(c)}) + " é"
		if got, want := queryText(text), url.QueryEscape(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
