package nft

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/nftables"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// withSets returns what nft lists for the sets and chain that bans of 192.0.2.1 and 2001:db8::5 make with the given rules.
func withSets(chain string, rules ...string) string {
	return `table inet f2b-table {
	set addr-set-j {
		type ipv4_addr
		flags timeout
		elements = { 192.0.2.1 }
	}

	set addr6-set-j {
		type ipv6_addr
		flags timeout
		elements = { 2001:db8::5 }
	}

	chain ` + chain + ` {
		type filter hook input priority filter - 1; policy accept;
		` + strings.Join(rules, "\n\t\t") + `
	}
}
`
}

// The rules are those that the stock action makes with the nft program (see peer_test.go).
func TestRuleset(t *testing.T) {
	for _, c := range []struct {
		name   string
		params []string
		want   string
	}{
		{"one port", []string{"port", "ssh"}, withSets("f2b-chain",
			"tcp dport 22 ip saddr @addr-set-j reject with icmp port-unreachable",
			"tcp dport 22 ip6 saddr @addr6-set-j reject with icmpv6 port-unreachable")},
		{"ports, names and a range", []string{"port", "http,ssh,8000:8010"}, withSets("f2b-chain",
			"tcp dport { 22, 80, 8000-8010 } ip saddr @addr-set-j reject with icmp port-unreachable",
			"tcp dport { 22, 80, 8000-8010 } ip6 saddr @addr6-set-j reject with icmpv6 port-unreachable")},
		{"ports without a range", []string{"port", "80,443"}, withSets("f2b-chain",
			"tcp dport { 80, 443 } ip saddr @addr-set-j reject with icmp port-unreachable",
			"tcp dport { 80, 443 } ip6 saddr @addr6-set-j reject with icmpv6 port-unreachable")},
		{"every port of several protocols, dropped", []string{"port", "0:65535", "protocol", "tcp,udp", "blocktype", "drop"}, withSets("f2b-chain",
			"tcp dport 0-65535 ip saddr @addr-set-j drop", "udp dport 0-65535 ip saddr @addr-set-j drop",
			"tcp dport 0-65535 ip6 saddr @addr6-set-j drop", "udp dport 0-65535 ip6 saddr @addr6-set-j drop")},
		{"allports", []string{"type", "allports", "port", "ssh", "chain", "INPUT"}, withSets("INPUT",
			"meta l4proto tcp ip saddr @addr-set-j reject with icmp port-unreachable",
			"meta l4proto tcp ip6 saddr @addr6-set-j reject with icmpv6 port-unreachable")},
		{"allports of two protocols", []string{"type", "allports", "protocol", "tcp,udp", "blocktype", "counter drop"}, withSets("f2b-chain",
			"meta l4proto { tcp, udp } ip saddr @addr-set-j counter packets 0 bytes 0 drop",
			"meta l4proto { tcp, udp } ip6 saddr @addr6-set-j counter packets 0 bytes 0 drop")},
		{"everything", []string{"type", "custom", "blocktype", "reject with icmpx type admin-prohibited"}, withSets("f2b-chain",
			"ip saddr @addr-set-j reject with icmpx admin-prohibited", "ip6 saddr @addr6-set-j reject with icmpx admin-prohibited")},
		{"reset", []string{"type", "multiport", "port", "25", "blocktype", "reject with tcp reset"}, withSets("f2b-chain",
			"tcp dport 25 ip saddr @addr-set-j reject with tcp reset", "tcp dport 25 ip6 saddr @addr6-set-j reject with tcp reset")},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAction(t, needKernel(t), c.params...)
			ok(t, a.Start(ctx))
			if got := nft(t, "list", "ruleset"); got != "" {
				t.Errorf("before the first ban there is\n%s", got)
			}
			ok(t, a.Ban(ctx, event("192.0.2.1")), a.Ban(ctx, event("2001:DB8::5")))
			if diff := cmp.Diff(c.want, nft(t, "list", "ruleset")); diff != "" {
				t.Errorf("ruleset (-want +got):\n%s", diff)
			}
			ok(t, a.Stop(ctx))
			if got := nft(t, "list", "ruleset"); got != "" {
				t.Errorf("stop leaves\n%s", got)
			}
		})
	}
}

