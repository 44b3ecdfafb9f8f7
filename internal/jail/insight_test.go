package jail

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/config"
	"gaol/internal/health"
	"gaol/internal/ticket"
)

// write hands raw lines to the jail.
func (b *bench) write(live bool, lines ...string) {
	batch := &ticket.Batch{Source: "/log", Live: live}
	for _, text := range lines {
		batch.Lines = append(batch.Lines, ticket.Line{Text: []byte(text)})
	}
	b.sink.Lines(batch)
}

// ahead stamps a line with a time that is so far ahead of now.
func ahead(d time.Duration, text string) string {
	return time.Now().Add(d).Format("2006-01-02T15:04:05 ") + text
}

var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)

// warnings returns what was logged at the level warning, without its beginning and with TIME for stamps.
func (b *bench) warnings() []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)WARNING \[j\] (.*)$`).FindAllStringSubmatch(b.log.String(), -1) {
		out = append(out, stamp.ReplaceAllString(m[1], "TIME"))
	}
	return out
}

// only reports those of the warnings in which a text stands.
func only(warnings []string, text string) (out []string) {
	for _, w := range warnings {
		if strings.Contains(w, text) {
			out = append(out, w)
		}
	}
	return out
}

func seconds(n int64) *config.Seconds { s := config.IntSeconds(n); return &s }

// TestDeafFilters writes a line a minute for some days.
func TestDeafFilters(t *testing.T) {
	service := func(s *Settings) {
		s.FilterName = "hostd[mode=normal]"
		s.Filter.Prefregex, s.Filter.Failregex = `^ hostd: <F-CONTENT>.+</F-CONTENT>$`, []string{"^fail from <HOST>$"}
	}
	after := func(n int64) func(*Settings) {
		return func(s *Settings) { service(s); s.Watch.NoMatch = seconds(n) }
	}
	// As sshd's: the prefix takes any line, and log-ins are followed.
	following := func(s *Settings) {
		s.FilterName = "hostd-all[mode=normal]"
		s.Filter.Prefregex = `^<F-MLFID>(?: hostd\[\d+\]:)?</F-MLFID> <F-CONTENT>.+</F-CONTENT>$`
		s.Filter.Failregex = []string{"^fail from <HOST>$", "^<F-NOFAIL>good</F-NOFAIL> login from <HOST>$"}
	}
	const day = 1440
	for name, c := range map[string]struct {
		change func(*Settings)
		line   func(i int) string
		lines  int
		want   []string
	}{
		"a quiet service among others": {service, func(i int) string {
			if i%100 == 0 {
				return ahead(0, "hostd: good login")
			}
			return ahead(0, "cron: hostd restarted")
		}, 10 * day, nil},
		"another layout": {service, func(i int) string { return ahead(0, fmt.Sprintf("vm1 hostd: good login %d", i)) }, 10 * day, []string{
			"The filter 'hostd[mode=normal]' knows none of 1441 lines of /log within 1d, though some name its service: has their layout changed?" +
				" Look with: fail2ban-regex /log 'hostd[mode=normal]'. Among the lines: 'TIME vm1 hostd: good login 1439', 'TIME vm1 hostd: good login 1440'"}},
		"log-ins that are followed": {following, func(i int) string {
			if i%100 == 0 {
				return ahead(0, "hostd[1]: good login from 192.0.2.1")
			}
			return ahead(0, "pam: session of hostd opened")
		}, 10 * day, nil},
		"log-ins in another layout": {following, func(i int) string { return ahead(0, "vm1 hostd[1]: good login from 192.0.2.1") }, 2 * day, []string{
			"The filter 'hostd-all[mode=normal]' knows none of 1441 lines of /log within 1d, though some name its service: has their layout changed?" +
				" Look with: fail2ban-regex /log 'hostd-all[mode=normal]'. Among the lines: 'TIME vm1 hostd[1]: good login from 192.0.2.1', 'TIME vm1 hostd[1]: good login from 192.0.2.1'"}},
		"no log-ins for six days": {following, func(i int) string {
			if i%500 == 0 {
				return ahead(0, "cron: hostd restarted")
			}
			return ahead(0, "cron: job")
		}, 6 * day, nil},
		"a filter that is told nothing about its name": {func(s *Settings) { service(s); s.FilterName = "" },
			func(i int) string { return ahead(0, "vm1 hostd: good login") }, 2 * day, []string{
				"The filter j knows none of 1441 lines of /log within 1d, though some name its service: has their layout changed?" +
					" Look with: fail2ban-regex /log j. Among the lines: 'TIME vm1 hostd: good login', 'TIME vm1 hostd: good login'"}},
		"the wrong log": {service, func(i int) string { return ahead(0, "httpd: GET /\x1b[2J") }, 8 * day, []string{
			"The filter 'hostd[mode=normal]' matches nothing in 10081 lines of /log within 1w: is it the right log for it?" +
				` Look with: fail2ban-regex /log 'hostd[mode=normal]'. Among the lines: 'TIME httpd: GET /\x1b[2J', 'TIME httpd: GET /\x1b[2J'`}},
		"the wrong log, but patience was asked for": {after(0), func(i int) string { return ahead(0, "httpd: GET /") }, 30 * day, nil},
		"the wrong log, and impatience": {after(7200), func(i int) string { return ahead(0, "httpd: GET /") }, day, []string{
			"The filter 'hostd[mode=normal]' matches nothing in 121 lines of /log within 2h: is it the right log for it?" +
				" Look with: fail2ban-regex /log 'hostd[mode=normal]'. Among the lines: 'TIME httpd: GET /', 'TIME httpd: GET /'"}},
		"a quiet service, and impatience": {after(7200), func(i int) string { return ahead(0, "hostd: good login") }, 10 * day, nil},
		"no dates": {service, func(i int) string { return "hostd: good login" }, day, []string{
			"The filter 'hostd[mode=normal]' finds no date in 20 lines of /log within 19m; what fails there counts as failing when it is read." +
				" Look with: fail2ban-regex /log 'hostd[mode=normal]'. Among the lines: 'hostd: good login', 'hostd: good login'"}},
		"no dates, and none are expected": {func(s *Settings) { service(s); s.Filter.DatePattern = "{NONE}" }, func(i int) string { return " hostd: good login" }, day, nil},
		"no dates, but never mind":        {func(s *Settings) { service(s); s.Watch.NoDate = config.IntSeconds(0) }, func(i int) string { return "hostd: good login" }, day, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil, c.change)
				for i := range c.lines {
					b.write(true, c.line(i))
					time.Sleep(time.Minute)
				}
				b.jail.Stop()
				if diff := cmp.Diff(c.want, b.warnings()); diff != "" {
					t.Errorf("warnings (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAnotherFilterIsListenedToAnew sees a filter that is deaf replaced by another that is.
func TestAnotherFilterIsListenedToAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, func(s *Settings) { s.Watch.NoMatch = seconds(3600) })
		hours := func(n int) {
			for range n * 60 {
				b.write(true, ahead(0, "something else"))
				time.Sleep(time.Minute)
			}
		}
		hours(5)
		s := b.jail.Settings()
		s.Filter.Failregex = []string{"^ failure of <HOST>$"}
		plan, err := b.jail.Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.jail.Adopt(plan); err != nil {
			t.Fatal(err)
		}
		hours(5)
		b.jail.Stop()
		if got := len(only(b.warnings(), "matches nothing")); got != 2 {
			t.Errorf("%d warnings, want 2:\n%s", got, b.log.String())
		}
	})
}

// TestSkew writes lines with the time of another zone, and then fails three times from two hours apart.
func TestSkew(t *testing.T) {
	_, local := time.Now().Zone()
	advice := func(off time.Duration) string {
		zone, _ := health.Zone(local + int(off.Seconds()))
		return ". It seems to be written in another time zone: put logtimezone = " + zone + " into the jail, or logskew = auto to have such dates corrected." +
			" If they name their zone, the clock of whoever writes them is wrong"
	}
	for name, c := range map[string]struct {
		zone  string // logtimezone
		off   time.Duration
		word  string
		warns []string
		skew  int
		shown ticket.Unix // by how much the time of a failure is off, then
	}{
		"right":                   {"", 0, SkewWarn, nil, 0, -30},
		"ahead":                   {"", 2 * time.Hour, SkewWarn, []string{"The dates in /log are 2h ahead of the clock" + advice(2*time.Hour)}, 7200, 0},
		"behind":                  {"", -210 * time.Minute, SkewWarn, []string{"The dates in /log are 3h 30m behind the clock" + advice(-210*time.Minute)}, -12600, 0},
		"ahead, and corrected":    {"", 2 * time.Hour, SkewCorrect, []string{"The dates in /log are 2h ahead of the clock, and are corrected (logskew = auto)"}, 7200, -30},
		"with the wrong zone set": {"UTC+0200", -time.Duration(local) * time.Second, SkewWarn, []string{"The dates in /log are 2h behind the clock" + advice(-time.Duration(local)*time.Second)}, -7200, 0},
		"with the right zone set": {"UTC+0200", 2*time.Hour - time.Duration(local)*time.Second, SkewWarn, nil, 0, -30},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil, func(s *Settings) { s.Watch.Skew, s.Filter.LogTimeZone = c.word, c.zone })
				for range 30 {
					b.write(true, ahead(c.off, "good login"))
					time.Sleep(time.Minute)
				}
				if diff := cmp.Diff(c.warns, only(b.warnings(), "the clock")); diff != "" {
					t.Errorf("warnings (-want +got):\n%s", diff)
				}
				if s := b.jail.Sources()[0]; !s.SkewKnown || s.Skew != c.skew || s.Corrected != (c.word == SkewCorrect) {
					t.Errorf("status: %d, known %v, corrected %v", s.Skew, s.SkewKnown, s.Corrected)
				}
				if st := b.jail.insights.status(Progress{Path: "/log", Open: true, Live: true, Behind: 1}, ticket.Now()); st.Seconds != 60 {
					t.Errorf("%v seconds behind, want 60", st.Seconds)
				}
				b.write(true, ahead(c.off-30*time.Second, "fail from 192.0.2.1"))
				if want := ticket.Now() + c.shown; !b.logged(`\[j\] Found 192\.0\.2\.1 - ` + want.String()) {
					t.Errorf("not found at %s:\n%s", want, b.log.String())
				}
				b.jail.Stop()
			})
		})
	}
}

// TestSkewIsSaidOnce lets the zone change back and forth.
func TestSkewIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		for i := range 10 {
			for range 60 {
				b.write(true, ahead(time.Duration(i%2+1)*time.Hour, "good login"))
				time.Sleep(time.Minute)
			}
		}
		b.jail.Stop()
		if got := len(only(b.warnings(), "the clock")); got != 1 {
			t.Errorf("said %d times in ten hours:\n%s", got, b.log.String())
		}
	})
}

// TestOldLinesShowNoSkew reads lines that are not live, and a heap of lines that waited to be read.
func TestOldLinesShowNoSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, func(s *Settings) { s.Watch.Skew = SkewCorrect })
		for range 50 {
			b.write(false, ahead(-time.Hour, "good login"))
			heap := make([]string, 1000)
			for i := range heap {
				heap[i] = ahead(-time.Hour, "good login")
			}
			b.write(true, heap...)
			time.Sleep(time.Minute)
		}
		if s := b.jail.Sources()[0]; s.SkewKnown || s.Corrected {
			t.Errorf("a skew of %d s was seen", s.Skew)
		}
		b.jail.Stop()
	})
}

// TestWhatIsNotReadIsForgotten takes the only log away from a jail that has learnt something of it.
func TestWhatIsNotReadIsForgotten(t *testing.T) {
	b := newBench(t, nil, nil)
	defer b.jail.Stop()
	b.write(true, ahead(0, "fail from 192.0.2.1"))
	if got := b.jail.Sources(); len(got) != 1 || got[0].Matched != 1 {
		t.Errorf("sources %+v", got)
	}
	s := b.jail.Settings()
	s.Logs = nil
	b.adopt(s)
	s.Logs = []LogFile{{Path: "/log"}}
	b.adopt(s)
	if got := b.jail.Sources(); len(got) != 1 || got[0].Matched != 0 {
		t.Errorf("after it was away: %+v", got)
	}
}

func TestStateAndLag(t *testing.T) {
	for name, c := range map[string]struct {
		p       Progress
		last    ticket.Unix
		state   SourceState
		seconds float64
	}{
		"nobody reads it":               {Progress{Behind: Unknown}, 0, SourceClosed, Unknown},
		"at the end":                    {Progress{Open: true, Live: true}, 100, SourceReading, 0},
		"an empty file":                 {Progress{Open: true}, 0, SourceReading, 0},
		"written in this moment":        {Progress{Open: true, Live: true, Behind: 80}, 997, SourceReading, 3},
		"behind":                        {Progress{Open: true, Live: true, Behind: 80}, 900, SourceBehind, 100},
		"old lines":                     {Progress{Open: true, Behind: 80}, 999, SourceBehind, 1},
		"old lines, none judged yet":    {Progress{Open: true, Behind: 80}, 0, SourceBehind, Unknown},
		"a line with a date to come":    {Progress{Open: true, Live: true, Behind: 80}, 2000, SourceReading, 0},
		"a journal":                     {Progress{Open: true, Live: true, Behind: Unknown}, 900, SourceReading, Unknown},
		"a journal not read to its end": {Progress{Open: true, Behind: Unknown}, 900, SourceBehind, Unknown},
		"no file":                       {Progress{Open: true, Absent: "no such file"}, 0, SourceWaiting, 0},
		"a pause":                       {Progress{Open: true, Live: true, Paused: true, Behind: 80}, 900, SourceIdle, 100},
	} {
		s := SourceStatus{Progress: c.p, Seconds: Unknown}
		if s.lag(c.last, 1000); s.State != c.state || s.Seconds != c.seconds {
			t.Errorf("%s: %s, %v seconds behind, want %s, %v", name, s.State, s.Seconds, c.state, c.seconds)
		}
	}
}

func TestShellWord(t *testing.T) {
	for s, want := range map[string]string{
		"/var/log/auth.log": "/var/log/auth.log", "sshd": "sshd", "sshd[mode=aggressive]": "'sshd[mode=aggressive]'", "": "''",
		"/a b": "'/a b'", "it's": `'it'\''s'`, "$(rm)": "'$(rm)'", "ö": "'ö'",
	} {
		if got := shellWord(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
