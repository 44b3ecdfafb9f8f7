package filter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

const then = ticket.Unix(1700000000)

// A rig is a filter with a clock, a name service and a log of its own.
type rig struct {
	t      *testing.T
	now    ticket.Unix
	log    bytes.Buffer
	filter *Filter
	live   bool
	found  []*ticket.Failure
}

func newRig(t *testing.T, s Settings) *rig {
	t.Helper()
	p, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, now: then, live: true}
	plain := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	r.filter = NewFilter(p, Env{
		Jail: "j", Location: time.UTC,
		Log:      slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{ReplaceAttr: plain})),
		Now:      func() ticket.Unix { return r.now },
		FindTime: func() float64 { return 600 },
		Resolve: hosts{
			"one.example": {netip.MustParseAddr("192.0.2.7")},
			"two.example": {netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("::ffff:192.0.2.8")},
		},
	})
	return r
}

// feed has lines judged, all at once.
func (r *rig) feed(lines ...string) *rig {
	b := &ticket.Batch{Source: "test.log", Live: r.live}
	for _, l := range lines {
		b.Lines = append(b.Lines, ticket.Line{Text: []byte(l)})
	}
	r.filter.Process(b, r.take)
	return r
}

// take keeps a failure.
func (r *rig) take(f *ticket.Failure) error {
	packed.Open(f)
	r.found = append(r.found, f)
	return nil
}

// want compares what was found, as "id time lines".
func (r *rig) want(texts ...string) {
	r.t.Helper()
	var got []string
	for _, f := range r.found {
		got = append(got, fmt.Sprintf("%s %v %s", f.ID, float64(f.Time)-float64(then), strings.ReplaceAll(ticket.JoinMatches(f.Matches), "17000000", "")))
	}
	r.found = nil
	if d := cmp.Diff(texts, got); d != "" {
		r.t.Errorf("found (-want +got):\n%s", d)
	}
}

func (r *rig) logs(parts ...string) {
	r.t.Helper()
	got := r.log.String()
	for _, p := range parts {
		i := strings.Index(got, p)
		if i < 0 {
			r.t.Errorf("log lacks %q:\n%s", p, r.log.String())
			return
		}
		got = got[i+len(p):]
	}
	r.log.Reset()
}

func TestMultiLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		s     Settings
		lines []string
		want  []string
	}{
		{"the first of two equal lines is skipped", Settings{MaxLines: 5, Failregex: []string{`^ A$<SKIPLINES>^ B <HOST>$`}},
			[]string{"1700000001 A", "1700000002 A", "1700000003 B 192.0.2.1", "1700000004 B 192.0.2.2", "1700000005 B 192.0.2.2"},
			[]string{"192.0.2.1 3 02 A\n03 B 192.0.2.1", "192.0.2.2 4 01 A\n04 B 192.0.2.2"}},
		{"two skips", Settings{MaxLines: 9, Failregex: []string{`^ S$<SKIPLINES>^ A$<SKIPLINES>^ B <HOST>$`}},
			[]string{"1700000001 S", "1700000002 n1", "1700000003 A", "1700000004 n1", "1700000005 B 192.0.2.2", "1700000006 A", "1700000007 B 192.0.2.3"},
			[]string{"192.0.2.2 5 01 S\n03 A\n05 B 192.0.2.2"}},
		{"a line feed in front belongs to the line before", Settings{MaxLines: 3, Failregex: []string{`\n B <HOST>$`, `^ C <ADDR>\n D`}},
			[]string{"1700000001 S", "1700000002 B 192.0.2.1", "1700000003 B 192.0.2.2", "1700000004 C 192.0.2.3", "1700000005 D"},
			[]string{"192.0.2.1 2 02 B 192.0.2.1", "192.0.2.2 3 03 B 192.0.2.2", "192.0.2.3 5 04 C 192.0.2.3\n05 D"}},
		{"prefregex leaves its content in the buffer", Settings{
			MaxLines: 3, Prefregex: "svc <F-CONTENT>.+</F-CONTENT>$", Failregex: []string{"^fail <HOST>$", "^(?P<fid>x.*)$<SKIPLINES>^q"},
		},
			[]string{"1700000000 svc a", "1700000000 svc fail 192.0.2.1", "1700000000 svc fail 192.0.2.2", "1700000000 svc xq", "1700000000 svc q"},
			[]string{"192.0.2.1 0 a", "192.0.2.2 0 00 svc fail 192.0.2.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.s)
			for _, l := range c.lines {
				r.feed(l)
			}
			r.want(c.want...)
		})
	}
}

