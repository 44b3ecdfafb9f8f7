package jail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
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
	"gaol/internal/ticket"
)

// A member is a jail on two log files, with a log of its own.
type member struct {
	jail *Jail
	log  lockedBuffer
	sink map[string]source.Sink
}

type resolver func(name string) []netip.Addr

func (r resolver) Addresses(name string) []netip.Addr { return r(name) }

func someNames(name string) []netip.Addr {
	if name == "host.example" {
		return []netip.Addr{netip.MustParseAddr("192.0.2.9")}
	}
	return nil
}

func memberSettings() Settings {
	s := Defaults()
	s.Filter.Prefregex = `^(?:<F-MLFID> d\[\d+\]:</F-MLFID>)? <F-CONTENT>.+</F-CONTENT>$`
	s.Filter.Failregex = []string{
		"^fail from <HOST>$", "^<F-NOFAIL>hello</F-NOFAIL> from <HOST>$", "^bad <F-USER>.*</F-USER>$", "^<F-MLFFORGET>bye</F-MLFFORGET>$",
	}
	s.Filter.DatePattern = "^%Y-%m-%dT%H:%M:%S\n{EPOCH}"
	s.Ignore.Self = false
	s.Ignore.IPs = []string{"192.0.2.5"}
	s.Logs = []LogFile{{Path: "/a.log"}, {Path: "/b.log"}}
	s.Actions = []ActionSpec{{Name: "fw", Props: action.NewProperties()}}
	return s
}

func newMember(t *testing.T, name string, compiler *Compiler, change func(*Env)) *member {
	m := &member{sink: map[string]source.Sink{}}
	out := logging.NewOutput(nil, &m.log, "1.1.0")
	env := Env{
		Log: out.Logger, Now: ticket.Now, Resolve: resolver(someNames),
		Files: func(_ string, l LogFile, _ Start, sink source.Sink) (Subscription, error) {
			m.sink[l.Path] = sink
			return openSource{func() { delete(m.sink, l.Path) }}, nil
		},
		NewAction: func(ActionSpec, action.Env) (action.Action, error) { return &recorder{}, nil },
		HostName:  func(addr.ID) string { return "" },
		IPv6:      func() bool { return true },
	}
	if change != nil {
		change(&env)
	}
	plan, err := compiler.Compile(memberSettings())
	if err != nil {
		t.Fatal(err)
	}
	if m.jail, err = New(name, plan, env); err != nil {
		t.Fatal(err)
	}
	m.jail.Start()
	return m
}

// set changes a setting as a command does.
func (m *member) set(t *testing.T, change func(*Settings)) {
	t.Helper()
	s := m.jail.Settings()
	change(&s)
	plan, err := m.jail.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.jail.Adopt(plan); err != nil {
		t.Fatal(err)
	}
}