func TestOtherTablesAndHooks(t *testing.T) {
	a := newAction(t, needKernel(t), "table_family", "ip", "table", "mine", "chain", "fw", "chain_hook", "forward", "chain_priority", "filter + 5",
		"type", "allports", "addr_set", "bad-<name>", "blocktype", "drop")
	ok(t, a.Ban(ctx, event("192.0.2.1")))
	want := `table ip mine {
	set bad-j {
		type ipv4_addr
		flags timeout
		elements = { 192.0.2.1 }
	}

	chain fw {
		type filter hook forward priority filter + 5; policy accept;
		meta l4proto tcp ip saddr @bad-j drop
	}
}
`
	if diff := cmp.Diff(want, nft(t, "list", "ruleset")); diff != "" {
		t.Errorf("ruleset (-want +got):\n%s", diff)
	}
	if err := a.Ban(ctx, event("2001:db8::1")); err == nil || !strings.Contains(err.Error(), errFamily.Error()) {
		t.Errorf("an IPv6 address in an ip table: error %v", err)
	}
	if err := a.Ban(ctx, event("some user")); err == nil || !strings.HasPrefix(err.Error(), "Error banning some user: only addresses") {
		t.Errorf("text that is no address: error %v", err)
	}
	ok(t, a.Check(ctx), a.Stop(ctx))
}

func TestStartAtOnce(t *testing.T) {
	a := newAction(t, needKernel(t), "actionstart_on_demand", "false")
	ok(t, a.Start(ctx))
	if got := nft(t, "list", "ruleset"); strings.Count(got, "saddr @addr") != 2 {
		t.Errorf("without demand there is\n%s", got)
	}
	ok(t, a.Stop(ctx))
}

func TestStopLeavesWhatIsNotOurs(t *testing.T) {
	k := needKernel(t)
	a, b := newAction(t, k), newAction(t, k, "name", "other", "type", "allports")
	ok(t, a.Ban(ctx, event("192.0.2.1")), b.Ban(ctx, event("192.0.2.2")))
	ok(t, a.Stop(ctx))
	if got := nft(t, "list", "ruleset"); strings.Contains(got, "set-j") || !strings.Contains(got, "192.0.2.2") {
		t.Errorf("after the first stop there is\n%s", got)
	}
	nft(t, "add", "rule", "inet", "f2b-table", "f2b-chain", "tcp", "dport", "99", "accept")
	ok(t, b.Stop(ctx))
	if got := nft(t, "list", "ruleset"); strings.Contains(got, "set-") || !strings.Contains(got, "tcp dport 99 accept") {
		t.Errorf("after the second stop there is\n%s", got)
	}
}

func TestUnbanAndFlush(t *testing.T) {
	a := newAction(t, needKernel(t))
	for _, err := range a.BanAll(ctx, events("192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.128/25")) {
		ok(t, err)
	}
	ok(t, a.Unban(ctx, event("192.0.2.1")), a.Unban(ctx, event("192.0.2.77"))) // one was never banned
	if diff := cmp.Diff([]string{"192.0.2.2/32", "192.0.2.128/25"}, inKernel(t, a, 0)); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	done, err := a.Flush(ctx)
	ok(t, err)
	if got := inKernel(t, a, 0); !done || got != nil || inKernel(t, a, 1) != nil {
		t.Errorf("flush %v leaves %v", done, got)
	}
}

// inKernel lists the set of a family as prefixes, in order.
func inKernel(t testing.TB, a *Action, family int) []string {
	t.Helper()
	a.mu.Lock()
	set, interval := a.config.newSet(&a.families[family]), a.families[family].shape.interval
	a.mu.Unlock()
	var found []nftables.SetElement
	ok(t, a.kernel.do(func(conn *nftables.Conn) (err error) {
		found, err = conn.GetSetElements(set)
		return err
	}))
	var firsts, ends []netip.Addr
	for _, e := range found {
		ip, _ := netip.AddrFromSlice(e.Key)
		if e.IntervalEnd && ip.IsUnspecified() {
			continue // nft marks the beginning of every interval set so
		}
		if e.IntervalEnd {
			ends = append(ends, ip)
		} else {
			firsts = append(firsts, ip)
		}
	}
	slices.SortFunc(firsts, netip.Addr.Compare)
	slices.SortFunc(ends, netip.Addr.Compare)
	var all []string
	for i, first := range firsts {
		if !interval {
			all = append(all, netip.PrefixFrom(first, first.BitLen()).String())
			continue
		}
		behind := netip.Addr{}
		if i < len(ends) {
			behind = ends[i]
		}
		bits := first.BitLen()
		for ; bits >= 0; bits-- {
			p, _ := first.Prefix(bits)
			if p.Addr() == first && lastOf(p).Next() == behind {
				break
			}
		}
		all = append(all, netip.PrefixFrom(first, bits).String())
	}
	return all
}