func TestHostNames(t *testing.T) {
	line := func(usedns, text string) *rig {
		return newRig(t, Settings{UseDNS: usedns, Failregex: []string{`^ f <HOST>$`, `^ n <DNS>$`, `^ i <F-ID>\S+</F-ID> <DNS>$`}}).feed("1700000000 " + text)
	}
	r := line("", "f two.example")
	r.want("192.0.2.8 0 00 f two.example", "2001:db8::2 0 00 f two.example")
	r.logs("Determined IP using DNS Lookup: two.example = {'192.0.2.8', '2001:db8::2'}", "logger=fail2ban.ipdns")
	r = line("yes", "f one.example")
	r.want("192.0.2.7 0 00 f one.example")
	if r.log.Len() > 0 {
		t.Errorf("usedns = yes warns: %s", r.log.String())
	}
	line("no", "f one.example").want()
	line("no", "n one.example").want()
	line("no", "n 192.0.2.9").want("192.0.2.9 0 00 n 192.0.2.9")
	line("raw", "f one.example").want("one.example 0 00 f one.example")
	line("raw", "i me one.example").want("me 0 00 i me one.example")
	line("yes", "i me one.example").want("192.0.2.7 0 00 i me one.example")
	line("nonsense", "f one.example").want()
	line("", "f nobody.example").want()
}

func TestEachAddressIsAFailureOfItsOwn(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`^ f <HOST>$`}}).feed("1700000000 f two.example")
	if len(r.found) != 2 {
		t.Fatalf("%d failures", len(r.found))
	}
	r.found[0].Matches[0].After = "changed"
	r.found[0].Fields = r.found[0].Fields.With("dns", "changed")
	if r.found[1].Matches[0].After == "changed" || r.found[1].Fields.Text("dns") == "changed" {
		t.Error("two failures share their data")
	}
}

func TestNobodyIsNoOffender(t *testing.T) {
	newRig(t, Settings{Failregex: []string{`^ f (?P<fid>\S*)`}}).feed("1700000000 f ").want()
}

func TestWarningsOnceADay(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`FAIL <HOST>`}})
	r.feed("a'b FAIL 192.0.2.1", "FAIL 192.0.2.1")
	r.logs("Found a match but no valid date/time found for ''.", "jail=j", "Match without a timestamp: a'b FAIL 192.0.2.1",
		"Please try setting a custom date pattern (see man page jail.conf(5)).")
	r.feed("1699990000 x", "1699990000 x")
	r.logs("Detected a log entry 2h 46m before the current time in operation mode. This looks like a timezone problem. "+
		"Treating such entries as if they just happened.", "Please check a jail for a timing issue. Line with odd timestamp: 1699990000 x")
	r.now += 86399
	r.feed("FAIL 192.0.2.1", "1699990000 x")
	if r.log.Len() > 0 {
		t.Errorf("warned again within a day:\n%s", r.log.String())
	}
	r.now += 2
	r.feed("1700084401 x")
	r.logs("Detected a log entry 33m 20s before", "latency problem")
	r.now += 86401
	r.feed("1700176801 x")
	r.logs("Detected a log entry 1h 6m after", "timezone problem")

	r = newRig(t, Settings{Failregex: []string{`FAIL <HOST>`}})
	r.live = false
	r.feed("1699999000 FAIL 192.0.2.1").want()
	r.logs("Ignoring all log entries older than 600s; these are probably messages generated while fail2ban was not running.",
		"Please check a jail for a timing issue.")
}

func TestLineThatFails(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`FAIL <HOST>`, `^ id <F-ID>\S+</F-ID>`}, DatePattern: "^%Y-%m-%d %H:%M:%S %Z\nEPOCH"})
	r.feed("2023-11-14 22:13:20 BST FAIL 192.0.2.2", "1700000000 id 1.2.3.4/255.0.255.0", "1700000000 FAIL 192.0.2.3")
	r.want("192.0.2.3 0 00 FAIL 192.0.2.3")
	r.logs("Failed to process line: '2023-11-14 22:13:20 BST FAIL 192.0.2.2', caught exception: ", "BST",
		"Failed to process line: '1700000000 id 1.2.3.4/255.0.255.0'")
	if c := r.filter.Counts(); c.Failed != 2 || c.Lines != 3 {
		t.Errorf("counts: %+v", c)
	}
	r.filter.Process(&ticket.Batch{Lines: []ticket.Line{{Text: []byte("1700000000 FAIL 192.0.2.3")}}, Live: true},
		func(*ticket.Failure) error { return errors.New("no room") })
	r.logs("caught exception: no room")
}