// told is all that can be seen of a jail.
func (m *member) told() string {
	for _, r := range m.jail.currentRunners() {
		<-r.do(func(context.Context) {})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%+v\n%+v\n", m.log.String(), m.jail.Status(), m.jail.Sources())
	for _, ban := range m.jail.ByEnd() {
		fmt.Fprintf(&b, "%+v\n", *ban)
	}
	for path, in := range m.jail.insights.sources {
		if path == "/a.log" {
			fmt.Fprintf(&b, "%+v\n", *in)
		}
	}
	table, _ := m.jail.judging.table.Changes(true)
	fmt.Fprintf(&b, "%q\n%+v %+v", table, m.jail.hearing.witness.filter.Counts(), m.jail.ledger.reached)
	return b.String()
}

// A circle is jails on the same files.
type circle struct {
	members []*member
	hand    func(b *ticket.Batch, sinks []source.Sink)
}

func newCircle(t *testing.T, hand func(*ticket.Batch, []source.Sink)) *circle {
	c := &circle{hand: hand}
	compiler := new(Compiler)
	for i := range 4 {
		c.members = append(c.members, newMember(t, fmt.Sprint("j", i), compiler, nil))
	}
	return c
}

// deliver hands b to those of the members that have a number in who.
func (c *circle) deliver(b *ticket.Batch, who []int) {
	var sinks []source.Sink
	for _, i := range who {
		sinks = append(sinks, c.members[i].sink[b.Source])
	}
	c.hand(b, sinks)
}

func (c *circle) stop() {
	for _, m := range c.members {
		m.jail.Stop()
	}
}

// witnesses returns how many there are, and checks that each knows how many hold it.
func (c *circle) witnesses(t *testing.T) int {
	holders := map[*witness]int{}
	for _, m := range c.members {
		holders[m.jail.hearing.witness]++
	}
	for w, n := range holders {
		if w.holders != n {
			t.Errorf("%d jails hold a filter that knows of %d", n, w.holders)
		}
	}
	return len(holders)
}

func alone(b *ticket.Batch, sinks []source.Sink) {
	for _, s := range sinks {
		s.Lines(b)
	}
}

// memberSteps change one jail, in ways that matter to what its filter makes of lines, or not.
var memberSteps = []func(*Settings){
	func(s *Settings) { s.Filter.Failregex = append(s.Filter.Failregex, "^new from <HOST>$") },
	func(s *Settings) { s.Filter.Failregex = s.Filter.Failregex[:4] },
	func(s *Settings) { s.Filter.Ignoreregex = append(s.Filter.Ignoreregex, "192.0.2.7") },
	func(s *Settings) { s.Filter.DatePattern = "{EPOCH}" },
	func(s *Settings) { s.Filter.DatePattern = "^%Y-%m-%dT%H:%M:%S\n{EPOCH}" },
	func(s *Settings) { s.Filter.LogTimeZone = "UTC+01:00" },
	func(s *Settings) { s.Filter.MaxLines = 1 + s.Filter.MaxLines%3 },
	func(s *Settings) { s.Filter.UseDNS = "no" },
	func(s *Settings) { s.Filter.UseDNS = "yes" },
	func(s *Settings) { s.Filter.MaxLine = 60 },
	func(s *Settings) { s.FindTime = config.IntSeconds(60) },
	func(s *Settings) { s.FindTime = config.IntSeconds(600) },
	func(s *Settings) { s.MaxRetry = 1 + s.MaxRetry%4 },
	func(s *Settings) { s.Ignore.IPs = append(s.Ignore.IPs, "192.0.2.6") },
	func(s *Settings) { s.Watch.Skew = SkewCorrect },
	func(s *Settings) { s.Watch.Skew = SkewWarn },
}

// randomLines are lines of about now: of connections, with and without dates, wrong encodings, names.
func randomLines(r *rand.Rand, late time.Duration) *ticket.Batch {
	b := &ticket.Batch{Source: []string{"/a.log", "/a.log", "/b.log"}[r.IntN(3)], Live: r.IntN(3) > 0}
	lines := 1 + r.IntN(30)
	if r.IntN(60) == 0 {
		lines += 1200 // which several workers judge, and of which much is taken before the end
	}
	for range lines {
		at := time.Now().Add(late - time.Duration(r.IntN(90))*time.Second)
		if r.IntN(20) == 0 {
			at = at.Add(-time.Hour)
		}
		date := []string{at.Format("2006-01-02T15:04:05"), at.Format("2006-01-02T15:04:05"), fmt.Sprint(at.Unix()), "", "1999-02-30T00:00:00"}[r.IntN(5)]
		what := []string{
			"fail from 192.0.2.%d", "fail from 192.0.2.%d", "hello from 192.0.2.%d", "bad user%d", "bye", "new from 192.0.2.%d",
			"fail from host.example", "fail from no.example", "noise \xff\xfe", strings.Repeat("long ", 12) + "fail from 192.0.2.%d",
		}[r.IntN(10)]
		if strings.Contains(what, "%d") {
			what = fmt.Sprintf(what, r.IntN(10))
		}
		id := []string{"", fmt.Sprintf(" d[%d]:", r.IntN(4))}[r.IntN(2)]
		b.Lines = append(b.Lines, ticket.Line{Text: []byte(date + id + " " + what)})
	}
	b.End.Offset = r.Int64N(1000)
	return b
}

// TestSharingChangesNothing has jails that share filters and jails that do not go through the same: batches for all of them or some,
// from two files, and settings that change. All that is found, logged and counted is the same.
func TestSharingChangesNothing(t *testing.T) {
	together, found := 0, 0
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			shared, single := newCircle(t, source.Deliver), newCircle(t, alone)
			defer shared.stop()
			defer single.stop()
			late := time.Duration(r.IntN(2)*r.IntN(3)) * time.Hour
			everyone := []int{0, 1, 2, 3}
			for step := range 60 {
				switch n := r.IntN(40); {
				case n == 0:
					who, change := r.IntN(4), memberSteps[r.IntN(len(memberSteps))]
					shared.members[who].set(t, change)
					single.members[who].set(t, change)
				case n == 1: // all of them, one after the other, as a reload does
					change := memberSteps[r.IntN(len(memberSteps))]
					for who := range everyone {
						shared.members[who].set(t, change)
						single.members[who].set(t, change)
					}
				case n == 2:
					who := r.Perm(4)[:1+r.IntN(3)]
					b := randomLines(r, late)
					shared.deliver(b, who)
					single.deliver(b, who)
				default:
					b := randomLines(r, late)
					shared.deliver(b, everyone)
					single.deliver(b, everyone)
				}
				if shared.witnesses(t) == 1 {
					together++
				}
				if single.witnesses(t) != 4 {
					t.Fatal("jails share though they are handed batches one by one")
				}
				time.Sleep(time.Duration(r.IntN(40)) * time.Second)
				synctest.Wait()
				if step%10 != 9 {
					continue
				}
				for i, m := range shared.members {
					want, got := single.members[i].told(), m.told()
					if got != want {
						t.Fatalf("seed %d, step %d, jail %d (-alone +together):\n%s", seed, step, i, cmp.Diff(want, got))
					}
					found += strings.Count(got, "Found")
				}
			}
		})
	}
	if together < 200 || found < 5_000 {
		t.Errorf("only %d steps with one filter for all, only %d failures", together, found)
	}
}

