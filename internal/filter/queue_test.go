package filter

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// TestQueueLikeOneByOne compares what many lines give in a queue with what they give one after the other.
func TestQueueLikeOneByOne(t *testing.T) {
	var lines []string
	r := rand.New(rand.NewPCG(1, 1))
	for len(lines) < 4000 {
		c := connectionCase(r)
		lines = append(append(lines, c.Lines...), "no date", "2005-02-30 07:00:00 s[1] bad", "\xff s[2] bad joe")
	}
	for seed := range uint64(6) {
		c := connectionCase(rand.New(rand.NewPCG(seed, 7)))
		c.UseDNS = "no"
		p, err := Compile(c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return then }}
		w := Wishes{All: seed%2 == 0, Prefix: seed%4 == 0}
		var want, got []string
		describe := func(o *Outcome) string {
			s := fmt.Sprintf("%q %v %v %v %v %v", o.Text, o.Ignored, o.Prefixed, o.Prefix, o.Time, o.Timed)
			for _, h := range o.Hits {
				s += fmt.Sprintf("\n  %d %v %v %v %v %v", h.Regex, h.Quiet, h.Pending, h.Timed, h.Lines, *h.Failure)
			}
			return s
		}
		one := NewTester(p, env, w)
		many := NewTester(p, env, w)
		q := many.Queue(func(o *Outcome) error {
			got = append(got, describe(o)+fmt.Sprint(many.Parts()))
			return nil
		})
		for _, l := range lines {
			o, err := one.Test(&ticket.Line{Text: []byte(l)}, "x")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, describe(o)+fmt.Sprint(one.Parts()))
			if err := q.Add(&ticket.Line{Text: []byte(l)}, "x"); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("seed %d (-one by one +queue):\n%.4000s", seed, d)
		}
		if d := cmp.Diff(one.Dates(), many.Dates(), cmpopts.EquateComparable(addr.ID{})); d != "" {
			t.Errorf("seed %d: dates (-one by one +queue):\n%s", seed, d)
		}
	}
}

func TestQueueEndsWithTheFirstError(t *testing.T) {
	p, err := Compile(Settings{Failregex: []string{`x <ADDR>`}, DatePattern: "^%Y-%m-%d %H:%M:%S %Z\nEPOCH"})
	if err != nil {
		t.Fatal(err)
	}
	tester := NewTester(p, Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC}, Wishes{})
	taken := 0
	q := tester.Queue(func(*Outcome) error { taken++; return nil })
	feed := func(n int, text string) error {
		for i := 0; i < n && !q.failed; i++ {
			if err := q.Add(&ticket.Line{Text: []byte(text)}, "x"); err != nil {
				return err
			}
		}
		return nil
	}
	err = errors.Join(feed(700, "1700000000 x 192.0.2.1"), feed(1, "2023-11-14 22:13:20 BST x 192.0.2.2"), feed(20000, "1700000000 x 192.0.2.1"))
	if err = errors.Join(err, q.Close()); err == nil {
		t.Error("no error for an unknown zone")
	}
	if taken != 700 {
		t.Errorf("%d lines taken before the error, want 700", taken)
	}
}
