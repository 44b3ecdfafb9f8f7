package nft

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/lazy"
)

// A Config says what one action keeps in the kernel: where its chain hangs, how its sets are called and whom they shut out from
// what. Two equal configurations make the same rules.
type Config struct {
	Table       string
	TableFamily string // inet, ip or ip6
	Chain       string
	ChainType   string // filter, nat or route
	Hook        string // input, forward, …
	Priority    int
	Set4, Set6  string
	Match       Match
	Block       Block
}

// A Match says which packets of a banned address are meant. The zero Match means all of them.
type Match struct {
	Protocols []uint8    // IP protocol numbers; none means any
	Ports     []PortSpan // destination ports; none means any
	// Apart makes a rule for each protocol, as ports need it; otherwise one rule names them all.
	Apart bool
}

// A PortSpan is a range of ports, both ends included.
type PortSpan struct{ First, Last uint16 }

// A Block is what happens to such packets.
type Block struct {
	Verdict string // drop, accept or reject
	Counter bool
	Reject  Reject
}

// A Reject is what a sender hears.
type Reject struct {
	Type uint32 // unix.NFT_REJECT_…
	Code uint8  // of ICMP or ICMPv6, by type
	Any  bool   // port unreachable, in the words of the packet's own family
}

// Parse reads the parameters that the stock nftables action has: table, table_family, chain, chain_type, chain_hook, chain_priority,
// addr_set, addr_type, type, port, protocol, blocktype. Absent ones have the stock action's defaults. An error says which
// parameter cannot be expressed here; a shell action may still serve it.
func Parse(p *action.Properties) (Config, error) {
	r := reader{props: p}
	c := Config{
		Table:       r.text("table", "f2b-table", addr.None),
		TableFamily: r.text("table_family", "inet", addr.None),
		Chain:       r.text("chain", stockChain, addr.None),
		ChainType:   r.text("chain_type", "filter", addr.None),
		Hook:        r.text("chain_hook", "input", addr.None),
		Set4:        r.text("addr_set", "addr-set-<name>", addr.Inet4),
		Set6:        r.text("addr_set", "addr6-set-<name>", addr.Inet6),
	}
	c.Priority = r.priority(r.text("chain_priority", "-1", addr.None))
	kind, stock := stockType(p)
	if !stock {
		kind = r.text("type", "multiport", addr.None)
	}
	c.Match = r.match(kind)
	c.Block = r.block(r.text("blocktype", "reject", addr.None))
	r.check(c)
	return c, r.err
}

// A reader collects the first error, so that Parse reads as a list.
type reader struct {
	props *action.Properties
	err   error
}

func (r *reader) fail(param, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: "+format, append([]any{param}, args...)...)
	}
}

// text returns the expanded value of a parameter, or of missing where it is absent.
func (r *reader) text(param, missing string, f addr.Family) string {
	raw := parameter(r.props, param, f)
	if raw == "" {
		raw = missing
	}
	s, err := r.props.Expand(raw, f)
	if err != nil {
		r.fail(param, "%w", err)
	}
	return strings.TrimSpace(s)
}

