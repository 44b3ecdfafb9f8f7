package nft

import (
	"encoding/binary"
	"errors"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"gaol/internal/addr"
)

// A rule is the expressions of one rule, and the anonymous sets they refer to, in the order in which nft makes them.
type rule struct {
	exprs []expr.Any
	sets  []anonymousSet
}

type anonymousSet struct {
	set      *nftables.Set
	elements []nftables.SetElement
}

// errFamily is what a rule for the wrong kind of address yields, as in an ip6 table asked to hold IPv4 addresses.
var errFamily = errors.New("the table's family cannot hold such addresses")

// rules returns the rules that shut the members of set out, for one address family. They are expression for expression what nft
// makes of the stock action's text, so that both list alike.
func (c Config) rules(f addr.Family, t *nftables.Table, set *nftables.Set) ([]rule, error) {
	if c.TableFamily == "ip" && f != addr.Inet4 || c.TableFamily == "ip6" && f != addr.Inet6 {
		return nil, errFamily
	}
	protocols := c.Match.Protocols
	if !c.Match.Apart {
		r := rule{}
		r.matchProtocols(t, protocols)
		c.finish(&r, f, set)
		return []rule{r}, nil
	}
	var all []rule
	for _, p := range protocols {
		r := rule{}
		r.matchProtocols(t, []uint8{p})
		r.matchPorts(t, c.Match.Ports)
		c.finish(&r, f, set)
		all = append(all, r)
	}
	return all, nil
}

// finish adds the source address and the verdict.
func (c Config) finish(r *rule, f addr.Family, set *nftables.Set) {
	source := expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4}
	protocol := byte(unix.NFPROTO_IPV4)
	if f == addr.Inet6 {
		source.Offset, source.Len = 8, 16
		protocol = unix.NFPROTO_IPV6
	}
	if c.TableFamily == "inet" {
		r.add(&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, equals([]byte{protocol}))
	}
	r.add(&source, &expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID})
	r.add(c.Block.exprs(f)...)
}

func (b Block) exprs(f addr.Family) []expr.Any {
	var all []expr.Any
	if b.Counter {
		all = append(all, &expr.Counter{})
	}
	switch b.Verdict {
	case "reject":
		return append(all, b.Reject.expr(f))
	case "accept":
		return append(all, &expr.Verdict{Kind: expr.VerdictAccept})
	}
	return append(all, &expr.Verdict{Kind: expr.VerdictDrop})
}

func (j Reject) expr(f addr.Family) *expr.Reject {
	code := j.Code
	if j.Any {
		code = rejectCodes.Get()["icmp"]["port-unreachable"]
		if f == addr.Inet6 {
			code = rejectCodes.Get()["icmpv6"]["port-unreachable"]
		}
	}
	return &expr.Reject{Type: j.Type, Code: code}
}

func (r *rule) add(e ...expr.Any) { r.exprs = append(r.exprs, e...) }

func equals(data []byte) *expr.Cmp { return &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: data} }

// matchProtocols compares the transport protocol: one value, or a set of them; none matches all.
func (r *rule) matchProtocols(t *nftables.Table, protocols []uint8) {
	if len(protocols) == 0 {
		return
	}
	r.add(&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1})
	if len(protocols) == 1 {
		r.add(equals([]byte{protocols[0]}))
		return
	}
	set := &nftables.Set{Table: t, Anonymous: true, Constant: true, KeyType: nftables.TypeInetProto}
	var elements []nftables.SetElement
	for _, p := range protocols {
		elements = append(elements, nftables.SetElement{Key: []byte{p}})
	}
	r.lookup(set, elements)
}

// matchPorts compares the destination port.
func (r *rule) matchPorts(t *nftables.Table, spans []PortSpan) {
	r.add(&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2})
	if len(spans) == 1 {
		r.add(comparePorts(spans[0])...)
		return
	}
	set := &nftables.Set{Table: t, Anonymous: true, Constant: true, KeyType: nftables.TypeInetService}
	for _, s := range spans {
		set.Interval = set.Interval || s.First != s.Last
	}
	r.lookup(set, portElements(spans, set.Interval))
}

func comparePorts(s PortSpan) []expr.Any {
	if s.First == s.Last {
		return []expr.Any{equals(bigEndian(s.First))}
	}
	return []expr.Any{
		&expr.Cmp{Op: expr.CmpOpGte, Register: 1, Data: bigEndian(s.First)},
		&expr.Cmp{Op: expr.CmpOpLte, Register: 1, Data: bigEndian(s.Last)},
	}
}

// portElements returns the set elements for spans; an interval is its first value and the one behind its last.
func portElements(spans []PortSpan, interval bool) []nftables.SetElement {
	var all []nftables.SetElement
	if interval && spans[0].First > 0 {
		all = append(all, nftables.SetElement{Key: bigEndian(0), IntervalEnd: true}) // nft begins every interval set so
	}
	for _, s := range spans {
		all = append(all, nftables.SetElement{Key: bigEndian(s.First)})
		if interval && s.Last < 65535 {
			all = append(all, nftables.SetElement{Key: bigEndian(s.Last + 1), IntervalEnd: true})
		}
	}
	return all
}

func bigEndian(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

// lookup adds a look-up in an anonymous set.
func (r *rule) lookup(set *nftables.Set, elements []nftables.SetElement) {
	r.sets = append(r.sets, anonymousSet{set, elements})
	r.add(&expr.Lookup{SourceRegister: 1}) // named when the set is made
}

// queue sends the rule's sets and the rule to conn, at the end of chain.
func (r rule) queue(conn *nftables.Conn, chain *nftables.Chain) error {
	next := 0
	for _, e := range r.exprs {
		l, ok := e.(*expr.Lookup)
		if !ok || l.SetName != "" {
			continue
		}
		s := r.sets[next]
		next++
		if err := conn.AddSet(s.set, s.elements); err != nil {
			return err
		}
		l.SetName, l.SetID = s.set.Name, s.set.ID
	}
	conn.AddRule(&nftables.Rule{Table: chain.Table, Chain: chain, Exprs: r.exprs})
	return nil
}
