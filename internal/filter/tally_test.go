package filter

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

func batchOf(lines ...string) *ticket.Batch {
	b := &ticket.Batch{Source: "test.log"}
	for _, l := range lines {
		b.Lines = append(b.Lines, ticket.Line{Text: []byte(l)})
	}
	return b
}

func TestTally(t *testing.T) {
	service := Settings{
		Prefregex: `^ (?:hostd)(?:\[\d+\])?: <F-CONTENT>.+</F-CONTENT>$`, Failregex: []string{`^bad login from <ADDR>$`}, DatePattern: "^EPOCH",
	}
	anything := service
	anything.Prefregex = `^(?: hostd:)? <F-CONTENT>.+</F-CONTENT>$`
	plain := service
	plain.Prefregex, plain.Failregex = "", []string{`^ hostd: bad login from <ADDR>$`}
	for name, c := range map[string]struct {
		settings Settings
		lines    []string
		want     Tally
	}{
		"a failure":                       {service, []string{"1700000000 hostd: bad login from 192.0.2.1"}, Tally{Lines: 1, Matched: 1, Stated: 1700000000, Named: true, Heard: true}},
		"a quiet service":                 {service, []string{"1700000000 hostd[7]: good login"}, Tally{Lines: 1, Stated: 1700000000, Named: true, Heard: true}},
		"another layout":                  {service, []string{"1700000000 vm1 hostd[7]: bad login from 192.0.2.1"}, Tally{Lines: 1, Stated: 1700000000, Named: true}},
		"other services":                  {service, []string{"1700000000 cron: job"}, Tally{Lines: 1, Stated: 1700000000}},
		"a prefregex for anything":        {anything, []string{"1700000000 hostd: bad login from 192.0.2.1"}, Tally{Lines: 1, Matched: 1, Stated: 1700000000}},
		"no prefregex":                    {plain, []string{"1700000000 hostd: bad login from 192.0.2.1"}, Tally{Lines: 1, Matched: 1, Stated: 1700000000}},
		"no date in one":                  {service, []string{"1700000000 cron: job", "hostd", "1700000003 cron: job"}, Tally{Lines: 3, Undated: 1, Stated: 1700000003, Odd: [2]int{1, 1}}},
		"no date in some":                 {service, []string{"hostd", "1700000000 cron: job", "cron", "hostd", "1700000003 cron: job"}, Tally{Lines: 5, Undated: 3, Stated: 1700000003, Odd: [2]int{0, 3}}},
		"no text":                         {service, []string{"1700000000 cron: \xff\xfe"}, Tally{Lines: 1, Undecoded: 1, Stated: 1700000000}},
		"heard without being the one":     {service, []string{"1700000000 cron: job", "1700000000 hostd: bad login from 192.0.2.1"}, Tally{Lines: 2, Matched: 1, Stated: 1700000000, Heard: true}},
		"an empty line":                   {service, []string{""}, Tally{Lines: 1, Undated: 1}},
		"nothing":                         {service, nil, Tally{}},
		"what the gate keeps from search": {service, []string{"1700000000 hostd: x", "1700000000 cron: job"}, Tally{Lines: 2, Stated: 1700000000, Named: true, Heard: true}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Compile(c.settings)
			if err != nil {
				t.Fatal(err)
			}
			f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Now: func() ticket.Unix { return 1700000010 }})
			got := f.Process(batchOf(c.lines...), func(*ticket.Failure) error { return nil })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestProbeReachesEveryLine sees to it that a line that always stands at the same place of its batch is probed one day.
func TestProbeReachesEveryLine(t *testing.T) {
	p, err := Compile(Settings{Prefregex: `^ hostd: <F-CONTENT>.+</F-CONTENT>$`, Failregex: []string{`^bad login from <ADDR>$`}, DatePattern: "^EPOCH"})
	if err != nil {
		t.Fatal(err)
	}
	f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Now: func() ticket.Unix { return 1700000010 }})
	for range 10 {
		if f.Process(batchOf("1700000000 hostd: good login", "1700000000 pam: session", "1700000000 logind: session"), nil).Heard {
			return
		}
		f.Process(batchOf("1700000000 cron: job"), nil)
	}
	t.Error("prefregex was never tried on the line that it matches")
}

func TestShift(t *testing.T) {
	p, err := Compile(Settings{Failregex: []string{`^ bad login from <ADDR>$`}, DatePattern: "^EPOCH"})
	if err != nil {
		t.Fatal(err)
	}
	f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Now: func() ticket.Unix { return 1_700_000_010 }})
	f.Shift(7200)
	b := batchOf("1700007200 bad login from 192.0.2.1")
	b.Live = true
	var got []ticket.Unix
	tally := f.Process(b, func(x *ticket.Failure) error { got = append(got, x.Time); return nil })
	if diff := cmp.Diff([]ticket.Unix{1_700_000_000}, got); diff != "" || tally.Stated != 1_700_007_200 {
		t.Errorf("time of the failure %v, stated %v", got, tally.Stated)
	}
}

func TestKnowsGoodLines(t *testing.T) {
	for failregex, want := range map[string]bool{
		"^bad login from <ADDR>$":                                            false,
		"^<F-NOFAIL>good</F-NOFAIL> login from <ADDR>$":                      true,
		"^<F-MLFGAINED>good</F-MLFGAINED> login from <ADDR>$":                true,
		"^<F-MLFID>\\d+</F-MLFID> <F-MLFFORGET>closed</F-MLFFORGET> <ADDR>$": true,
	} {
		p, err := Compile(Settings{Failregex: []string{failregex}})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.KnowsGoodLines(); got != want {
			t.Errorf("%s: %v", failregex, got)
		}
	}
}