func TestLongLineIsCut(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`^ FAIL <HOST>\b`}, MaxLine: 40})
	r.feed("1700000000 FAIL 192.0.2.1 " + strings.Repeat("ä", 100))
	r.want("192.0.2.1 0 00 FAIL 192.0.2.1 äääääää")
	if c := r.filter.Counts(); c.Cut != 1 {
		t.Errorf("counts: %+v", c)
	}
}

func TestJournalLine(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`^host FAIL <HOST>$`}})
	b := &ticket.Batch{Source: "systemd-journal", Live: true, Lines: []ticket.Line{
		{Text: []byte("host FAIL 192.0.2.1"), Time: then - 5, Date: "2023-11-14T22:13:15.000000+00:00 "},
	}}
	r.filter.Process(b, r.take)
	r.want("192.0.2.1 -5 2023-11-14T22:13:15.000000+00:00 host FAIL 192.0.2.1")
}

// TestLineOfAContainer has lines whose source tells the time while they may hold a date of their own.
func TestLineOfAContainer(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`^(?:host)? FAIL <HOST>$`}})
	b := &ticket.Batch{Source: "/c/x-json.log", Live: true, Lines: []ticket.Line{
		{Text: []byte("1600000000 FAIL 192.0.2.1"), Time: then - 5},
		{Text: []byte("host FAIL 192.0.2.2"), Time: then - 4},
		{Text: []byte("host FAIL 192.0.2.3")}, // in no envelope, so of the time before
	}}
	r.filter.Process(b, r.take)
	r.want("192.0.2.1 -5 1600000000 FAIL 192.0.2.1", "192.0.2.2 -4 host FAIL 192.0.2.2", "192.0.2.3 -4 host FAIL 192.0.2.3")
}

func TestConnectionsAreForgotten(t *testing.T) {
	s := Settings{Prefregex: `^ s\[<F-MLFID>\d+</F-MLFID>\] <F-CONTENT>.+</F-CONTENT>$`,
		Failregex: []string{`^bad$`, `^<F-NOFAIL>conn</F-NOFAIL> <HOST>$`}}
	r := newRig(t, s).feed("1700000000 s[1] conn 192.0.2.1")
	r.now += 300
	r.feed("1700000300 s[1] bad").want("192.0.2.1 300 00 s[1] conn 192.0.2.1\n1700000300 s[1] bad")
	r.now++
	r.feed("1700000301 s[1] bad").want()

	r = newRig(t, s)
	for i := range maxConnections + 1 {
		r.feed(fmt.Sprintf("1700000000 s[%d] conn 192.0.2.1", i))
	}
	r.feed("1700000000 s[0] bad").want()
	r.feed("1700000000 s[50] bad")
	if len(r.found) != 1 {
		t.Error("a connection among the last hundred was forgotten")
	}
	for range 10 * maxGathered {
		r.feed("1700000000 s[7] conn 192.0.2.1")
	}
	byID := &r.filter.recall.connections.byID
	if n := len(byID.find([]byte("7"), byID.hash([]byte("7"))).quiet.lines); n > maxGathered {
		t.Errorf("%d lines kept for one connection", n)
	}
}

