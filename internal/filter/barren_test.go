package filter

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

// TestBarrenLinesCount compares what a Tester tells with what it tells when it searches every line for prefregex.
func TestBarrenLinesCount(t *testing.T) {
	for _, prefix := range []string{
		`^(?:\S+ )?(?:gate(?:\[\d+\])?: )?(?P<content>.+)$`,
		`^(?:\S+ )?gate: (?P<content>.+)$`, // not any line
	} {
		p, err := Compile(Settings{
			Prefregex:   prefix,
			Failregex:   []string{`^bad login of <F-USER>\S+</F-USER> from <HOST>$`, `^refused knock from <HOST>`},
			Ignoreregex: []string{`nobody`},
		})
		if err != nil {
			t.Fatal(err)
		}
		env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return then }}
		quick, slow := NewTester(p, env, Wishes{All: true}), NewTester(p, env, Wishes{All: true})
		slow.filter.barren = nil
		barren := 0
		for i := range 3000 {
			text := []string{
				"host gate: session opened for user deploy", "host gate: bad login of root from 192.0.2.1",
				"host other: x", "", "host gate: refused knock from nobody", " ", "host gate: a", "b", "host c d", "e f",
			}[i%10]
			text = "Nov 14 22:13:20" + []string{" ", ""}[i%2] + text
			line := ticket.Line{Text: append([]byte(text), '\n')[:len(text)]}
			got, err := quick.Test(&line, "x")
			if err != nil {
				t.Fatal(err)
			}
			if quick.filter.isBarren(quick.filter.text) {
				barren++
			}
			want, err := slow.Test(&line, "x")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(describe(want, true), describe(got, true)); d != "" || quick.Prefixed() != slow.Prefixed() {
				t.Fatalf("%q, prefregex matched %d and %d lines: %s", text, slow.Prefixed(), quick.Prefixed(), d)
			}
		}
		if sure := p.prefregex.re.MatchesAnyLine(); sure != (barren > 1000) {
			t.Errorf("%s: %d lines are barren", prefix, barren)
		}
	}
}