func TestNetworksNeverOverlapInTheKernel(t *testing.T) {
	a := newAction(t, needKernel(t))
	for _, step := range []struct {
		ban, unban string
		want       []string
	}{
		{ban: "192.0.2.1", want: []string{"192.0.2.1/32"}},
		{ban: "192.0.2.0/24", want: []string{"192.0.2.0/24"}},
		{ban: "192.0.2.9", want: []string{"192.0.2.0/24"}},
		{ban: "192.0.2.8/29", want: []string{"192.0.2.0/24"}},
		{ban: "192.0.3.0/24", want: []string{"192.0.2.0/24", "192.0.3.0/24"}},
		{unban: "192.0.2.0/24", want: []string{"192.0.2.1/32", "192.0.2.8/29", "192.0.3.0/24"}},
		{unban: "192.0.2.8/29", want: []string{"192.0.2.1/32", "192.0.2.9/32", "192.0.3.0/24"}},
		{ban: "255.255.255.255", want: []string{"192.0.2.1/32", "192.0.2.9/32", "192.0.3.0/24", "255.255.255.255/32"}},
		{ban: "128.0.0.0/1", want: []string{"128.0.0.0/1"}},
		{unban: "128.0.0.0/1", want: []string{"192.0.2.1/32", "192.0.2.9/32", "192.0.3.0/24", "255.255.255.255/32"}},
		{unban: "255.255.255.255", want: []string{"192.0.2.1/32", "192.0.2.9/32", "192.0.3.0/24"}},
	} {
		if step.ban != "" {
			ok(t, a.Ban(ctx, event(step.ban)))
		} else {
			ok(t, a.Unban(ctx, event(step.unban)))
		}
		if diff := cmp.Diff(step.want, inKernel(t, a, 0)); diff != "" {
			t.Fatalf("%+v (-want +got):\n%s", step, diff)
		}
	}
}

// Random bans and unbans, each checked against the plain definition: the members that no other one contains.
func TestBookAgainstKernel(t *testing.T) {
	a := newAction(t, needKernel(t))
	random := rand.New(rand.NewPCG(1, 2))
	banned := make(map[netip.Prefix]bool)
	for range 400 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(random.IntN(256))}), 26+random.IntN(7)).Masked()
		e := event(p.String())
		if random.IntN(2) == 0 {
			banned[p] = true
			ok(t, a.Ban(ctx, e))
		} else {
			delete(banned, p)
			ok(t, a.Unban(ctx, e))
		}
		var want []netip.Prefix
		for q := range banned {
			inside := slices.ContainsFunc(keys(banned), func(r netip.Prefix) bool { return r.Bits() < q.Bits() && r.Contains(q.Addr()) })
			if !inside {
				want = append(want, q)
			}
		}
		slices.SortFunc(want, func(x, y netip.Prefix) int { return x.Addr().Compare(y.Addr()) })
		var texts []string
		for _, q := range want {
			texts = append(texts, q.String())
		}
		if !a.families[0].started {
			continue
		}
		if diff := cmp.Diff(texts, inKernel(t, a, 0)); diff != "" {
			t.Fatalf("after %s (-want +got):\n%s", p, diff)
		}
	}
}

func keys(m map[netip.Prefix]bool) []netip.Prefix {
	var all []netip.Prefix
	for k := range m {
		all = append(all, k)
	}
	return all
}

func TestTimeoutIsASafetyNet(t *testing.T) {
	a := newAction(t, needKernel(t))
	e := event("192.0.2.1")
	e.BanTime = 600
	ok(t, a.Ban(ctx, e), a.Ban(ctx, event("192.0.2.2")))
	got := nft(t, "list", "set", "inet", "f2b-table", "addr-set-j")
	if !strings.Contains(got, "192.0.2.1 timeout 10m59s") && !strings.Contains(got, "192.0.2.1 timeout 11m") || !strings.Contains(got, " 192.0.2.2 }") {
		t.Errorf("set is\n%s", got)
	}
	e.BanTime = 3600
	ok(t, a.Prolong(ctx, e))
	if got := nft(t, "list", "set", "inet", "f2b-table", "addr-set-j"); !strings.Contains(got, "192.0.2.1 timeout 1h59s") && !strings.Contains(got, "192.0.2.1 timeout 1h1m") {
		t.Errorf("prolonged set is\n%s", got)
	}
	ok(t, a.Unban(ctx, e))
}

