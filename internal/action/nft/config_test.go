package nft

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"gaol/internal/action"
	"gaol/internal/addr"
)

func TestParseDefaults(t *testing.T) {
	got, err := Parse(action.NewProperties("name", "sshd"))
	want := Config{
		Table: "f2b-table", TableFamily: "inet", Chain: "f2b-chain", ChainType: "filter", Hook: "input", Priority: -1,
		Set4: "addr-set-sshd", Set6: "addr6-set-sshd",
		Match: Match{Protocols: []uint8{6}, Ports: []PortSpan{{22, 22}}, Apart: true},
		Block: Block{Verdict: "reject", Reject: Reject{Any: true}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("config (-want +got):\n%s%v", diff, err)
	}
}

func TestParsePorts(t *testing.T) {
	for text, want := range map[string][]PortSpan{
		"ssh":                      {{22, 22}},
		"http,https, 25":           {{25, 25}, {80, 80}, {443, 443}},
		"0:65535":                  {{0, 65535}},
		"8000-8010,8005:8020,8020": {{8000, 8020}},
		"80,80":                    {{80, 80}},
		"81,80":                    {{80, 80}, {81, 81}},
	} {
		got, err := Parse(action.NewProperties("name", "x", "port", text))
		if diff := cmp.Diff(want, got.Match.Ports); err != nil || diff != "" {
			t.Errorf("%q (-want +got):\n%s%v", text, diff, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ param, value, want string }{
		{"port", "no-such-service", `port: "no-such-service" is no port, service name or range like 8000:8010`},
		{"port", "90000", `port: "90000" is no port, service name or range like 8000:8010`},
		{"port", "20:10", `port: "20:10" is no port, service name or range like 8000:8010`},
		{"port", ",", `port: it is empty`},
		{"protocol", "all", `protocol: "all" is not one of tcp, udp, udplite, sctp, dccp, icmp, icmpv6, esp, ah`},
		{"type", "everything", `type: "everything" is not multiport, allports or custom`},
		{"blocktype", "mangle", `blocktype: "mangle" is not drop, accept or reject`},
		{"blocktype", "drop it", `blocktype: "drop it" cannot be expressed here`},
		{"blocktype", "reject with icmp nothing", `blocktype: reject with "icmp nothing" is unknown; write reject, or reject with icmpx admin-prohibited`},
		{"chain_priority", "early", `chain_priority: "early" is no number like -1 and no name like filter`},
		{"chain_hook", "ingress", `chain_hook: "ingress" is not prerouting, input, forward, output or postrouting`},
		{"table_family", "bridge", `table_family: "bridge" is not inet, ip or ip6`},
		{"table", "<unknown>", `table: "<unknown>" is no name for nftables`},
		{"addr_set", "same", `addr_set: "same" would hold both IPv4 and IPv6 addresses; give addr_set?family=inet6 another name`},
		{"addr_options", `<sp>flags interval\; size 100\;`, `addr_options: "size" cannot be expressed here`},
		{"addr_type", "ether_addr", `is not ipv`},
	} {
		_, err := Parse(action.NewProperties("name", "x", c.param, c.value))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %s: error %v, want %q", c.param, c.value, err, c.want)
		}
	}
	if _, err := Parse(action.NewProperties("name", "x", "protocol", "udp", "blocktype", "reject with tcp reset")); err == nil {
		t.Error("resetting UDP is no error")
	}
}

func TestNative(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []string
		want  bool
		err   bool
	}{
		{"asked for", []string{"name", "x", "driver", "nftables"}, true, false},
		{"asked for, with a mistake", []string{"name", "x", "driver", "nftables", "port", "what?"}, false, true},
		{"asked for, with the chain that jail.conf passes", []string{"name", "x", "driver", "nftables", "chain", "<known/chain>"}, true, false},
		{"another driver", []string{"name", "x", "driver", "shell"}, false, false},
		{"commands of its own", []string{"name", "x", "actionban", "nft add element"}, false, false},
		{"nothing at all", nil, false, false},
	} {
		if _, got, err := Native(action.NewProperties(c.pairs...)); got != c.want || (err != nil) != c.err {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	template := func(table, port string) *action.Properties {
		return action.NewProperties("actionban", "add  "+table+" { "+port+" }\n to "+table, "table", table, "port", port)
	}
	marks := map[string]string{"table": "@t@", "port": "@p@"}
	f := take("multiport", commands(template("@t@", "@p@")), marks)
	for _, c := range []struct {
		name string
		p    *action.Properties
		want bool
	}{
		{"other values", template("add", "80, 90"), true},
		{"a value that stands in the template", template("to", "to"), true},
		{"another command", action.NewProperties("actionban", "del t { 1 }\n to t", "table", "t", "port", "1"), false},
		{"a value that is not the parameter's", action.NewProperties("actionban", "add  t { 1 }\n to u", "table", "t", "port", "1"), false},
		{"something behind", action.NewProperties("actionban", "add  t { 1 }\n to t; reboot", "table", "t", "port", "1"), false},
		{"too short", action.NewProperties("actionban", "a"), false},
	} {
		if got := f.matches(commands(c.p), c.p); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestElements(t *testing.T) {
	for text, want := range map[string][]string{
		"192.0.2.1/32":       {"192.0.2.1", "192.0.2.2"},
		"192.0.2.0/24":       {"192.0.2.0", "192.0.3.0"},
		"255.255.255.255/32": {"255.255.255.255"},
		"0.0.0.0/0":          {"0.0.0.0"},
		"2001:db8::/32":      {"2001:db8::", "2001:db9::"},
	} {
		var got []string
		for _, e := range elements(netip.MustParsePrefix(text), true, 0) {
			a, _ := netip.AddrFromSlice(e.Key)
			got = append(got, a.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// No message may hold more than fits into an attribute of 64 KiB: an IPv6 interval with a timeout takes about 100 bytes.
func TestMembersGoInPortions(t *testing.T) {
	f := &family{name: addr.Inet6, set: "s", shape: shape{interval: true, timeout: true}}
	var members []netip.Prefix
	for i := range 1200 {
		members = append(members, netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 1, byte(i >> 8), byte(i)}), 64))
	}
	var got []int
	err := f.queue(func(_ *nftables.Set, e []nftables.SetElement) error { got = append(got, len(e)); return nil }, Config{}.newSet(f), members)
	if diff := cmp.Diff([]int{1000, 1000, 400}, got); err != nil || diff != "" {
		t.Errorf("elements in messages (-want +got):\n%s%v", diff, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ssh,80:90", "tcp,udp", "reject with icmp port-unreachable", "filter - 1", "a<name>")
	f.Add("-", "", "counter", "raw", "<table>")
	f.Fuzz(func(t *testing.T, port, protocol, block, priority, set string) {
		c, err := Parse(action.NewProperties("name", "x", "port", port, "protocol", protocol, "blocktype", block, "chain_priority", priority, "addr_set", set,
			"table_family", "ip"))
		if err != nil {
			return
		}
		if _, err := c.rules("inet4", c.table(), c.newSet(&family{name: "inet4", set: c.Set4})); err != nil {
			t.Errorf("accepted, but makes no rules: %v", err)
		}
	})
}

func FuzzParseRemoval(f *testing.F) {
	f.Add(uint16(unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_DELTABLE), []byte{1, 0, 0, 0, 8, 0, 1, 0, 'a', 'b', 'c', 0})
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		if r, ok := parseRemoval(netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(kind)}, Data: data}); ok && r.table == "" {
			t.Error("a removal from no table")
		}
	})
}
