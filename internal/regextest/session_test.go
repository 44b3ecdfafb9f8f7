package regextest

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// report tests lines and returns what follows the date formats.
func report(t *testing.T, s filter.Settings, o Options, lines ...string) string {
	t.Helper()
	p, err := filter.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	o.Failregex, o.Ignoreregex = s.Failregex, s.Ignoreregex
	session := NewSession(p, filter.Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC}, true, o)
	if err := session.Test("test", supply(lines...)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := session.Report(&b, 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	_, tail, _ := strings.Cut(b.String(), "\nLines: ")
	return tail
}

// supply returns lines as a supply of them.
func supply(texts ...string) filter.Supply {
	var s filter.Lines
	for _, text := range texts {
		s = append(s, ticket.Line{Text: []byte(text)})
	}
	return s.Supply()
}

func lines(n int, format string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

func TestLists(t *testing.T) {
	s := filter.Settings{Failregex: []string{`bad <ADDR>`}, Ignoreregex: []string{`own$`}}
	for _, c := range []struct {
		name  string
		o     Options
		lines []string
		want  string
	}{
		{"below the limit", Options{Limit: 3}, []string{"a ", "b\t", "bad 192.0.2.1", "bad 192.0.2.1 own"},
			"4 lines, 1 ignored, 1 matched, 2 missed\n[processed in 1.50 sec]\n\n" +
				"|- Ignored line(s):\n|  bad 192.0.2.1 own\n`-\n|- Missed line(s):\n|  a\n|  b\n`-\n"},
		{"at the limit", Options{Limit: 3}, lines(3, "x%d"),
			"3 lines, 0 ignored, 0 matched, 3 missed\n[processed in 1.50 sec]\n\n" +
				"Missed line(s): too many to print.  Use --print-all-missed to print all 3 lines\n"},
		{"all", Options{Limit: 1, Missed: Always, Matched: Always}, []string{"x", "y", "bad 192.0.2.1"},
			"3 lines, 0 ignored, 1 matched, 2 missed\n[processed in 1.50 sec]\n\n" +
				"|- Matched line(s):\n|  bad 192.0.2.1\n`-\n|- Missed line(s):\n|  x\n|  y\n`-\n"},
		{"none", Options{Missed: Never, Ignored: Never}, []string{"x", "bad 192.0.2.1 own"},
			"2 lines, 1 ignored, 0 matched, 1 missed\n[processed in 1.50 sec]\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, report(t, s, c.o, c.lines...)); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
		})
	}
}

func TestMultiLineMatchClaimsMissedLines(t *testing.T) {
	s := filter.Settings{MaxLines: 4, Failregex: []string{`^ a$<SKIPLINES>^ b <ADDR>$`}}
	got := report(t, s, Options{Matched: Always}, "1700000000 x", "1700000001 a", "1700000002 y", "1700000003 b 192.0.2.1", "1700000004 b 192.0.2.1")
	want := "5 lines, 0 ignored, 2 matched, 3 missed\n[processed in 1.50 sec]\n\n" +
		"|- Matched line(s):\n|  1700000001 a\n|  1700000003 b 192.0.2.1\n`-\n" +
		"|- Missed line(s):\n|  1700000000 x\n|  1700000002 y\n|  1700000004 b 192.0.2.1\n`-\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
}

// TestManyLinesTakeNoMemory makes sure that lines which are only counted are not kept.
func TestManyLinesTakeNoMemory(t *testing.T) {
	l := list{when: Few, limit: 20}
	for range 1000 {
		l.add([]byte("x"))
	}
	if l.count != 1000 || len(l.lines) != 0 {
		t.Errorf("%d lines counted, %d kept", l.count, len(l.lines))
	}
}

// hosts is a name service.
type hosts map[string]string

func (h hosts) Addresses(name string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(h[name])} }
func (h hosts) Name(ip netip.Addr) string          { return h[ip.String()] }

func TestOutputHostNames(t *testing.T) {
	p, err := filter.Compile(filter.Settings{Failregex: []string{`from <HOST>`}, UseDNS: "yes"})
	if err != nil {
		t.Fatal(err)
	}
	names := hosts{"a.example": "192.0.2.1", "192.0.2.1": "b.example", "c.example": "2001:db8::1"}
	var b strings.Builder
	o := NewOutput(p, filter.Env{Log: slog.New(slog.DiscardHandler), Resolve: names}, &b, "<ip> <ip-host> <family> <F-DNS>", false, names)
	if err := o.Test("test", supply("1700000000 from a.example", "1700000000 from c.example")); err != nil {
		t.Fatal(err)
	}
	if want := "192.0.2.1 b.example inet4 a.example\n2001:db8::1 None inet6 c.example\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestOutputOfTuples(t *testing.T) {
	p, err := filter.Compile(filter.Settings{
		Failregex: []string{`^ a (?:<F-TUPLE_ID>b</F-TUPLE_ID>|c)(?: <F-TUPLE_ID_2>d</F-TUPLE_ID_2>)? <ADDR>$`},
	})
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{ // as the original has it
		"row":       "[(None, 'b', None),\t1700000000.0,\t{'tuple_id': 'b', 'tuple_id_2': None, 'ip4': '192.0.2.1', 'ip6': None, 'fid': (None, 'b', None), 'ip': '192.0.2.1'}],\n",
		"id":        "(None, 'b', None)\n",
		"fid":       "(None, 'b', None)\n",
		"v=<F-ID>":  "v=(None, 'b', None)\n",
		"tuple_id":  "b\n",
		"<ip>":      "192.0.2.1\n",
		"[<F-X>]":   "[]\n",
		"ip":        "192.0.2.1\n",
		"tuple_id_": "None\n",
	} {
		var b strings.Builder
		o := NewOutput(p, filter.Env{Log: slog.New(slog.DiscardHandler)}, &b, format, false, nil)
		if err := o.Test("test", supply("1700000000 a b 192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("-o %q: got %q, want %q", format, b.String(), want)
		}
	}
}
