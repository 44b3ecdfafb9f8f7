package filter

import (
	"bytes"
	"log/slog"
	"testing"
	"time"
	"unicode/utf8"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// FuzzProcess feeds arbitrary bytes to filters of every make-up: nothing may panic, and whatever comes out is valid UTF-8.
func FuzzProcess(f *testing.F) {
	for _, text := range []string{
		"Nov 22 06:00:00 h login[1]: Bad password for root from 192.0.2.1 port 1",
		"1700000000 s[1] conn from one.example\n1700000001 s[1] bad joe\n1700000002 s[1] close",
		"2005-02-30 07:00:00 a\n2023-11-14T22:13:20Z b <ADDR>/33\n\xff\xfe\x00\x80",
		"1700000000 net [2001:db8::1/129]\n1700000000 net 192.0.2.1/0\n1700000000 id 1.2.3.4/255.0.255.0",
		"", "\n\n", "12:00:00 ☃ 999.1.1.1", "@4000000041f4104f00000000 x",
	} {
		f.Add([]byte(text), true)
	}
	base := []string{`^ net <SUBNET>$`, `^ id <F-ID>\S+</F-ID>`, `(?:fail|bad) <F-USER>\S*</F-USER> ?<HOST>`, `<F-TUPLE_ID>\w+</F-TUPLE_ID> <F-ID/>`}
	var programs []*Program
	for _, s := range []Settings{
		loginFilter(),
		{Failregex: base, Ignoreregex: []string{"x$"}},
		{Failregex: base, DatePattern: "{NONE}", UseDNS: "raw", LogEncoding: "latin1"},
		{Failregex: append([]string{`^ a$<SKIPLINES>^ b <HOST>`}, base...), MaxLines: 4, LogTimeZone: "UTC+02:00"},
		{Prefregex: `s\[<F-MLFID>\d+</F-MLFID>\] <F-CONTENT>.*</F-CONTENT>$`, MaxLine: 50, LogEncoding: "utf-16", Failregex: []string{
			`^bad <F-USER>\S*</F-USER>$`, `^<F-NOFAIL>conn from</F-NOFAIL> <HOST>$`, `^<F-MLFFORGET>close</F-MLFFORGET>$`,
			`^<F-MLFGAINED>ok</F-MLFGAINED>`,
		}},
	} {
		p, err := Compile(s)
		if err != nil {
			f.Fatal(err)
		}
		programs = append(programs, p)
	}
	f.Fuzz(func(t *testing.T, log []byte, live bool) {
		b := &ticket.Batch{Source: "fuzz", Live: live}
		for _, l := range bytes.Split(log, []byte{'\n'}) {
			b.Lines = append(b.Lines, ticket.Line{Text: l})
		}
		for _, p := range programs {
			x := NewFilter(p, Env{
				Log: slog.New(slog.DiscardHandler), Resolve: hosts{}, Location: time.UTC,
				Now: func() ticket.Unix { return 1700000000 }, FindTime: func() float64 { return 600 },
			})
			x.Process(b, func(y *ticket.Failure) error {
				packed.Open(y)
				if y.ID.IsZero() || !utf8.ValidString(y.ID.String()) || !utf8.ValidString(ticket.JoinMatches(y.Matches)) {
					t.Errorf("failure %+v", y)
				}
				return nil
			})
		}
	})
}

// FuzzCompile tries arbitrary settings: they compile or give an error.
func FuzzCompile(f *testing.F) {
	f.Add(`^ <F-USER>a</F-USER> <HOST>`, `x(`, `{^LN-BEG}%Y`, "CET+01", "warn")
	f.Add(`((?i)x)</F-USER><SKIPLINES><ADDR>`, ``, "EPOCH\n^%b", "", "raw")
	f.Fuzz(func(t *testing.T, fail, ignore, dates, zone, usedns string) {
		p, err := Compile(Settings{Failregex: []string{fail}, Ignoreregex: []string{ignore}, DatePattern: dates, LogTimeZone: zone, UseDNS: usedns})
		if (p == nil) == (err == nil) {
			t.Errorf("got %v, %v", p, err)
		}
	})
}
