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
	"gaol/internal/failure"
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
	fmt.Fprintf(&b, "%q\n%+v %+v", m.remembered(), m.jail.hearing.witness.filter.Counts(), m.jail.ledger.reached)
	return b.String()
}

// remembered is what the jail knows of those who have failed.
func (m *member) remembered() [][]byte {
	g := &m.jail.judging
	table := g.counter.table.Clone()
	table.CleanUp(g.cleaned)
	pieces, _ := table.Changes(new(failure.Copy), true)
	inOrder := failure.New(table.Settings())
	if err := inOrder.Restore(pieces); err != nil {
		panic(err)
	}
	pieces, _ = inOrder.Changes(new(failure.Copy), true)
	return pieces
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
	return distinct(t, c, "filter", func(j *Jail) *holders { return &j.hearing.witness.holders })
}

// counters does that for counters.
func (c *circle) counters(t *testing.T) int {
	return distinct(t, c, "counter", func(j *Jail) *holders { return &j.judging.counter.holders })
}

func distinct(t *testing.T, c *circle, what string, of func(*Jail) *holders) int {
	held := map[*holders]int{}
	for _, m := range c.members {
		held[of(m.jail)]++
	}
	for h, n := range held {
		if !h.are(n) {
			t.Errorf("%d jails hold a %s that knows of %d", n, what, h.n)
		}
	}
	return len(held)
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

// TestSharingChangesNothing has jails that share filters and counters and jails that do not go through the same: batches for all of them
// or some, from two files, settings that change, questions and attempts. All that is found, logged and counted is the same.
func TestSharingChangesNothing(t *testing.T) {
	together, counted, found := 0, 0, 0
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			shared, single := newCircle(t, source.Deliver), newCircle(t, alone)
			defer shared.stop()
			defer single.stop()
			late := time.Duration(r.IntN(2)*r.IntN(3)) * time.Hour
			everyone := []int{0, 1, 2, 3}
			for step := range 60 {
				switch n := r.IntN(50); {
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
				case n < 10:
					who := r.IntN(4)
					if a, b := shared.members[who].jail.Status(), single.members[who].jail.Status(); !cmp.Equal(a, b) {
						t.Fatalf("seed %d, step %d, jail %d: %+v together, %+v alone", seed, step, who, a, b)
					}
				case n == 10:
					who, id := r.IntN(4), addr.Raw("somebody")
					shared.members[who].jail.Attempt(&ticket.Failure{ID: id, Time: ticket.Now()})
					single.members[who].jail.Attempt(&ticket.Failure{ID: id, Time: ticket.Now()})
				case n == 11:
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
				if shared.counters(t) == 1 {
					counted++
				}
				if single.witnesses(t) != 4 || single.counters(t) != 4 {
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
	t.Logf("%d steps with one filter for all, %d with one counter, %d failures", together, counted, found)
	if together < 200 || counted < 100 || found < 5_000 {
		t.Error("too little happened")
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

// TestWhoSharesACounter follows four jails that begin alike.
func TestWhoSharesACounter(t *testing.T) {
	c := newCircle(t, source.Deliver)
	defer c.stop()
	everyone := []int{0, 1, 2, 3}
	hand := func(what, from string, who []int, n int) {
		t.Helper()
		c.deliver(&ticket.Batch{Source: "/a.log", Live: true, Lines: []ticket.Line{{Text: []byte(" fail from " + from)}}}, who)
		if got := c.counters(t); got != n {
			t.Errorf("%s: %d counters, want %d", what, got, n)
		}
	}
	set := func(who int, change func(*Settings)) { c.members[who].set(t, change) }
	hand("a line for all", "192.0.2.1", everyone, 1)
	for who := range everyone {
		set(who, func(s *Settings) { s.BanTime = config.IntSeconds(60) })
		c.members[who].jail.Status()
	}
	hand("what is no affair of counters", "192.0.2.1", everyone, 1)
	set(0, func(s *Settings) { s.MaxRetry = 9 })
	hand("another maxretry", "192.0.2.2", everyone, 2)
	set(1, func(s *Settings) { s.Ignore.IPs = []string{"192.0.2.6"} })
	hand("another ignoreip", "192.0.2.2", everyone, 3)
	c.members[2].jail.Attempt(&ticket.Failure{ID: addr.Raw("somebody"), Time: ticket.Now()})
	hand("an attempt", "192.0.2.2", everyone, 4)
}

// TestWhoCountsAlone has jails that are alike, but in a way that needs each of them to ask for itself.
func TestWhoCountsAlone(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"a command":  func(s *Settings) { command := ""; s.IgnoreCommand = &command; s.Ignore.IPs = []string{"file:/nowhere"} },
		"host names": func(s *Settings) { s.Ignore.IPs = []string{"host.example"} },
	} {
		c := newCircle(t, source.Deliver)
		for _, m := range c.members {
			m.set(t, change)
		}
		c.deliver(&ticket.Batch{Source: "/a.log", Live: true, Lines: []ticket.Line{{Text: []byte(" fail from 192.0.2.1")}}}, []int{0, 1, 2, 3})
		if got := c.counters(t); got != 4 {
			t.Errorf("%s: %d counters", name, got)
		}
		c.stop()
	}
}

// TestJailsForgetByThemselves asks one of four jails for its status when somebody's failure is too old: it forgets him, the others have not
// done so yet, and so they come to other counts when he fails again.
func TestJailsForgetByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared, single := newCircle(t, source.Deliver), newCircle(t, alone)
		defer shared.stop()
		defer single.stop()
		fail := func(who ...string) {
			b := &ticket.Batch{Source: "/a.log", Live: true}
			for _, w := range who {
				b.Lines = append(b.Lines, ticket.Line{Text: fmt.Appendf(nil, "%s fail from %s", time.Now().Format("2006-01-02T15:04:05"), w)})
			}
			for _, c := range []*circle{shared, single} {
				c.deliver(b, []int{0, 1, 2, 3})
			}
		}
		fail("192.0.2.1")
		time.Sleep(601 * time.Second)
		for _, c := range []*circle{shared, single} {
			if s := c.members[2].jail.Status(); s.Failed != 0 || s.FailedTotal != 1 {
				t.Errorf("%+v", s)
			}
		}
		if got := shared.counters(t); got != 1 {
			t.Errorf("%d counters after a question", got)
		}
		fail("192.0.2.2", "192.0.2.1", "192.0.2.3")
		if got := shared.counters(t); got != 2 {
			t.Errorf("%d counters after the second failure", got)
		}
		fail("192.0.2.1")
		for i, m := range shared.members {
			if want, got := single.members[i].told(), m.told(); got != want {
				t.Errorf("jail %d (-alone +together):\n%s", i, cmp.Diff(want, got))
			}
			if want := i != 2; m.jail.Has(addr.From(netip.MustParseAddr("192.0.2.1"))) != want {
				t.Errorf("jail %d: banned is not %v", i, want)
			}
		}
	})
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
