package filter

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

// bulkFilters find all that can be found, and what can go wrong.
var bulkFilters = map[string]Settings{
	"connections": {
		Prefregex: `^<F-MLFID> ?s\[\d+\]</F-MLFID> <F-CONTENT>.*</F-CONTENT>$`,
		Failregex: []string{
			`^<F-NOFAIL>conn from</F-NOFAIL> <HOST>$`, `^bad <F-USER>\S*</F-USER>$`, `^worse <F-TUPLE_USER>\S+</F-TUPLE_USER>$`,
			`^<F-MLFFORGET>close</F-MLFFORGET>$`, `^<F-MLFGAINED>ok</F-MLFGAINED>`, `^fail from <HOST>$`,
		},
		Ignoreregex: []string{`u3$`},
	},
	"one by one": {
		Failregex: []string{
			`^ ?s\[\d+\] fail from <HOST>$`, `id <F-ID>\S+</F-ID>$`, `fail from <HOST>`, `^ (a*)(a*)(a*)\1\2\3b <HOST>$`, `name <HOST>$`,
			`^ nobody(?: <HOST>)?$`,
		},
		Ignoreregex: []string{`192\.0\.2\.3`},
	},
}

// bulkLines returns many lines, among them odd ones; some are told the time by their source.
func bulkLines(r *rand.Rand, now *ticket.Unix) *ticket.Batch {
	all := &ticket.Batch{Source: "log", Live: r.IntN(2) == 0}
	start := *now
	odd := []string{
		"%s id 1.2.3.4/255.0.255.0", "%s name some.example", "%s name other.example", "%s nobody", "\xff%s \xfe fail from 192.0.2.1", "",
		"%s " + strings.Repeat("a", 4000) + " b 192.0.2.9",
	}
	for n := 1 + r.IntN(1000); len(all.Lines) < n; {
		*now = start
		all.Lines = append(all.Lines, randomBatch(r, now).Lines...)
		if r.IntN(8) == 0 {
			text := strings.ReplaceAll(odd[r.IntN(len(odd))], "%s", now.Time().UTC().Format("2006-01-02 15:04:05"))
			all.Lines = append(all.Lines, ticket.Line{Text: []byte(text)})
		}
	}
	for i := range all.Lines {
		l := &all.Lines[i]
		switch r.IntN(30) {
		case 0:
			l.Time, l.Date = *now, "a date"
		case 1:
			l.Time, l.Stream = *now-1, "stderr"
		case 2, 3, 4, 5, 6:
			l.Text = append(l.Text, '\n')[:len(l.Text)] // as if cut out of a block
		}
	}
	return all
}

// A nameService has the filter say that it was asked.
type nameService struct{ twin *twin }

func (s nameService) Addresses(name string) []netip.Addr {
	fmt.Fprintln(&s.twin.log, "asked for", name)
	if name == "some.example" {
		return []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	}
	return nil
}

// TestBulkLikeOneByOne compares what several workers make of batches with what is made of the same lines one after the other: failures,
// messages between them, tallies, counts and what is remembered for the next batch.
func TestBulkLikeOneByOne(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	said := map[string]int{}
	for name, s := range bulkFilters {
		p, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, 3))
			now := then
			one, many := newTwin(p, &now), newTwin(p, &now)
			one.filter.env.Resolve, many.filter.env.Resolve = nameService{one}, nameService{many}
			for range 4 {
				b := bulkLines(r, &now)
				again := *b
				again.Lines = slices.Clone(b.Lines)
				many.keeps = r.IntN(50)
				want, got := one.feedIn(b, false), many.feedIn(&again, r.IntN(4) > 0)
				if got != want {
					t.Fatalf("%s, seed %d (-one by one +bulk):\n%.4000s", name, seed, cmp.Diff(want, got))
				}
				for _, text := range []string{
					"192.0.2.2", "Failed to process", "Gave up", "asked for", "No group found", "Error decoding", "Ignoring all log", "Detected a log",
					"no valid date", "failed to parse timeText", "users", "stderr",
				} {
					said[text] += strings.Count(want, text)
				}
			}
		}
	}
	t.Log(said)
	for text, n := range said {
		if n < 5 {
			t.Errorf("%q came up %d times only", text, n)
		}
	}
}
