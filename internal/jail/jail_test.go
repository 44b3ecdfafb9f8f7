package jail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/config"
	"gaol/internal/logging"
	"gaol/internal/source"
	"gaol/internal/store"
	"gaol/internal/ticket"
)

// A recorder is an action that remembers what it was asked.
type recorder struct {
	mu    sync.Mutex
	calls []string
	block chan struct{} // if set, operations wait for it
	fail  bool
}

func (r *recorder) note(format string, args ...any) error {
	if r.block != nil {
		<-r.block
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, fmt.Sprintf(format, args...))
	if r.fail {
		return errors.New("refused")
	}
	return nil
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func (r *recorder) Start(context.Context) error { return r.note("start") }
func (r *recorder) Stop(context.Context) error  { return r.note("stop") }
func (r *recorder) Ban(_ context.Context, e *action.Event) error {
	return r.note("ban %s for %v, %d", e.ID(), e.BanTime, e.Ban.Count)
}
func (r *recorder) Reban(_ context.Context, e *action.Event) error { return r.note("reban %s", e.ID()) }
func (r *recorder) Prolong(_ context.Context, e *action.Event) error {
	return r.note("prolong %s to %v", e.ID(), e.BanTime)
}
func (r *recorder) Unban(_ context.Context, e *action.Event) error { return r.note("unban %s", e.ID()) }
func (r *recorder) Flush(context.Context) (bool, error)            { return false, nil }
func (r *recorder) Reload(context.Context) error                   { return r.note("reload") }
func (r *recorder) Check(context.Context) error                    { return nil }
func (r *recorder) Update(context.Context, *action.Properties) error {
	return r.note("update")
}

type noNames struct{}

func (noNames) Addresses(string) []netip.Addr { return nil }

// A bench is a jail with everything around it under the test's control.
type bench struct {
	*testing.T
	jail    *Jail
	actions map[string]*recorder
	log     lockedBuffer
	sink    source.Sink
	start   Start
	env     Env
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

type openSource struct{ closed func() }

func (openSource) Pause()   {}
func (openSource) Resume()  {}
func (s openSource) Close() { s.closed() }

func (openSource) Progress() []Progress { return []Progress{{Path: "/log", Open: true, Live: true}} }

func newBench(t *testing.T, db *store.Store, change func(*Settings)) *bench {
	b := &bench{T: t, actions: map[string]*recorder{"fw": {}}}
	out := logging.NewOutput(nil, &b.log, "1.1.0")
	b.env = Env{
		Log: out.Logger, Now: ticket.Now, Store: db, Resolve: noNames{},
		Files: func(_ string, _ LogFile, start Start, sink source.Sink) (Subscription, error) {
			b.sink, b.start = sink, start
			return openSource{func() { b.sink = nil }}, nil
		},
		NewAction: func(spec ActionSpec, _ action.Env) (action.Action, error) { return b.actions[spec.Name], nil },
		HostName:  func(addr.ID) string { return "" },
		IPv6:      func() bool { return true },
	}
	s := Defaults()
	s.Filter.Failregex = []string{"^ fail from <HOST>$"}
	s.Filter.DatePattern = "^%Y-%m-%dT%H:%M:%S"
	s.Ignore.Self = false
	s.Logs = []LogFile{{Path: "/log"}}
	s.Actions = []ActionSpec{{Name: "fw", Props: action.NewProperties()}}
	if change != nil {
		change(&s)
	}
	plan, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	if b.jail, err = New("j", plan, b.env); err != nil {
		t.Fatal(err)
	}
	b.jail.Start()
	return b
}

// lines hands log lines of this moment to the jail.
func (b *bench) lines(texts ...string) {
	batch := &ticket.Batch{Source: "/log", Live: true}
	for _, text := range texts {
		batch.Lines = append(batch.Lines, ticket.Line{Text: []byte(time.Now().Format("2006-01-02T15:04:05 ") + text)})
	}
	b.sink.Lines(batch)
}

func (b *bench) fail(ip string, times int) {
	for range times {
		b.lines("fail from " + ip)
	}
}

// settle waits until all actions have done what they were asked.
func (b *bench) settle() {
	for _, r := range b.jail.currentRunners() {
		<-r.do(func(context.Context) {})
	}
}

func (b *bench) want(name string, calls ...string) {
	b.Helper()
	b.settle()
	if diff := cmp.Diff(calls, b.actions[name].seen()); diff != "" {
		b.Errorf("action %s: %s", name, diff)
	}
}

func (b *bench) logged(pattern string) bool {
	return regexp.MustCompile(`(?m)` + pattern + `$`).MatchString(b.log.String())
}

func TestBansAfterMaxretryAndLetsBackInAfterBantime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.fail("192.0.2.1", 2)
		b.fail("192.0.2.2", 3)
		b.want("fw", "start", "ban 192.0.2.2 for 600, 1")
		time.Sleep(599 * time.Second)
		synctest.Wait()
		b.want("fw", "start", "ban 192.0.2.2 for 600, 1")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		b.want("fw", "start", "ban 192.0.2.2 for 600, 1", "unban 192.0.2.2")
		for _, line := range []string{
			`fail2ban\.filter         \[\d+\]: INFO    \[j\] Found 192\.0\.2\.2 - \d{4}-\d\d-\d\d \d\d:\d\d:\d\d`,
			`fail2ban\.actions        \[\d+\]: NOTICE  \[j\] Ban 192\.0\.2\.2`,
			`fail2ban\.actions        \[\d+\]: NOTICE  \[j\] Unban 192\.0\.2\.2`,
		} {
			if !b.logged(line) {
				t.Errorf("no line %s in\n%s", line, b.log.String())
			}
		}
		b.jail.Stop()
	})
}

func TestIgnoresWhoIsToBeIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, func(s *Settings) { s.Ignore.IPs = []string{"192.0.2.0/28"} })
		b.fail("192.0.2.1", 5)
		b.want("fw", "start")
		if !b.logged(`\[j\] Ignore 192\.0\.2\.1 by ip`) {
			t.Error(b.log.String())
		}
		if n := b.jail.Ban([]addr.ID{addr.Raw("x"), mustParse("192.0.2.1")}); n != 2 {
			t.Errorf("a ban by hand asks the ignore list: %d", n)
		}
		b.jail.Stop()
	})
}

func mustParse(s string) addr.ID {
	id, err := addr.Parse(s)
	if err != nil {
		panic(err)
	}
	return id
}

func TestASlowActionDelaysNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &recorder{block: make(chan struct{})}
		b := newBenchWith(t, map[string]*recorder{"mail": slow, "fw": {}})
		b.fail("192.0.2.1", 3)
		b.fail("192.0.2.2", 3)
		synctest.Wait()
		if diff := cmp.Diff([]string{"start", "ban 192.0.2.1 for 600, 1", "ban 192.0.2.2 for 600, 1"}, b.actions["fw"].seen()); diff != "" {
			t.Error(diff)
		}
		close(slow.block)
		b.want("mail", "start", "ban 192.0.2.1 for 600, 1", "ban 192.0.2.2 for 600, 1")
		b.jail.Stop()
	})
}

// newBenchWith is newBench with these actions, in alphabetical order from the back.
func newBenchWith(t *testing.T, actions map[string]*recorder) *bench {
	b := newBench(t, nil, func(s *Settings) { s.Actions = nil })
	b.actions = actions
	s := b.jail.Settings()
	for _, name := range []string{"mail", "fw"} {
		s.Actions = append(s.Actions, ActionSpec{Name: name, Props: action.NewProperties()})
	}
	b.adopt(s)
	return b
}

func (b *bench) adopt(s Settings) {
	b.Helper()
	plan, err := Compile(s)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.jail.Adopt(plan); err != nil {
		b.Fatal(err)
	}
}

func TestAFailingActionIsReportedAndTheBanStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.settle()
		b.actions["fw"].fail = true
		b.fail("192.0.2.1", 3)
		b.settle()
		if !b.jail.Has(mustParse("192.0.2.1")) || !b.logged(`ERROR   Failed to execute ban jail 'j' action 'fw' info 'ActionInfo\(\{.*'192\.0\.2\.1'.*\}\)': refused`) &&
			!b.logged(`ERROR   \[j\] Failed to execute ban jail 'j' action 'fw' info .*refused`) {
			t.Error(b.log.String())
		}
		b.jail.Stop()
	})
}

func TestAdoptKeepsBansAndAppliesTheDifference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.fail("192.0.2.1", 3)
		b.want("fw", "start", "ban 192.0.2.1 for 600, 1")

		same := b.jail.Settings()
		b.adopt(same)
		b.want("fw", "start", "ban 192.0.2.1 for 600, 1")

		more := b.jail.Settings()
		b.actions["extra"] = &recorder{}
		more.Actions = append(more.Actions, ActionSpec{Name: "extra", Props: action.NewProperties()})
		more.MaxRetry = 1
		b.adopt(more)
		b.want("extra", "start", "ban 192.0.2.1 for 600, 1")
		b.fail("192.0.2.2", 1)
		b.want("extra", "start", "ban 192.0.2.1 for 600, 1", "ban 192.0.2.2 for 600, 1")

		less := b.jail.Settings()
		less.Actions = less.Actions[1:]
		extra := b.actions["extra"]
		b.adopt(less)
		if diff := cmp.Diff([]string{"start", "ban 192.0.2.1 for 600, 1", "ban 192.0.2.2 for 600, 1", "unban 192.0.2.1", "unban 192.0.2.2", "stop"}, b.actions["fw"].seen()); diff != "" {
			t.Error(diff)
		}
		if slices.Contains(extra.seen(), "stop") {
			t.Error("the action that stays was stopped")
		}

		none := b.jail.Settings()
		none.Logs = nil
		b.adopt(none)
		if b.sink != nil {
			t.Error("the log that is not named any more is still read")
		}
		b.jail.Stop()
	})
}

func TestShortenedBantimeHoldsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.fail("192.0.2.1", 3)
		s := b.jail.Settings()
		s.BanTime = config.IntSeconds(10)
		b.adopt(s)
		time.Sleep(12 * time.Second)
		synctest.Wait()
		b.want("fw", "start", "ban 192.0.2.1 for 600, 1", "unban 192.0.2.1")
		b.jail.Stop()
	})
}

func TestIdleLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.fail("192.0.2.1", 3)
		b.jail.SetIdle(true)
		time.Sleep(700 * time.Second)
		synctest.Wait()
		b.want("fw", "start", "ban 192.0.2.1 for 600, 1")
		b.jail.SetIdle(false)
		time.Sleep(time.Second)
		synctest.Wait()
		b.want("fw", "start", "ban 192.0.2.1 for 600, 1", "unban 192.0.2.1")
		b.jail.Stop()
	})
}

func TestUnbanOfANetworkLetsInWhoIsWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.jail.Ban([]addr.ID{mustParse("192.0.2.1"), mustParse("192.0.2.9"), mustParse("198.51.100.1")})
		n, absent := b.jail.Unban([]addr.ID{mustParse("192.0.2.0/24"), mustParse("203.0.113.1")})
		if n != 2 || !slices.Equal(absent, []addr.ID{mustParse("203.0.113.1")}) {
			t.Errorf("unbanned %d, absent %v", n, absent)
		}
		b.jail.Stop()
	})
}

func TestObservingClaimsNoBans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.jail.env.Observe = true
		b.fail("192.0.2.1", 3)
		b.settle()
		if b.logged(`\[j\] Ban 192\.0\.2\.1`) || !b.logged(`\[j\] would ban 192\.0\.2\.1`) {
			t.Error(b.log.String())
		}
		b.jail.Stop()
	})
}