// TestWhoSharesAFilter follows four jails that begin alike.
func TestWhoSharesAFilter(t *testing.T) {
	c := newCircle(t, source.Deliver)
	defer c.stop()
	everyone := []int{0, 1, 2, 3}
	line := func() *ticket.Batch {
		return &ticket.Batch{Source: "/a.log", Live: true, Lines: []ticket.Line{{Text: []byte(" fail from 192.0.2.1")}}}
	}
	want := func(what string, n int) {
		t.Helper()
		if got := c.witnesses(t); got != n {
			t.Errorf("%s: %d filters, want %d", what, got, n)
		}
	}
	want("before any line", 4)
	c.deliver(line(), everyone)
	want("a line for all", 1)
	c.deliver(line(), everyone)
	want("another", 1)
	for _, m := range c.members {
		m.set(t, func(s *Settings) { s.MaxRetry = 9; s.Ignore.IPs = nil })
	}
	want("what is no affair of filters", 1)
	for _, m := range c.members {
		m.set(t, func(s *Settings) { s.Filter.Failregex = append(s.Filter.Failregex, "^new from <HOST>$") })
	}
	want("a reload", 4)
	c.deliver(line(), everyone)
	want("a line for all after it", 1)
	c.members[0].set(t, func(s *Settings) { s.FindTime = config.IntSeconds(60) })
	c.deliver(line(), everyone)
	want("other terms", 2)
	c.members[0].set(t, func(s *Settings) { s.FindTime = config.IntSeconds(600) })
	c.deliver(line(), everyone)
	want("and the same again, after another line", 2)
	c.deliver(line(), []int{0, 1, 2})
	c.deliver(line(), everyone)
	want("one that was left out", 3)
	for _, dates := range []string{"{EPOCH}", "{EPOCH}\n^%Y", "{EPOCH}"} {
		c.members[1].set(t, func(s *Settings) { s.Filter.DatePattern = dates })
	}
	c.members[2].set(t, func(s *Settings) { s.Filter.DatePattern = "{EPOCH}" })
	c.deliver(line(), everyone)
	want("the same terms by another way", 4)
}

// TestNamesKeepNobodyWaiting has a name looked up in the midst of a batch: who failed before is judged by then, by all jails.
func TestNamesKeepNobodyWaiting(t *testing.T) {
	var members []*member
	asked := 0
	ask := resolver(func(string) []netip.Addr {
		asked++
		for _, m := range members {
			if !strings.Contains(m.log.String(), "Ban 192.0.2.1") {
				t.Error("not banned yet")
			}
			if m.jail.judging.TryLock() {
				t.Error("a checkpoint can be taken in the midst of a batch")
				m.jail.judging.Unlock()
			}
		}
		return nil
	})
	compiler := new(Compiler)
	var sinks []source.Sink
	for _, name := range []string{"one", "two"} {
		m := newMember(t, name, compiler, func(env *Env) { env.Resolve = ask })
		defer m.jail.Stop()
		m.set(t, func(s *Settings) { s.MaxRetry = 1 })
		members, sinks = append(members, m), append(sinks, m.sink["/a.log"])
	}
	b := &ticket.Batch{Source: "/a.log", Live: true}
	for _, who := range []string{"192.0.2.1", "slow.example", "192.0.2.2"} {
		b.Lines = append(b.Lines, ticket.Line{Text: []byte(" fail from " + who)})
	}
	source.Deliver(b, sinks)
	for _, m := range members {
		if got := m.jail.Status().BannedTotal; got != 2 {
			t.Errorf("%d bans", got)
		}
		if !strings.Contains(m.log.String(), "WARNING ["+m.jail.Name+"] Match without a timestamp:  fail from 192.0.2.1\n") {
			t.Errorf("a warning is not there, or not of the jail:\n%s", m.log.String())
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestTwoFilesAtOnce has two goroutines hand out batches of two files, while jails are changed and asked.
func TestTwoFilesAtOnce(t *testing.T) {
	c := newCircle(t, source.Deliver)
	defer c.stop()
	var wg sync.WaitGroup
	for file := range 2 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(file), 3))
			for range 200 {
				b := randomLines(r, 0)
				b.Source = []string{"/a.log", "/b.log"}[file]
				who := r.Perm(4)[:1+r.IntN(4)]
				c.deliver(b, who)
			}
		})
	}
	wg.Go(func() {
		r := rand.New(rand.NewPCG(9, 3))
		for range 100 {
			m := c.members[r.IntN(4)]
			m.set(t, memberSteps[r.IntN(len(memberSteps))])
			m.jail.Status()
			m.jail.Attempt(&ticket.Failure{ID: addr.Raw("somebody"), Time: ticket.Now()})
		}
	})
	wg.Wait()
	if c.witnesses(t) != 4 {
		t.Error("jails that were handed different batches share a filter")
	}
}