// When we come late to unban, the kernel has let the address go; that is no error and harms nobody else.
func TestLateUnban(t *testing.T) {
	a := newAction(t, needKernel(t))
	late := event("192.0.2.1")
	late.BanTime = 1
	late.Ban.Time -= ticket.Unix((slack + time.Second).Seconds())
	ok(t, a.Ban(ctx, event("192.0.2.2")), a.Ban(ctx, late), a.Unban(ctx, late))
	nft(t, "delete", "element", "inet", "f2b-table", "addr-set-j", "{ 192.0.2.2 }")
	ok(t, a.Ban(ctx, event("192.0.2.3")), a.Unban(ctx, event("192.0.2.2")))
	got := inKernel(t, a, 0)
	got = slices.DeleteFunc(got, func(s string) bool { return s == "192.0.2.1/32" }) // may linger until its minute is over
	if diff := cmp.Diff([]string{"192.0.2.3/32"}, got); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
}

// Elements of one message share a length of 16 bits: the library's own call stores 6,370 of 100,000 and reports success.
func TestManyAtOnceAllArrive(t *testing.T) {
	a := newAction(t, needKernel(t))
	many := numbered(20_000)
	start := time.Now()
	for _, err := range a.BanAll(ctx, many) {
		ok(t, err)
	}
	t.Logf("20,000 bans took %v", time.Since(start))
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("20,000 bans took %v", d)
	}
	if got := len(inKernel(t, a, 0)); got != len(many) {
		t.Errorf("%d of %d arrived", got, len(many))
	}
	start = time.Now()
	for _, err := range a.UnbanAll(ctx, many[1:]) {
		ok(t, err)
	}
	t.Logf("20,000 unbans took %v", time.Since(start))
	if diff := cmp.Diff([]string{"10.0.0.0/32"}, inKernel(t, a, 0)); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
}

func TestUpdateReplacesRulesWithEverybodyInside(t *testing.T) {
	k := needKernel(t)
	a := newAction(t, k, "port", "ssh")
	ok(t, a.Ban(ctx, event("192.0.2.1")), a.Ban(ctx, event("2001:db8::5")))
	ok(t, a.Update(ctx, action.NewProperties("name", "j", "driver", "nftables", "port", "http", "blocktype", "drop")))
	want := withSets("f2b-chain", "tcp dport 80 ip saddr @addr-set-j drop", "tcp dport 80 ip6 saddr @addr6-set-j drop")
	if diff := cmp.Diff(want, nft(t, "list", "ruleset")); diff != "" {
		t.Errorf("ruleset (-want +got):\n%s", diff)
	}
	ok(t, a.Update(ctx, action.NewProperties("name", "j", "driver", "nftables", "port", "http", "blocktype", "drop", "table", "new")))
	if diff := cmp.Diff(strings.Replace(want, "f2b-table", "new", 1), nft(t, "list", "ruleset")); diff != "" {
		t.Errorf("ruleset (-want +got):\n%s", diff)
	}
	if err := a.Update(ctx, action.NewProperties("name", "j", "driver", "nftables", "port", "no-such-service")); err == nil {
		t.Error("an unknown service is no error")
	}
	if err := a.Update(ctx, action.NewProperties("name", "j", "actionban", "something else")); !errors.Is(err, errCommands) {
		t.Errorf("commands of its own: error %v", err)
	}
	if got := inKernel(t, a, 0); len(got) != 1 {
		t.Errorf("after a refused update the set holds %v", got)
	}
}

