package filter

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// texts is a supply of texts, which lie in the memory that is lent.
type texts []string

func (s *texts) Next(mem []byte) (Block, error) {
	clear(mem)
	if len(*s) == 0 {
		return nil, io.EOF
	}
	n := copy(mem, (*s)[0])
	*s = (*s)[1:]
	return Text(mem[:n]), nil
}

// gateLog returns texts of a gate's log, of whose lines few may lead to something, with odd lines in between.
func gateLog(r *rand.Rand) (log texts, lines []string) {
	messages := []string{
		"session opened for user deploy", "bad login of root from 192.0.2.1", "x", "", "refused knock from nobody", " ", "opened\r",
		"bad login", "refused knock from 192.0.2.7", "conn 12", "gate: conn 12 bad login of joe from 192.0.2.3", "bad login of nobody from 192.0.2.3",
	}
	dates := []string{"Nov 14 22:13:20 host ", "Nov 14 22:13:21 host ", "Nov 14 22:13:20", "22 ", "", "host 2023-11-14 22:13:20 ", "2023-02-30 22:13:20 "}
	for range 60 {
		var text strings.Builder
		odd, steps, second := r.IntN(3) == 0, r.IntN(8), 20
		usual := []string{dates[0], dates[0], "host 2023-11-14 22:13:20 ", "wrong 2023-11-14 22:13:20 ", "2023-11-14 22:13:20,012 "}[r.IntN(5)]
		for i := range r.IntN(80) {
			usual := strings.Replace(usual, ",012", fmt.Sprintf(",%03d", r.IntN(12)), 1)
			if steps > 0 && r.IntN(steps) == 0 {
				second = r.IntN(60)
			}
			usual = strings.Replace(usual, ":20", fmt.Sprintf(":%02d", second), 1)
			line := usual + "gate: " + messages[r.IntN(2)*r.IntN(len(messages))]
			switch {
			case i == 0 && r.IntN(2) == 0: // which has the date of the text before
				line = "gate: " + messages[1]
			case odd || r.IntN(40) == 0:
				line = dates[r.IntN(len(dates))] + []string{"gate: ", "other: "}[r.IntN(2)] + messages[r.IntN(len(messages))]
			}
			switch r.IntN(100) {
			case 0:
				line = []string{"#" + line, "", "\r", "\r\r", "Nov 14 22:13:20", "é" + line, line + "\xff", line + "\r"}[r.IntN(8)]
			case 1: // a literal that only comes about without the date
				line = "wrong 2023-11-14 22:13:20 knock from 192.0.2.9"
			}
			text.WriteString(line + "\n")
			if !Skipped([]byte(line)) {
				lines = append(lines, line)
			}
		}
		log = append(log, text.String())
	}
	return log, lines
}