func openStore(t *testing.T, path string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AddJails("j"); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestBansComeBackAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db := openStore(t, path)
	b := newBench(t, db, nil)
	b.fail("192.0.2.1", 3)
	b.jail.Stop()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openStore(t, path)
	defer db.Close()
	b = newBench(t, db, func(s *Settings) { s.Ignore.IPs = []string{"198.51.100.1"} })
	b.want("fw", "start", "ban 192.0.2.1 for 600, 2")
	if !b.logged(`NOTICE  \[j\] Restore Ban 192\.0\.2\.1`) || b.logged(`\[j\] Ban 192\.0\.2\.1`) {
		t.Error(b.log.String())
	}
	if st := b.jail.Status(); st.Banned != 1 || st.BannedTotal != 1 {
		t.Errorf("status %+v", st)
	}
	b.jail.Stop()
}

func TestRepeatOffendersStayLongerAndAreBannedSooner(t *testing.T) {
	db := openStore(t, filepath.Join(t.TempDir(), "db"))
	defer db.Close()
	b := newBench(t, db, func(s *Settings) { grow := true; s.Increment = &grow })
	b.fail("192.0.2.1", 3)
	time.Sleep(1100 * time.Millisecond) // a failure of the second of the ban is that ban's
	if n := b.jail.Has(mustParse("192.0.2.1")); !n {
		t.Fatal("not banned")
	}
	// Let back in without forgetting, as the end of a ban does.
	b.jail.banning.Lock()
	for _, gone := range b.jail.book.Clear() {
		b.jail.tellUnban(gone)
	}
	b.jail.banning.Unlock()
	b.fail("192.0.2.1", 2)
	if !b.jail.Has(mustParse("192.0.2.1")) {
		t.Errorf("two failures do not ban a known offender:\n%s", b.log.String())
	}
	if !b.logged(`\[j\] Found 192\.0\.2\.1, bad - .*, 1 # -> 2\.0`) || !b.logged(`\[j\] Increase Ban 192\.0\.2\.1 \(2 # 20m -> .*\)`) {
		t.Error(b.log.String())
	}
	bans := b.jail.ByEnd()
	if len(bans) != 1 || bans[0].BanTime != 1200 || bans[0].Count != 2 {
		t.Errorf("in the book: %+v", bans)
	}
	b.jail.Stop()
}

func TestCompileRefusesWhatIsWrong(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"an expression": func(s *Settings) { s.Filter.Failregex = []string{"("} },
		"a formula":     func(s *Settings) { grow := true; s.Increment, s.Formula = &grow, "import os" },
		"a zone":        func(s *Settings) { s.Filter.LogTimeZone = "Mars" },
		"two actions of one name": func(s *Settings) {
			s.Actions = []ActionSpec{{Name: "a", Props: action.NewProperties()}, {Name: "a", Props: action.NewProperties()}}
		},
	} {
		s := Defaults()
		change(&s)
		if _, err := Compile(s); err == nil {
			t.Errorf("%s that is wrong compiles", name)
		}
	}
}

func TestSettingsAreCopies(t *testing.T) {
	s := Defaults()
	s.Actions = []ActionSpec{{Name: "a", Props: action.NewProperties("x", "1")}}
	s.Ignore.IPs = []string{"a"}
	c := s.Clone()
	c.Actions[0].Props.Set("x", "2")
	c.Ignore.IPs[0] = "b"
	if s.Actions[0].Props.Text("x", addr.None) != "1" || s.Ignore.IPs[0] != "a" {
		t.Error("a change of the copy shows in the original")
	}
}

func TestWithTime(t *testing.T) {
	b := &ticket.Ban{Failure: ticket.Failure{ID: mustParse("192.0.2.1"), Time: 1700000000.7}, BanTime: ticket.Default}
	if got := WithTime(b, 600); !regexp.MustCompile(`^192\.0\.2\.1 \t\S+ \S+ \+ 600 = \S+ \S+$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
	if got := WithTime(b, ticket.Forever); !strings.HasSuffix(got, " + -1 = 9999-12-31 23:59:59") {
		t.Errorf("got %q", got)
	}
}
