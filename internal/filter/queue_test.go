package filter

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// connectionLines returns many lines that the filters of connectionCase nearly match, and some that are odd.
func connectionLines() (lines []string) {
	r := rand.New(rand.NewPCG(1, 1))
	for len(lines) < 4000 {
		c := connectionCase(r)
		lines = append(append(lines, c.Lines...), "no date", "2005-02-30 07:00:00 s[1] bad", "\xff s[2] bad joe")
	}
	return lines
}

// blocks is a supply of lines in blocks, which lie in the memory that is lent.
type blocks struct {
	lines []ticket.Line
	size  int // lines of a block
}

func (b *blocks) Next(mem []byte) (Block, error) {
	clear(mem) // whoever still reads what was there reads nonsense
	n := min(b.size, len(b.lines))
	if n == 0 {
		return nil, io.EOF
	}
	block := slices.Clone(b.lines[:n])
	b.lines = b.lines[n:]
	for i := range block {
		l := &block[i]
		n := copy(mem, l.Text)
		l.Text, mem = mem[:n], mem[n:]
	}
	return fleeting(block), nil
}

// A fleeting block takes lines back that it has handed over.
type fleeting Lines

func (b fleeting) Each(emit func(*ticket.Line) error) error {
	for i := range b {
		if err := emit(&b[i]); err != nil {
			return err
		}
		b[i] = ticket.Line{Text: []byte("gone"), Date: "gone", Time: 1, Stream: "gone"}
	}
	return nil
}

// describe prints all that an outcome says, but for what is only there when failures are wanted if bare.
func describe(o *Outcome, bare bool) string {
	when, whole, timed := o.Time()
	s := fmt.Sprintf("%q %v %v %v %v %v", o.Text(), o.Ignored, o.Prefix, when, whole, timed)
	for _, h := range o.Hits {
		s += fmt.Sprintf("\n  %d %v %v %v %v", h.Regex, h.Quiet, h.NoFail, h.Pending, h.Timed)
		if !bare {
			s += fmt.Sprint(h.Found.Lines, *h.Found.Failure)
		}
	}
	return s
}

// TestQueueLikeOneByOne compares what many lines give in a queue with what they give one after the other.
func TestQueueLikeOneByOne(t *testing.T) {
	lines := connectionLines()
	for seed := range uint64(8) {
		c := connectionCase(rand.New(rand.NewPCG(seed, 7)))
		c.UseDNS = "no"
		p, err := Compile(c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return then }}
		w := Wishes{All: seed%2 == 0, Prefix: seed%4 == 0, Failures: seed < 6}
		var want, got []string
		one := NewTester(p, env, w)
		many := NewTester(p, env, w)
		supply := &blocks{size: 100}
		for i, l := range lines {
			line := ticket.Line{Text: []byte(l)}
			if i%7 == 0 {
				line.Date, line.Time = "2023-11-14T22:13:20", then // as the journal gives them
			}
			o, err := one.Test(&line, "x")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, describe(o, !w.Failures)+fmt.Sprint(o.Match()))
			supply.lines = append(supply.lines, line)
		}
		q := many.Queue(func(o *Outcome) error {
			got = append(got, describe(o, !w.Failures)+fmt.Sprint(o.Match()))
			return nil
		})
		q.alone = false
		if err := q.Run("x", supply); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("seed %d (-one by one +queue):\n%.4000s", seed, d)
		}
		if one.Prefixed() != many.Prefixed() {
			t.Errorf("seed %d: prefregex matched %d lines one by one, %d in the queue", seed, one.Prefixed(), many.Prefixed())
		}
		if d := cmp.Diff(one.Dates(), many.Dates(), cmpopts.EquateComparable(addr.ID{})); d != "" {
			t.Errorf("seed %d: dates (-one by one +queue):\n%s", seed, d)
		}
	}
}

