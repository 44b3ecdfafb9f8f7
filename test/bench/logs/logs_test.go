package logs

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, kind string, seed uint64) string {
	t.Helper()
	var b bytes.Buffer
	end := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	o := Options{Lines: 1000, Attack: 0.5, Hosts: 50, End: end, Span: time.Minute, Seed: seed}
	if err := Write(&b, kind, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryKind(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			text := write(t, kind, 1)
			if n := strings.Count(text, "\n"); n != 1000 {
				t.Errorf("%d lines, want 1000", n)
			}
			if left := regexp.MustCompile(`\{[a-z]+\}`).FindString(text); left != "" {
				t.Errorf("%s was not filled in", left)
			}
			attacks := 0
			for line := range strings.Lines(text) {
				if strings.Contains(line, "198.1") || strings.Contains(line, "2001:db8") {
					attacks++
				}
			}
			if attacks < 350 || attacks > 650 {
				t.Errorf("%d lines of 1000 name an attacker, want about half", attacks)
			}
			if write(t, kind, 1) != text {
				t.Error("the same seed gives other lines")
			}
			if write(t, kind, 2) == text {
				t.Error("another seed gives the same lines")
			}
		})
	}
}

func TestAnUnknownKind(t *testing.T) {
	if err := Write(new(bytes.Buffer), "nosuch", Options{}); err == nil {
		t.Error("no error")
	}
}

func TestAttackersAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for n := range 100_000 {
		seen[Attacker(n).String()] = true
	}
	if len(seen) != 100_000 {
		t.Errorf("%d distinct addresses of 100000", len(seen))
	}
}
