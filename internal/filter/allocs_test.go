package filter

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gaol/internal/ticket"
)

// TestLinesThatLeadToNothingAllocateNothing judges lines again and again, as a server does for months.
func TestLinesThatLeadToNothingAllocateNothing(t *testing.T) {
	connections := Settings{
		Prefregex: `^ s\[<F-MLFID>\d+</F-MLFID>\] <F-CONTENT>.+</F-CONTENT>$`,
		Failregex: []string{`^<F-NOFAIL>conn</F-NOFAIL> <ADDR>$`, `^bad <F-USER>\S+</F-USER>$`, `^<F-NOFAIL><F-MLFFORGET>bye</F-MLFFORGET></F-NOFAIL>`},
	}
	for _, c := range []struct {
		name     string
		settings Settings
		line     func(i int) string
	}{
		{"no match", loginFilter(), func(i int) string { return string(loginLog(i+1, 0)[i].Text) }},
		{"date in the middle", Settings{Failregex: []string{`^<ADDR> - \[\] bad`}},
			func(i int) string { return fmt.Sprintf("192.0.2.%d - [22/Nov/2026:06:00:00 +0000] good", i) }},
		{"no date", Settings{Failregex: []string{`bad <ADDR>`}}, func(i int) string { return fmt.Sprint("good ", i) }},
		{"a known connection", connections, func(i int) string { return fmt.Sprintf("2026-11-22 06:00:00 s[%d] conn 192.0.2.1", i%9) }},
		{"the end of an unknown connection", connections, func(i int) string { return fmt.Sprintf("2026-11-22 06:00:00 s[%d] bye", i) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile(c.settings)
			if err != nil {
				t.Fatal(err)
			}
			now := ticket.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
			f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC, Now: func() ticket.Unix { return now }})
			b := &ticket.Batch{Live: true}
			for i := range 100 {
				b.Lines = append(b.Lines, ticket.Line{Text: []byte(c.line(i))})
			}
			emit := func(x *ticket.Failure) error { t.Errorf("found %v", x); return nil }
			judge := func() { f.Process(b, emit) }
			for range 20 {
				judge() // until all memory is there that lines may need
			}
			if n := testing.AllocsPerRun(20, judge); n > 5 { // some for a batch, some because kept lines move on
				t.Errorf("a hundred lines take %v allocations", n)
			}
		})
	}
}