// TestSurveyedLinesLikeOneByOne compares what texts give in a queue with what their lines give one after the other.
func TestSurveyedLinesLikeOneByOne(t *testing.T) {
	fail := []string{`^bad login of <F-USER>\S+</F-USER> from <HOST>$`, `^(?:refused|wrong ) knock from <HOST>`, `^conn <F-MLFID>\d+</F-MLFID>`}
	plain, told := 0, 0
	for seed := range uint64(48) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := Settings{Failregex: fail[:2+seed%2], UseDNS: "no", LogEncoding: []string{"", "ascii", "latin-1", "utf-16"}[seed/3%4]}
		s.Prefregex = []string{`^(?:\S+ )?(?:gate(?:\[\d+\])?: )?(?P<content>.+)$`, `^\s*(?:\S+ )?gate: (?P<content>.+)$`, ""}[seed%3]
		if s.Prefregex == "" {
			s.Failregex = []string{`bad login of <F-USER>\S+</F-USER> from <HOST>$`, `(?:refused|wrong ) knock from <HOST>`}
		}
		if seed%8 == 7 { // no text is needed, so that a survey has nothing to go by
			s.Prefregex, s.Failregex = "", []string{`(?:from|by) <HOST>$`}
		}
		s.Ignoreregex = [][]string{nil, {`nobody`}}[seed/2%2]
		p, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		log, lines := gateLog(r)
		env := Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return then }}
		w := Wishes{All: seed%5 > 0, Failures: seed%7 == 0}
		one, many := NewTester(p, env, w), NewTester(p, env, w)
		var want, got []string
		wantPlain := 0
		for _, l := range lines {
			o, err := one.Test(&ticket.Line{Text: []byte(l)}, "x")
			if err != nil {
				t.Fatal(err)
			}
			if o.Kind == Missed {
				wantPlain++
			} else {
				want = append(want, describe(o, !w.Failures)+fmt.Sprint(o.Match()))
			}
		}
		q := many.Queue(func(o *Outcome) error {
			got = append(got, describe(o, !w.Failures)+fmt.Sprint(o.Match()))
			return nil
		})
		q.Count(Missed)
		q.alone = seed%2 == 0
		if err := q.Run("x", &log); err != nil {
			t.Fatal(err)
		}
		gotPlain := many.Score().Lines[Missed]
		if d := cmp.Diff(want, got); d != "" || wantPlain != gotPlain {
			t.Fatalf("seed %d, %d and %d plain lines (-one by one +surveyed):\n%.4000s", seed, wantPlain, gotPlain, d)
		}
		if one.Prefixed() != many.Prefixed() {
			t.Errorf("seed %d: prefregex matched %d lines one by one, %d surveyed", seed, one.Prefixed(), many.Prefixed())
		}
		if d := cmp.Diff(one.Dates(), many.Dates(), cmpopts.EquateComparable(addr.ID{})); d != "" {
			t.Errorf("seed %d: dates (-one by one +surveyed):\n%s", seed, d)
		}
		plain, told = plain+gotPlain, told+len(got)
	}
	if plain < 10000 || told < 2000 {
		t.Errorf("%d lines plain, %d told of: the comparison says little", plain, told)
	}
}

// TestSurveyWatchesItself checks that a survey tells many lines from few, and is not asked while it is of no use.
func TestSurveyWatchesItself(t *testing.T) {
	p, err := Compile(Settings{Failregex: []string{`bad login of <F-USER>\S+</F-USER> from <HOST>`}})
	if err != nil {
		t.Fatal(err)
	}
	s := NewTester(p, Env{Log: slog.New(slog.DiscardHandler)}, Wishes{All: true}).survey()
	text := Text(bytes.Repeat([]byte("all is well\nbad login of joe from 192.0.2.1\n# not tested\n"), 100))
	var lines surveyed
	s.of(text, &lines)
	count := [2]int{}
	for lines.at < len(lines.lines) {
		if _, promising := lines.next(); promising {
			count[1]++
		} else {
			count[0]++
		}
	}
	if lines.gate == nil || count != [2]int{100, 100} {
		t.Errorf("surveyed %v: %v lines plain and promising", lines.gate != nil, count)
	}
	lines.plain = 100
	s.note(&lines)
	if s.of(text, &lines); lines.gate == nil {
		t.Error("rests although it was of use")
	}
	lines.plain = 10
	s.note(&lines)
	for range restSurvey {
		ok := s.of(text, &lines)
		if lines.gate != nil {
			t.Fatal("does not rest")
		}
		if _, promising := lines.next(); !ok || !promising {
			t.Fatal("while it rests, a line is not told to be tested")
		}
	}
	if s.of(text, &lines); lines.gate == nil {
		t.Error("rests for ever")
	}
	if s.of(append(text, "\xff\n"...), &lines) {
		t.Error("surveys what is not ASCII")
	}
	if s.of(bytes.Repeat(text, 100), &lines) {
		t.Error("surveys a text that may have lines to be cut")
	}
}