// TestCountedLinesAreThoseThatAreNotTaken compares what a queue tells of all lines with what it tells when lines of some kinds are only
// counted.
func TestCountedLinesAreThoseThatAreNotTaken(t *testing.T) {
	s := connectionCase(rand.New(rand.NewPCG(2, 7))).Settings
	s.Ignoreregex = append(s.Ignoreregex, "joe")
	p, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	var all [kinds][]string // taken, when all are
	score := runCounting(t, p, true, nil, &all)
	if total := sum(score.Fail) + sum(score.Ignore); min(score.Lines[Missed], score.Lines[Matched], score.Lines[Ignored], total) == 0 {
		t.Errorf("a kind is missing: %+v", score)
	}
	for k, taken := range all {
		if len(taken) != score.Lines[k] {
			t.Errorf("%d lines of kind %d taken, %d counted", len(taken), k, score.Lines[k])
		}
	}
	for _, alone := range []bool{false, true} {
		for _, counted := range [][]Kind{{Missed}, {Matched}, {Missed, Ignored}, {Missed, Matched, Ignored}} {
			var got [kinds][]string
			want := all
			for _, k := range counted {
				want[k] = nil
			}
			if d := cmp.Diff(score, runCounting(t, p, alone, counted, &got)) + cmp.Diff(want, got); d != "" {
				t.Errorf("alone %v, counted %v (-all +got):\n%.4000s", alone, counted, d)
			}
		}
	}
}

// runCounting tests connectionLines with p. Lines of the kinds counted are not to be taken, the others are described in taken.
func runCounting(t *testing.T, p *Program, alone bool, counted []Kind, taken *[kinds][]string) Score {
	t.Helper()
	env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return then }}
	tester := NewTester(p, env, Wishes{All: true})
	q := tester.Queue(func(o *Outcome) error {
		k := o.Kind
		taken[k] = append(taken[k], describe(o, true)+fmt.Sprint(o.Match()))
		return nil
	})
	q.alone = alone
	for _, k := range counted {
		q.Count(k)
	}
	supply := &blocks{size: 100}
	for _, l := range connectionLines() {
		supply.lines = append(supply.lines, ticket.Line{Text: []byte(l)})
	}
	if err := q.Run("x", supply); err != nil {
		t.Fatal(err)
	}
	return *tester.Score()
}

func sum(all []int) (n int) {
	for _, x := range all {
		n += x
	}
	return n
}

// TestCountingTellsTheSame compares hits without their failures with those that have them.
func TestCountingTellsTheSame(t *testing.T) {
	lines := connectionLines()
	for seed := range uint64(20) {
		c := connectionCase(rand.New(rand.NewPCG(seed, 8)))
		if seed%2 == 0 {
			c.Prefregex = "" // the groups of failregex decide alone
			c.Failregex = []string{`bad <F-ALT_ID>\w+</F-ALT_ID>(?:<F-ID>x</F-ID>)?`, `conn2? <HOST>(?: for <F-NOFAIL>joe</F-NOFAIL>)?`, `(?:close|<F-ID>ok</F-ID>|<F-NOFAIL>ok</F-NOFAIL>)`}
			c.Failregex = append(c.Failregex, `^ s\[(?P<ip4>)\d+\]`, `id <F-ID>\S+</F-ID>(?: <ADDR>)?`)[seed/2%3:]
		}
		p, err := Compile(c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Resolve: hosts{}, Now: func() ticket.Unix { return then }}
		all := seed%4 < 2
		full, counting := NewTester(p, env, Wishes{All: all, Failures: true}), NewTester(p, env, Wishes{All: all})
		hits := 0
		for _, l := range lines {
			want, errWant := full.Test(&ticket.Line{Text: []byte(l)}, "x")
			got, errGot := counting.Test(&ticket.Line{Text: []byte(l)}, "x")
			if w, g := describe(want, true), describe(got, true); w != g || fmt.Sprint(errWant) != fmt.Sprint(errGot) {
				t.Fatalf("seed %d, %q:\nfull     %s %v\ncounting %s %v", seed, l, w, errWant, g, errGot)
			}
			hits += len(got.Hits)
		}
		if hits == 0 {
			t.Errorf("seed %d: nothing found, the comparison says nothing", seed)
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
	q.alone = false
	supply := &blocks{size: 100}
	feed := func(n int, text string) {
		for range n {
			supply.lines = append(supply.lines, ticket.Line{Text: []byte(text)})
		}
	}
	feed(1730, "1700000000 x 192.0.2.1")
	feed(1, "2023-11-14 22:13:20 BST x 192.0.2.2")
	feed(20000, "1700000000 x 192.0.2.1")
	if err := q.Run("x", supply); err == nil {
		t.Error("no error for an unknown zone")
	}
	if taken != 1730 {
		t.Errorf("%d lines taken before the error, want 1730", taken)
	}
	if left := len(supply.lines); left == 0 {
		t.Error("all lines were read in spite of the error")
	}
}
