package regex

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/filter"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// stockProgram compiles a stock filter of the original.
func stockProgram(t *testing.T, peer string, s sample) *filter.Program {
	t.Helper()
	o := &options{config: filepath.Join(peer, "root/etc/fail2ban"), regex: s.filter + ".conf" + s.options}
	settings := filter.Settings{UseDNS: "no"}
	h := &header{out: bufio.NewWriter(io.Discard), quiet: true}
	if _, err := readArgument(o, &settings, h); err != nil {
		t.Fatal(err)
	}
	p, err := filter.Compile(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// judged returns what a server's filter makes of lines, handed over so many at a time: its failures, its messages and its counts.
func judged(p *filter.Program, lines []ticket.Line, atOnce int, live bool) string {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	now := func() ticket.Unix { return 1.75e9 }
	f := filter.NewFilter(p, filter.Env{Jail: "j", Log: log, Now: now, Location: time.UTC})
	for len(lines) > 0 {
		n := min(atOnce, len(lines))
		f.Process(&ticket.Batch{Source: "x", Lines: lines[:n], Live: live}, func(x *ticket.Failure) error {
			own := *x
			packed.Open(&own)
			fmt.Fprintf(&out, "%s %s %v %v %q %v\n", own.ID, own.IP, own.Time, own.Whole, own.Matches, own.Fields)
			return nil
		})
		f.Turn()
		lines = lines[n:]
	}
	fmt.Fprintf(&out, "%+v\n", f.Counts())
	return out.String()
}

// TestBulksOfStockFilters has every stock filter judge a long log in batches that several processors share, and in small ones.
func TestBulksOfStockFilters(t *testing.T) {
	peer := peerDir(t)
	r := rand.New(rand.NewPCG(2, 0))
	for _, s := range samples(t, peer) {
		t.Run(s.filter+s.options, func(t *testing.T) {
			p := stockProgram(t, peer, s)
			text, err := os.ReadFile(longLog(t, s.log, r))
			if err != nil {
				t.Fatal(err)
			}
			var lines []ticket.Line
			for l := range bytes.Lines(text) {
				lines = append(lines, ticket.Line{Text: bytes.TrimSuffix(l, []byte("\n"))})
			}
			for _, live := range []bool{false, true} {
				if d := cmp.Diff(judged(p, lines, 300, live), judged(p, lines, 3000, live)); d != "" {
					t.Errorf("live %v (-small +large):\n%.3000s", live, d)
				}
			}
		})
	}
}