// check refuses names that the kernel would not take, or that still hold a tag.
func (r *reader) check(c Config) {
	names := [][2]string{{"table", c.Table}, {"chain", c.Chain}, {"addr_set", c.Set4}, {"addr_set", c.Set6}}
	for _, n := range names {
		if n[1] == "" || len(n[1]) > 255 || strings.ContainsAny(n[1], "<> \t\n\x00{};") {
			r.fail(n[0], "%q is no name for nftables", n[1])
		}
	}
	if c.Set4 == c.Set6 && c.TableFamily == "inet" {
		r.fail("addr_set", "%q would hold both IPv4 and IPv6 addresses; give addr_set?family=inet6 another name", c.Set4)
	}
	if _, ok := tableFamilies.Get()[c.TableFamily]; !ok {
		r.fail("table_family", "%q is not inet, ip or ip6", c.TableFamily)
	}
	if _, ok := hooks.Get()[c.Hook]; !ok {
		r.fail("chain_hook", "%q is not prerouting, input, forward, output or postrouting", c.Hook)
	}
	if !slices.Contains([]string{"filter", "nat", "route"}, c.ChainType) {
		r.fail("chain_type", "%q is not filter, nat or route", c.ChainType)
	}
	for f, want := range map[addr.Family]string{addr.Inet4: "ipv4_addr", addr.Inet6: "ipv6_addr"} {
		if got := r.text("addr_type", want, f); got != want {
			r.fail("addr_type", "%q is not %s", got, want)
		}
	}
	for _, word := range strings.FieldsFunc(r.text("addr_options", "", addr.None), func(c rune) bool { return strings.ContainsRune(" \\;,", c) }) {
		if !slices.Contains([]string{"flags", "interval", "timeout", "auto-merge"}, word) {
			r.fail("addr_options", "%q cannot be expressed here", word)
		}
	}
	if c.Block.Reject.Type == unix.NFT_REJECT_TCP_RST && !slices.Equal(c.Match.Protocols, []uint8{unix.IPPROTO_TCP}) {
		r.fail("blocktype", "a TCP reset needs protocol = tcp")
	}
}

// priority reads a number, or a name with an optional offset: "filter - 1".
func (r *reader) priority(s string) int {
	base := 0
	for name, n := range priorities.Get() {
		if rest, ok := strings.CutPrefix(s, name); ok && (rest == "" || strings.ContainsAny(rest[:1], " +-")) {
			base, s = n, strings.ReplaceAll(rest, " ", "")
			break
		}
	}
	if s == "" {
		return base
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.fail("chain_priority", "%q is no number like -1 and no name like filter", s)
	}
	return base + n
}

func (r *reader) match(kind string) Match {
	switch kind {
	case "multiport":
		return Match{Protocols: r.protocols(), Ports: r.ports(), Apart: true}
	case "allports":
		return Match{Protocols: r.protocols()}
	case "custom":
		if s := r.props.Text("rule_match", addr.None) + r.props.Text("rule_match-custom", addr.None); strings.TrimSpace(s) != "" {
			r.fail("type", "custom with a match of its own (%q) needs the nft program", s)
		}
		return Match{}
	}
	r.fail("type", "%q is not multiport, allports or custom", kind)
	return Match{}
}