// What the nft program or a killed predecessor left is taken over in one transaction.
func TestTakesOverWhatIsThere(t *testing.T) {
	for _, c := range []struct{ name, flags, rule, want string }{
		{"same flags", "flags interval, timeout;", "ip saddr @addr-set-j drop", "flags timeout"},
		{"plain set of the original", "", "tcp dport 22 ip saddr @addr-set-j reject", "flags timeout"},
		{"rule of somebody else looks it up", "", "", "type ipv4_addr\n\t\telements"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAction(t, needKernel(t), "port", "ssh")
			nft(t, "add table inet f2b-table; add chain inet f2b-table f2b-chain { type filter hook input priority -1; }; add set inet f2b-table addr-set-j { type ipv4_addr; "+c.flags+" }; "+
				"add element inet f2b-table addr-set-j { 192.0.2.99 }")
			if c.rule != "" {
				nft(t, "add rule inet f2b-table f2b-chain "+c.rule)
			} else {
				nft(t, "add chain inet f2b-table users; add rule inet f2b-table users ip saddr @addr-set-j counter")
			}
			ok(t, a.Ban(ctx, event("192.0.2.1")))
			got := nft(t, "list", "ruleset")
			if !strings.Contains(got, c.want) || strings.Contains(got, "192.0.2.99") || strings.Count(got, "reject with icmp port-unreachable") != 1 {
				t.Errorf("ruleset is\n%s", got)
			}
			ok(t, a.Ban(ctx, event("192.0.2.2")), a.Unban(ctx, event("192.0.2.1")))
			err := a.Ban(ctx, event("198.51.100.0/24"))
			if holdsNetworks := !strings.Contains(c.want, "elements"); (err == nil) != holdsNetworks {
				t.Errorf("banning a network: %v", err)
			}
		})
	}
}

func TestTakesOverWithEverybodyWhomTheJailCallsBanned(t *testing.T) {
	a := newAction(t, needKernel(t))
	all := events("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1")
	a.env.Active = func() []*action.Event { return all }
	ok(t, a.Ban(ctx, all[0]))
	if diff := cmp.Diff([]string{"192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"}, inKernel(t, a, 0)); diff != "" {
		t.Errorf("set after the first ban (-want +got):\n%s", diff)
	}
	ok(t, errors.Join(a.BanAll(ctx, all)...), a.Unban(ctx, all[0]))
	all = all[1:]
	ok(t, a.Check(ctx))
	got := append(inKernel(t, a, 0), inKernel(t, a, 1)...)
	if diff := cmp.Diff([]string{"192.0.2.2/32", "192.0.2.3/32", "2001:db8::1/128"}, got); diff != "" {
		t.Errorf("sets in the end (-want +got):\n%s", diff)
	}
}

func TestCheckRemovesLeftovers(t *testing.T) {
	k := needKernel(t)
	old := newAction(t, k)
	ok(t, old.Ban(ctx, event("192.0.2.1")), old.Ban(ctx, event("2001:db8::5")))
	old.Release()
	a := newAction(t, k)
	ok(t, a.Start(ctx))
	for _, err := range a.BanAll(ctx, events("192.0.2.2")) {
		ok(t, err)
	}
	ok(t, a.Check(ctx))
	got := nft(t, "list", "ruleset")
	if strings.Contains(got, "addr6-set-j") || !strings.Contains(got, "elements = { 192.0.2.2 }") {
		t.Errorf("ruleset is\n%s", got)
	}
}

func TestSync(t *testing.T) {
	k := needKernel(t)
	ok(t, k.Available())
	a := newAction(t, k)
	for _, wanted := range [][]string{{"192.0.2.1", "192.0.2.2"}, {"192.0.2.2", "192.0.2.3", "198.51.100.0/24"}, {"198.51.100.7", "192.0.2.3"}, nil} {
		for range 2 {
			ok(t, a.Sync(ctx, events(wanted...)))
		}
		var want []string
		for _, e := range events(wanted...) {
			p, _ := e.ID().Prefix()
			want = append(want, p.String())
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, inKernel(t, a, 0)); diff != "" {
			t.Errorf("set (-want +got):\n%s", diff)
		}
	}
	longer := event("192.0.2.9")
	longer.BanTime = 600
	ok(t, a.Sync(ctx, []*action.Event{longer}))
	longer.BanTime = 6000
	ok(t, a.Sync(ctx, []*action.Event{longer}))
	if got := nft(t, "list", "set", "inet", "f2b-table", "addr-set-j"); !strings.Contains(got, "timeout 1h4") {
		t.Errorf("a longer ban time leaves\n%s", got)
	}
}

// watched starts k's watch for the test.
func watched(t *testing.T, k *Kernel) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- k.Watch(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("watch: %v", err)
		}
	})
	time.Sleep(50 * time.Millisecond) // until it listens
}

