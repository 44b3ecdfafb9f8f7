package ignore

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"gaol/internal/ticket"
)

// A rule is a run of networks, a host name or a file.
type rule struct {
	networks *networks
	name     string
	file     *file
}

// compile joins neighbouring networks, so that a long list of them is one look-up.
func compile(entries []entry) []rule {
	var rules []rule
	for _, e := range entries {
		switch {
		case e.file != nil:
			rules = append(rules, rule{file: e.file})
		case !e.network.IsValid():
			rules = append(rules, rule{name: e.text})
		default:
			if len(rules) == 0 || rules[len(rules)-1].networks == nil {
				rules = append(rules, rule{networks: &networks{}})
			}
			rules[len(rules)-1].networks.add(e.network)
		}
	}
	return rules
}

// match returns why an offender is ignored, "" if it is not.
func (x rule) match(r *Rules, ip netip.Prefix, now ticket.Unix) string {
	switch {
	case x.file != nil:
		if x.file.has(r, ip, now) {
			return x.file.String()
		}
	case x.networks != nil:
		if x.networks.covers(ip) {
			return "ip"
		}
	case r.resolves(x.name, ip):
		return "dns"
	}
	return ""
}

// resolves reports whether the single address ip is one of the host's.
func (r *Rules) resolves(name string, ip netip.Prefix) bool {
	return r.env.Resolve != nil && ip.IsSingleIP() && slices.Contains(r.env.Resolve.Addresses(name), ip.Addr())
}

// fewNetworks is how many networks are looked through one by one before a table is worth its memory.
const fewNetworks = 50

// networks is a set of networks. The zero value is empty and ready. After the last add it is safe for concurrent use.
type networks struct {
	list  []netip.Prefix // while they are few
	table *bart.Lite     // else
}

func (n *networks) add(p netip.Prefix) {
	if n.table == nil && len(n.list) < fewNetworks {
		n.list = append(n.list, p)
		return
	}
	if n.table == nil {
		n.table = new(bart.Lite)
		for _, q := range n.list {
			n.table.Insert(q)
		}
		n.list = nil
	}
	n.table.Insert(p)
}

// covers reports whether the first address of ip lies in one of the networks: that is how the original judges a whole network.
func (n *networks) covers(ip netip.Prefix) bool {
	if n.table != nil {
		return n.table.Contains(ip.Addr())
	}
	for _, p := range n.list {
		if p.Contains(ip.Addr()) {
			return true
		}
	}
	return false
}