func TestReconfigure(t *testing.T) {
	compile := func(s Settings) *Program {
		p, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	r := newRig(t, Settings{Failregex: []string{`^ a <HOST>$`}}).feed("1700000000 a 192.0.2.1", "a 192.0.2.2")
	detector := r.filter.detector
	r.filter.Reconfigure(compile(Settings{Failregex: []string{`b <HOST>$`}}))
	if r.filter.detector != detector {
		t.Error("what was learnt about dates was thrown away")
	}
	r.now += 30
	r.feed("1700000000 a 192.0.2.3", "b 192.0.2.4")
	r.want("192.0.2.1 0 00 a 192.0.2.1", "192.0.2.4 0 00b 192.0.2.4")
	r.filter.Reconfigure(compile(Settings{Failregex: []string{`b <HOST>$`}, DatePattern: "{NONE}"}))
	if r.filter.detector == detector {
		t.Error("a new date pattern has no effect")
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		encoding string
		in, want string
		good     bool
	}{
		{"", "plain\r\n", "plain", true},
		{"auto", "ä€𝄞", "ä€𝄞", true},
		{"UTF-8", "a\x80b\xe2\x82c\xf0\x9d\x84d\xff\xc0\xaf", "a�b�c�d���", false},
		{"utf8", "\xed\xa0\x80", "���", false},
		{"ascii", "a\xc3\xa4", "a��", false},
		{"latin-1", "\xe4\x80", "ä\u0080", true},
		{"cp1252", "\x80", "€", true},
		{"utf-16-le", "a\x00\xe4\x00\n\x00", "aä", true},
		{"koi8-r", "\xc1", "а", true},
	} {
		e, err := findEncoding(c.encoding)
		if err != nil {
			t.Errorf("%s: %v", c.encoding, err)
			continue
		}
		var buf []byte
		got, good := e.decode([]byte(c.in), &buf)
		if string(got) != c.want || good != c.good {
			t.Errorf("%s of %q: got %q %v, want %q %v", c.encoding, c.in, got, good, c.want, c.good)
		}
	}
	_, err := Compile(Settings{LogEncoding: "bogus"})
	var unknown *EncodingError
	if !errors.As(err, &unknown) || err.Error() != "unknown encoding: bogus" {
		t.Errorf("got %v", err)
	}
	r := newRig(t, Settings{Failregex: []string{`FAIL <HOST>`}}).feed("1700000000 \xff FAIL 192.0.2.1", "1700000000 \xff")
	r.want("192.0.2.1 0 00 � FAIL 192.0.2.1")
	r.logs("Error decoding line from 'test.log' with 'UTF-8'.", `ignoring invalid characters: b'1700000000 \\xff FAIL`)
}

func TestWideReader(t *testing.T) {
	for _, c := range []struct {
		encoding, in, want string
		ok                 bool
	}{
		{"UTF-16", "\xff\xfea\x00\n\x00\x0a\x01\n\x00", "a\n\u010a\n", true},
		{"utf_16_be", "\x00a\x00\n", "a\n", true},
		{"utf-8", "a", "a", false},
		{"latin1", "\xe4", "\xe4", false},
	} {
		r, ok := WideReader(strings.NewReader(c.in), c.encoding)
		got, err := io.ReadAll(r)
		if string(got) != c.want || ok != c.ok || err != nil {
			t.Errorf("%s: got %q %v %v, want %q %v", c.encoding, got, ok, err, c.want, c.ok)
		}
	}
}

func TestTags(t *testing.T) {
	for in, want := range map[string]string{
		"<F-USER>a</F-USER></F-USER>":           "(?P<user>a))",
		"</F-USER><F-USER>a</F-USER>":           "</F-USER>(?P<user>a)",
		"<F-user>x</F-user><HOST/><F-HOST/>":    "<F-user>x</F-user><HOST/><F-HOST/>",
		"<F-HOST>x</F-HOST><F-></F->":           "(?P<host>x)<F-></F->",
		"<F-ID/><F-PORT/><F-ID>a</F-ID>":        `(?P<fid>\S+)(?P<fport>\w+)(?P<fid>a)`,
		"<F-CIDR/><CIDR><F-IP4>x</F-IP4>":       `(?P<cidr>\d+)(?P<cidr>\d+)(?P<ip4>x)`,
		"<SKIPLINES>x<SKIPLINES><F-SKIPLINES/>": `\n(?P<skiplines0>(?:.*\n)*?)x\n(?P<skiplines1>(?:.*\n)*?)<F-SKIPLINES/>`,
		"<ADDR>":                                addrRegex,
		"<F-ADDR/>":                             addrRegex,
		"<DNS><F-DNS/>":                         dnsRegex + dnsRegex,
		"<HOST>":                                "(?:" + addrRegex + "|" + dnsRegex + ")",
		"<_X><F-_X>a</F-_X><F-É>":               "<_X>(?P<_x>a)<F-É>",
	} {
		if got := expandTags(in, dnsWarn); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := expandTags("<HOST>", dnsNo); strings.Contains(got, "dns") {
		t.Errorf("with usedns = no: %s", got)
	}
	for in, want := range map[string]string{
		`((?i)x)(?:(?ix)y)`: `(?i:x)(?ix:y)`, `\((?i)x`: `\((?i)x`, `((?i)((?i)x))`: `(?i:(?i:x))`, `((?i:x))`: `((?i:x))`,
		`(?P<n>(?i)x)`: `(?P<n>(?i)x)`, `[((?i)x)]`: `[(?i:x)]`,
	} {
		if got := scopeFlags(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestCombinedFields(t *testing.T) {
	for _, c := range []struct{ regex, line, want string }{
		{`^ (?P<alt_user_2>a)?(?P<alt_user>b)?(?P<alt_user_1>c)? <F-ID/>`, "abc x", "user=b"},
		{`^ (?P<alt_user_2>a)?(?P<alt_user>b)?(?P<alt_user_1>c)? <F-ID/>`, "ac x", "user=c"},
		{`^ <F-ALT_ID>\w</F-ALT_ID>`, "z", "fid="},
		{`^ <F-ALT_USER1>a</F-ALT_USER1> <F-ID/>`, "a x", "user1=a"},
	} {
		p, err := Compile(Settings{Failregex: []string{c.regex}})
		if c.want == "fid=" {
			if err == nil {
				t.Errorf("%s names nobody", c.regex)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{t: t, now: then, live: true}
		r.filter = NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Now: func() ticket.Unix { return r.now }})
		r.feed("1700000000 " + c.line)
		name, value, _ := strings.Cut(c.want, "=")
		if len(r.found) != 1 || r.found[0].Fields.Text(name) != value {
			t.Errorf("%s on %q: got %+v, want %s", c.regex, c.line, r.found, c.want)
		}
	}
}

// TestGivingUp has a regular expression that back-references make too costly: the line counts as not matching, the others are judged,
// and the log says once which expression it was.
// TestUsersPutTogether has connections whose users are tuples. What is wanted is what Fail2Ban 1.0.2 gives.
func TestUsersPutTogether(t *testing.T) {
	const user = ` user=<F-TUPLE_USER_1>\w*</F-TUPLE_USER_1> dom=<F-TUPLE_USER_2>\w*</F-TUPLE_USER_2>`
	r := newRig(t, Settings{Failregex: []string{
		`^\s*<F-MLFID>c\d</F-MLFID> <F-NOFAIL>begin</F-NOFAIL>` + user + `$`,
		`^\s*<F-MLFID>c\d</F-MLFID> fail from <ADDR>(?:` + user + `)?$`,
		`^\s*<F-MLFID>c\d</F-MLFID> <F-MLFGAINED>ok</F-MLFGAINED>` + user + ` from <ADDR>$`,
	}})
	type tuple = ticket.Tuple
	nobody := tuple{nil, nil, nil}
	for _, tt := range []struct {
		lines []string
		want  []ticket.Set
	}{
		{
			[]string{"c1 begin user=anna dom=x", "c1 begin user=anna dom=y", "c1 fail from 192.0.2.4"},
			[]ticket.Set{{tuple{nil, "anna", "x"}, tuple{nil, "anna", "y"}, nobody}},
		},
		{
			[]string{"c2 fail from 192.0.2.6 user=c dom=x", "c2 fail from 192.0.2.6 user=c dom=x"},
			[]ticket.Set{{tuple{nil, "c", "x"}}, {tuple{nil, "c", "x"}}},
		},
		{ // a second user of a connection makes a failure of the line that lets him in
			[]string{"c3 begin user=e dom=", "c3 ok user=e dom=z from 192.0.2.7"},
			[]ticket.Set{{tuple{nil, "e", ""}, tuple{nil, "e", "z"}}},
		},
	} {
		r.found = nil
		for _, l := range tt.lines {
			r.feed("1700000000 " + l)
		}
		var got []ticket.Set
		for _, f := range r.found {
			users, _ := f.Fields.Get("users")
			got = append(got, users.(ticket.Set))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", tt.lines, d)
		}
	}
}

func TestGivingUp(t *testing.T) {
	r := newRig(t, Settings{Failregex: []string{`^ (a*)(a*)(a*)\1\2\3b <HOST>$`, `^ bad <HOST>$`}})
	costly := "Nov 14 22:13:20 " + strings.Repeat("a", 4000) + " b 192.0.2.9"
	r.feed(costly, "Nov 14 22:13:20 bad 192.0.2.1", costly).want("192.0.2.1 0 Nov 14 22:13:20 bad 192.0.2.1")
	if got := r.filter.Counts().GaveUp; got != 2 {
		t.Errorf("%d searches given up, want 2", got)
	}
	if n := strings.Count(r.log.String(), "Gave up searching"); n != 1 {
		t.Errorf("told %d times, want once:\n%s", n, &r.log)
	}
	r.logs(`(a*)(a*)(a*)`, "jail=j")
}

// TestStreamOfAContainer keeps which output a line came by, unless the filter captures something of that name.
func TestStreamOfAContainer(t *testing.T) {
	for regex, want := range map[string]any{`^bad <HOST>$`: "stderr", `^<F-STREAM>bad</F-STREAM> <HOST>$`: "bad"} {
		r := newRig(t, Settings{Failregex: []string{regex}})
		b := &ticket.Batch{Source: "x-json.log", Live: true, Lines: []ticket.Line{{Text: []byte("bad 192.0.2.1"), Time: then, Stream: "stderr"}}}
		r.filter.Process(b, r.take)
		if len(r.found) != 1 {
			t.Fatalf("%s: %d failures", regex, len(r.found))
		}
		if got, _ := r.found[0].Fields.Get("stream"); got != want {
			t.Errorf("%s: stream is %v, want %v", regex, got, want)
		}
	}
}