func (r *reader) protocols() []uint8 {
	var all []uint8
	for _, name := range list(r.text("protocol", "tcp", addr.None)) {
		n, ok := protocols.Get()[strings.ToLower(name)]
		if !ok {
			r.fail("protocol", "%q is not one of tcp, udp, udplite, sctp, dccp, icmp, icmpv6, esp, ah", name)
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		r.fail("protocol", "it is empty")
	}
	return all
}

// ports reads a list of ports, service names and ranges ("ssh,http,8000:8010"), merged and in order, as the kernel wants them.
func (r *reader) ports() []PortSpan {
	var all []PortSpan
	for _, item := range list(r.text("port", "ssh", addr.None)) {
		first, last, isSpan := strings.Cut(strings.ReplaceAll(item, ":", "-"), "-")
		a, err := port(first)
		if n, whole := port(item); whole == nil { // a service may have a hyphen in its name
			a, err, isSpan = n, nil, false
		}
		b := a
		if err == nil && isSpan {
			b, err = port(last)
		}
		if err != nil || b < a {
			r.fail("port", "%q is no port, service name or range like 8000:8010", item)
			continue
		}
		all = append(all, PortSpan{a, b})
	}
	if len(all) == 0 {
		r.fail("port", "it is empty")
	}
	return mergeSpans(all)
}

func mergeSpans(all []PortSpan) []PortSpan {
	slices.SortFunc(all, func(a, b PortSpan) int { return int(a.First) - int(b.First) })
	var merged []PortSpan
	for _, s := range all {
		if n := len(merged); n > 0 && int(s.First) <= int(merged[n-1].Last) {
			merged[n-1].Last = max(merged[n-1].Last, s.Last)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

func port(s string) (uint16, error) {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil {
		return uint16(n), nil
	}
	for _, network := range []string{"tcp", "udp"} {
		if n, err := net.LookupPort(network, s); err == nil && s != "" {
			return uint16(n), nil
		}
	}
	return 0, fmt.Errorf("unknown service %q", s)
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}

// block reads a verdict as nft writes it: [counter] drop | accept | reject [with …].
func (r *reader) block(s string) Block {
	words := strings.Fields(s)
	var b Block
	if len(words) > 0 && words[0] == "counter" {
		b.Counter, words = true, words[1:]
	}
	if len(words) == 0 {
		r.fail("blocktype", "it has no verdict; write reject or drop")
		return b
	}
	b.Verdict = words[0]
	switch words[0] {
	case "drop", "accept":
		if len(words) > 1 {
			r.fail("blocktype", "%q cannot be expressed here", s)
		}
	case "reject":
		var err error
		if b.Reject, err = parseReject(words[1:]); err != nil {
			r.fail("blocktype", "%w", err)
		}
	default:
		r.fail("blocktype", "%q is not drop, accept or reject", words[0])
	}
	return b
}

// parseReject reads what follows reject: nothing, or "with tcp reset", "with icmp [type] NAME", icmpv6 and icmpx likewise.
func parseReject(words []string) (Reject, error) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "with" || w == "type" })
	if len(words) == 0 {
		return Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Any: true}, nil
	}
	if len(words) == 2 {
		if words[0] == "tcp" && words[1] == "reset" {
			return Reject{Type: unix.NFT_REJECT_TCP_RST}, nil
		}
		if code, ok := rejectCodes.Get()[words[0]][words[1]]; ok {
			kind := uint32(unix.NFT_REJECT_ICMP_UNREACH)
			if words[0] == "icmpx" {
				kind = unix.NFT_REJECT_ICMPX_UNREACH
			}
			return Reject{Type: kind, Code: code}, nil
		}
	}
	return Reject{}, fmt.Errorf("reject with %q is unknown; write reject, or reject with icmpx admin-prohibited", strings.Join(words, " "))
}

var tableFamilies = lazy.Value[map[string]nftables.TableFamily]{Make: func() map[string]nftables.TableFamily {
	return map[string]nftables.TableFamily{
		"inet": nftables.TableFamilyINet, "ip": nftables.TableFamilyIPv4, "ip6": nftables.TableFamilyIPv6,
	}
}}

var hooks = lazy.Value[map[string]*nftables.ChainHook]{Make: func() map[string]*nftables.ChainHook {
	return map[string]*nftables.ChainHook{
		"prerouting": nftables.ChainHookPrerouting, "input": nftables.ChainHookInput, "forward": nftables.ChainHookForward,
		"output": nftables.ChainHookOutput, "postrouting": nftables.ChainHookPostrouting,
	}
}}

var priorities = lazy.Value[map[string]int]{Make: func() map[string]int {
	return map[string]int{"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
}}

var protocols = lazy.Value[map[string]uint8]{Make: func() map[string]uint8 {
	return map[string]uint8{
		"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "esp": 50, "ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "sctp": 132, "udplite": 136,
	}
}}

// rejectCodes are the names that nft has for the codes of ICMP type 3, of ICMPv6 type 1 and of its own neutral type.
var rejectCodes = lazy.Value[map[string]map[string]uint8]{Make: func() map[string]map[string]uint8 {
	return map[string]map[string]uint8{
		"icmp": {"net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "net-prohibited": 9,
			"host-prohibited": 10, "admin-prohibited": 13},
		"icmpv6": {"no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5, "reject-route": 6},
		"icmpx":  {"no-route": 0, "port-unreachable": 1, "host-unreachable": 2, "admin-prohibited": 3},
	}
}}
