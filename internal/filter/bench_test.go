package filter

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gaol/internal/ticket"
)

// loginFilter has the make-up of a filter for a login daemon: a prefix in which nearly everything is optional, and some twenty
// expressions.
func loginFilter() Settings {
	s := Settings{
		Prefregex:   `^\s*\S*\s*(?:login(?:\[\d+\])?:\s+)<F-CONTENT>.+</F-CONTENT>$`,
		DatePattern: "{^LN-BEG}",
	}
	for _, cause := range []string{
		"User not known", "Bad password", "Account locked", "Account expired", "Too many attempts", "Key refused",
		"Root login refused", "Not in allowed group", "Shell missing", "Connection reset", "Protocol mismatch",
		"Bad version string", "Negotiation failed", "Timeout before authentication", "Bad packet length", "Corrupted check bytes",
	} {
		s.Failregex = append(s.Failregex, `^`+cause+`(?: for (?:invalid user )?<F-USER>(?:\S+|.*?)</F-USER>)? from <HOST>(?: port \d+)?(?: on \S+(?: port \d+)?)?\s*$`)
	}
	return s
}

// loginLog returns lines of which every nth is a failure.
func loginLog(lines, nth int) []ticket.Line {
	start := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	noise := []string{
		"Accepted password for alice from 198.51.100.%d port 51000",
		"session opened for user root(uid=0) by (uid=%d)",
		"Received disconnect from 198.51.100.%d port 51000:11: disconnected by user",
		"pam_unix(login:session): session closed for user bob %d",
	}
	var log []ticket.Line
	for i := range lines {
		when := start.Add(time.Duration(i/8) * time.Second).Format("Jan _2 15:04:05")
		text := fmt.Sprintf(noise[i%len(noise)], i%250)
		if nth > 0 && i%nth == 0 {
			text = fmt.Sprintf("Bad password for invalid user admin from 203.0.113.%d port 40222", i%250)
		}
		log = append(log, ticket.Line{Text: []byte(when + " host login[1234]: " + text)})
	}
	return log
}

func BenchmarkProcess(b *testing.B) {
	for _, c := range []struct {
		name string
		nth  int
	}{{"quiet", 0}, {"attack10", 10}, {"attack100", 1}} {
		b.Run(c.name, func(b *testing.B) {
			p, err := Compile(loginFilter())
			if err != nil {
				b.Fatal(err)
			}
			now := ticket.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
			f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return now }})
			batch := &ticket.Batch{Lines: loginLog(400, c.nth), Live: true}
			found := 0
			emit := func(*ticket.Failure) error { found++; return nil }
			f.Process(batch, emit)
			if c.nth > 0 && found != len(batch.Lines)/c.nth {
				b.Fatalf("%d failures", found)
			}
			b.ReportAllocs()
			lines := 0
			for b.Loop() {
				f.Process(batch, emit)
				lines += len(batch.Lines)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(lines), "ns/line")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(loginFilter()); err != nil {
			b.Fatal(err)
		}
	}
}