func TestForeignDamageIsRepaired(t *testing.T) {
	for _, c := range []struct{ name, command string }{
		{"ruleset flushed", "flush ruleset"},
		{"table deleted", "delete table inet f2b-table"},
		{"chain flushed", "flush chain inet f2b-table f2b-chain"},
		{"set emptied", "flush set inet f2b-table addr-set-j"},
		{"one address let in", "delete element inet f2b-table addr-set-j { 192.0.2.1 }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := needKernel(t)
			watched(t, k)
			a := newAction(t, k, "port", "ssh")
			ok(t, a.Ban(ctx, event("192.0.2.1")), a.Ban(ctx, event("2001:db8::5")))
			want := nft(t, "list", "ruleset")
			nft(t, c.command)
			took := await(t, "repair", func() bool { return nft(t, "list", "ruleset") == want })
			t.Logf("repaired after %v", took)
			if took > time.Second {
				t.Errorf("repair took %v", took)
			}
			ok(t, a.Stop(ctx))
			time.Sleep(100 * time.Millisecond)
			if got := nft(t, "list", "ruleset"); got != "" {
				t.Errorf("our own stop was repaired:\n%s", got)
			}
		})
	}
}

func TestForeignFlushOfManyIsRepaired(t *testing.T) {
	k := needKernel(t)
	watched(t, k)
	a := newAction(t, k)
	ok(t, errors.Join(a.BanAll(ctx, numbered(20_000))...))
	time.Sleep(200 * time.Millisecond)
	nft(t, "flush", "set", "inet", "f2b-table", "addr-set-j")
	took := await(t, "repair", func() bool { return len(inKernel(t, a, 0)) == 20_000 })
	t.Logf("20,000 are back after %v", took)
	time.Sleep(200 * time.Millisecond)
	if got := len(inKernel(t, a, 0)); got != 20_000 {
		t.Errorf("%d in the end", got)
	}
}

func TestBanAfterForeignFlushRebuildsWithoutTheWatch(t *testing.T) {
	a := newAction(t, needKernel(t))
	for _, err := range a.BanAll(ctx, numbered(20_000)) {
		ok(t, err)
	}
	nft(t, "flush", "ruleset")
	start := time.Now()
	ok(t, a.Ban(ctx, event("192.0.2.1")))
	t.Logf("ban with rebuild of 20,000 took %v", time.Since(start))
	if got := len(inKernel(t, a, 0)); got != 20_001 {
		t.Errorf("%d in the set, want 20,001", got)
	}
	nft(t, "flush", "ruleset")
	ok(t, a.Check(ctx))
	if got := len(inKernel(t, a, 0)); got != 20_001 {
		t.Errorf("%d in the set after check, want 20,001", got)
	}
}

func TestOwnChangesAreNotTakenForDamage(t *testing.T) {
	k := needKernel(t)
	watched(t, k)
	a := newAction(t, k)
	for i := range 50 {
		ok(t, a.Ban(ctx, event("192.0.2.1")), a.Unban(ctx, event("192.0.2.1")))
		if i == 0 {
			nft(t, "add set inet f2b-table marker { type ipv4_addr; }")
		}
	}
	time.Sleep(100 * time.Millisecond)
	if got := inKernel(t, a, 0); got != nil {
		t.Errorf("set holds %v", got)
	}
}

func BenchmarkBan(b *testing.B) {
	a := newAction(b, needKernel(b))
	for _, err := range a.BanAll(ctx, numbered(20_000)) {
		ok(b, err)
	}
	e := &action.Event{Ban: &ticket.Ban{Failure: ticket.Failure{ID: addr.From(netip.MustParseAddr("192.0.2.1")), Time: ticket.Now()}}, BanTime: 600}
	for b.Loop() {
		ok(b, a.Ban(ctx, e), a.Unban(ctx, e))
	}
}

func BenchmarkRestore20k(b *testing.B) { benchmarkRestore(b, 20_000) }

func BenchmarkRestore150k(b *testing.B) { benchmarkRestore(b, 150_000) }

func benchmarkRestore(b *testing.B, n int) {
	k := needKernel(b)
	many := numbered(n)
	for b.Loop() {
		a := newAction(b, k)
		for _, err := range a.BanAll(ctx, many) {
			ok(b, err)
		}
		b.StopTimer()
		ok(b, a.Stop(ctx))
		b.StartTimer()
	}
}
