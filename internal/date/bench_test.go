package date

import (
	"fmt"
	"testing"
	"time"

	"gaol/internal/ticket"
)

// benchLogs are logs of one format each, a line a second or so.
var benchLogs = []struct{ name, pattern, format string }{
	{"syslog", "{^LN-BEG}", "Jan _2 15:04:05 host sshd[12]: Failed password for root from 192.0.2.1 port 4711 ssh2"},
	{"syslog default", "", "Jan _2 15:04:05 host sshd[12]: Failed password for root from 192.0.2.1 port 4711 ssh2"},
	{"iso zone", "{^LN-BEG}", "2006-01-02T15:04:05.000000-07:00 host sshd[12]: Failed password for root from 192.0.2.1"},
	{"iso", "{^LN-BEG}", "2006-01-02 15:04:05,000 fail2ban.actions [1]: NOTICE [sshd] Ban 192.0.2.1"},
	{"nginx error", "{^LN-BEG}", "2006/01/02 15:04:05 [error] 12#12: *3 user \"x\" was not found, client: 192.0.2.1"},
	{"clf", "^[^\\[]*\\[({DATE})\n{^LN-BEG}", "192.0.2.1 - - [02/Jan/2006:15:04:05 -0700] \"GET / HTTP/1.1\" 404 12"},
	{"clf default", "", "192.0.2.1 - - [02/Jan/2006:15:04:05 -0700] \"GET / HTTP/1.1\" 404 12"},
	{"own pattern", "^%Y-%m-%d %H:%M:%S", "2006-01-02 15:04:05 host sshd[12]: Failed password for root from 192.0.2.1"},
}

func benchDetector(b *testing.B, pattern string, now time.Time) *Detector {
	p, err := Parse(pattern)
	if err != nil {
		b.Fatal(err)
	}
	loc, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		b.Fatal(err)
	}
	present := ticket.At(now)
	return NewDetector(p, Options{Now: func() ticket.Unix { return present }, Local: loc})
}

func BenchmarkFind(b *testing.B) {
	now := time.Unix(1790000000, 0)
	for _, log := range benchLogs {
		var lines [][]byte
		for i := range 512 {
			lines = append(lines, []byte(now.Add(time.Duration(i-600)*time.Second/4).Format(log.format)))
		}
		b.Run(log.name, func(b *testing.B) { find(b, benchDetector(b, log.pattern, now), lines) })
	}
	b.Run("epoch", func(b *testing.B) {
		var lines [][]byte
		for i := range 512 {
			lines = append(lines, fmt.Appendf(nil, "%d.123 10 192.0.2.1 TCP_DENIED/403 3456 GET http://x/ - NONE/- text/html", now.Unix()-int64(i)))
		}
		find(b, benchDetector(b, "{^LN-BEG}", now), lines)
	})
	b.Run("clf default, moving", func(b *testing.B) {
		var lines [][]byte
		for i := range 512 {
			lines = append(lines, fmt.Appendf(nil, "192.0.2.%d - - [%s] \"GET / HTTP/1.1\" 404 12", i%256, now.Format("02/Jan/2006:15:04:05 -0700")))
		}
		find(b, benchDetector(b, "", now), lines)
	})
	undated := [][]byte{[]byte("    at org.example.Service.run(Service.java:42) called from worker thread number seven")}
	b.Run("no date, line begin", func(b *testing.B) { find(b, benchDetector(b, "{^LN-BEG}", now), undated) })
	timed := [][]byte{[]byte("srv app[1]: worker 7 of host-3.example.org started at 12:30:45 in 2.3 s after 1/3 retries")}
	b.Run("time only, default", func(b *testing.B) { find(b, benchDetector(b, "", now), timed) })
	b.Run("no date, default", func(b *testing.B) { find(b, benchDetector(b, "", now), undated) })
}

func find(b *testing.B, d *Detector, lines [][]byte) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, _, err := findIn(d, lines[i%len(lines)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("{^LN-BEG}"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		p, err := Parse("{^LN-BEG}")
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Broken(); err != nil {
			b.Fatal(err)
		}
	}
}
