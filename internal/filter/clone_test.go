package filter

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// A twin is a filter that writes down all that it finds and says.
type twin struct {
	filter *Filter
	log    bytes.Buffer
	keeps  int // failures from turn to turn; 0 for those of a batch
}

func failureText(f *ticket.Failure) string {
	x := *f
	packed.Open(&x)
	return fmt.Sprintf("%s %s %v %v %q %v\n", x.ID, x.IP, x.Time, x.Whole, x.Matches, x.Fields)
}

func newTwin(p *Program, now *ticket.Unix) *twin {
	w := new(twin)
	w.filter = NewFilter(p, twinEnv(&w.log, now))
	return w
}

func (w *twin) clone(now *ticket.Unix) *twin {
	c := new(twin)
	c.filter = w.filter.Clone(twinEnv(&c.log, now))
	return c
}

func twinEnv(log *bytes.Buffer, now *ticket.Unix) Env {
	return Env{
		Jail: "j", Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})), Location: time.UTC,
		Now:      func() ticket.Unix { return *now },
		FindTime: func() float64 { return 600 },
	}
}

// feed has lines judged and returns what came of that, as text.
func (w *twin) feed(b *ticket.Batch) string { return w.feedIn(b, false) }

// feedIn is feed, in bulk or not. Failures are kept until the second turn, and must not change before.
func (w *twin) feedIn(b *ticket.Batch, bulk bool) string {
	w.log.Reset()
	var kept []*ticket.Failure
	var texts []string
	older := 0 // of them, handed out before the last turn
	turn := func() {
		for i, f := range kept {
			if got := failureText(f); got != texts[i] {
				fmt.Fprintf(&w.log, "%s has become %s", texts[i], got)
			}
		}
		kept, texts = kept[older:], texts[older:]
		older = len(kept)
		w.filter.Turn()
	}
	t := w.filter.process(b, func(f *ticket.Failure) error {
		text := failureText(f)
		w.log.WriteString(text)
		if kept, texts = append(kept, f), append(texts, text); w.keeps > 0 && len(kept)-older >= w.keeps {
			turn()
		}
		return nil
	}, bulk)
	turn()
	turn()
	return fmt.Sprintf("%s%+v\n%+v", w.log.String(), t, w.filter.Counts())
}

// TestClonesGoOnAlike clones filters in the middle of their work. Clone and original make the same of the same lines, also if one of them
// is given other lines in between, which must not change the other.
func TestClonesGoOnAlike(t *testing.T) {
	follows := Settings{
		Prefregex: `^<F-MLFID> ?s\[\d+\]</F-MLFID> <F-CONTENT>.*</F-CONTENT>$`,
		Failregex: []string{
			`^<F-NOFAIL>conn from</F-NOFAIL> <HOST>$`, `^bad <F-USER>\S*</F-USER>$`, `^worse <F-TUPLE_USER>\S+</F-TUPLE_USER>$`,
			`^<F-MLFFORGET>close</F-MLFFORGET>$`, `^<F-MLFGAINED>ok</F-MLFGAINED>`, `^fail from <HOST>$`,
		},
	}
	spans := Settings{Failregex: []string{`^ s\[\d+\] conn from <HOST>$<SKIPLINES>^ s\[\d+\] bad`}, MaxLines: 4}
	for name, s := range map[string]Settings{"connections": follows, "several lines": spans} {
		p, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for seed := range uint64(60) {
			r := rand.New(rand.NewPCG(seed, 1))
			now := then
			one, other := newTwin(p, &now), newTwin(p, &now)
			for range r.IntN(20) {
				b := randomBatch(r, &now)
				one.feed(b)
				other.feed(b)
			}
			clone, stray := one.clone(&now), one.clone(&now)
			for range 20 {
				b := randomBatch(r, &now)
				want := other.feed(b)
				if got := one.feed(b); got != want {
					t.Fatalf("%s, seed %d: a filter that was cloned (-want +got):\n%s", name, seed, cmp.Diff(want, got))
				}
				if got := clone.feed(b); got != want {
					t.Fatalf("%s, seed %d: the clone (-want +got):\n%s", name, seed, cmp.Diff(want, got))
				}
				found += strings.Count(want, "192.0.2.")
				stray.feed(randomBatch(r, &now))
			}
		}
		if found < 500 {
			t.Errorf("%s: only %d failures", name, found)
		}
	}
}

// randomBatch lets some time pass and returns lines about few connections, with dates of several kinds and at several places, good and
// bad.
func randomBatch(r *rand.Rand, now *ticket.Unix) *ticket.Batch {
	*now += ticket.Unix(r.IntN(40))
	if r.IntN(20) == 0 {
		*now += 86400
	}
	date := func() string {
		at := now.Time().UTC().Add(time.Duration(r.IntN(800)-650) * time.Second)
		return []string{at.Format("2006-01-02 15:04:05"), at.Format("Jan _2 15:04:05"), fmt.Sprint(at.Unix()), "2023-02-31 00:00:00", ""}[r.IntN(5)]
	}
	b := &ticket.Batch{Source: "log", Live: r.IntN(2) == 0}
	for range r.IntN(20) {
		text := fmt.Sprintf("%s s[%d] ", date(), r.IntN(3))
		switch r.IntN(9) {
		case 0, 1:
			text += fmt.Sprintf("conn from 192.0.2.%d", r.IntN(4))
		case 2, 3:
			text += fmt.Sprintf("bad u%d", r.IntN(9))
		case 4:
			text += fmt.Sprintf("worse u%d", r.IntN(4))
		case 5:
			text += []string{"close", "ok", "\xff"}[r.IntN(3)]
		case 6:
			text += fmt.Sprintf("fail from 192.0.2.%d", r.IntN(4))
		default:
			text = "at " + date() + " and " + date() + text
		}
		b.Lines = append(b.Lines, ticket.Line{Text: []byte(text)})
	}
	return b
}
