package filter

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/pickle"
)

// An offender is who a failure is charged to.
type offender struct {
	id addr.ID
	ip addr.ID // the address to shut out, where it differs
}

// identify returns those whom the captured values name: nobody, one, or one for each address of a host name. found is false when
// no group that could name somebody took part. Unlike the original it takes empty text for nobody. The result is valid until the
// next call.
func (f *Filter) identify(told *values) (who []offender, found bool, err error) {
	if f.counting && told.there&roleFID.bit() == 0 && (told.has(roleIP4) || told.has(roleIP6) && told.there&roleIP4.bit() == 0) {
		return f.somebody(), true, nil // who does not matter
	}
	fid, own, err := f.ownID(told)
	hasID := own != nil
	if err != nil {
		return nil, true, err
	}
	text, isAddress, hasIP := addressText(told)
	switch {
	case !hasIP && !hasID:
		return nil, false, nil
	case !hasIP:
		return f.only(offender{id: fid, ip: otherIP(told)}), true, nil
	case !isAddress && f.program.usedns != dnsRaw:
		return f.resolve(string(text)), true, nil
	}
	var ip addr.ID
	if isAddress {
		length, _ := told.get(roleCIDR)
		ip = address(text, length)
	} else {
		ip = addr.Raw(string(text))
	}
	if !hasID || bytes.Equal(own.text, text) {
		return f.only(offender{id: ip}), true, nil
	}
	return f.only(offender{id: fid, ip: ip}), true, nil
}

// ownID returns the identity in the group fid and that group's value, nil if it took no part.
func (f *Filter) ownID(told *values) (id addr.ID, v *value, err error) {
	v = told.find(roleFID)
	switch {
	case v == nil || v.kind == absent:
		return addr.ID{}, nil, nil
	case v.kind == tuple:
		return addr.Raw(pickle.Repr(pickle.Tuple(v.tuple()))), v, nil
	case f.program.usedns == dnsRaw:
		return addr.Raw(string(v.text)), v, nil
	}
	id, err = addr.Parse(string(v.text))
	return id, v, err
}

// addressText returns what took the place of an address, and whether it has the form of one or is a name.
func addressText(told *values) (text []byte, isAddress, ok bool) {
	for _, r := range [...]role{roleIP4, roleIP6, roleDNS} {
		if text, ok = told.get(r); ok {
			return text, r != roleDNS, true
		}
	}
	return nil, false, false
}

// address returns the identity of an address with an optional prefix length. What only looks like an address stands for itself.
func address(text, length []byte) addr.ID {
	if len(length) == 0 {
		if id, ok := addr.ParseIPv4(text); ok {
			return id
		}
	}
	id, _ := addr.Parse(string(text)) // no mask in it, so no error
	if _, ok := id.Prefix(); !ok || len(length) == 0 {
		return id
	}
	network, err := addr.Parse(string(text) + "/" + string(length))
	if _, ok := network.Prefix(); !ok || err != nil {
		return id
	}
	return network
}

// otherIP returns the address that a filter of its own making stored under the name ip.
func otherIP(told *values) addr.ID {
	if text, _ := told.get(roleIP); len(text) > 0 {
		id, _ := addr.Parse(string(text)) // a wrong mask leaves the text, which is all one can do with it
		return id
	}
	return addr.ID{}
}

// only returns o alone, or nobody.
func (f *Filter) only(o offender) []offender {
	if o.id.IsZero() {
		return nil
	}
	f.who = append(f.who[:0], o)
	return f.who
}

// somebody returns one who is not known.
func (f *Filter) somebody() []offender {
	return f.unknown[:]
}

// resolve returns the addresses of a host name as offenders.
func (f *Filter) resolve(name string) []offender {
	if ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")); err == nil && ip.Zone() == "" {
		return []offender{{id: addr.From(ip)}}
	}
	if f.program.usedns == dnsNo || f.env.Resolve == nil {
		return nil
	}
	addrs := f.env.Resolve.Addresses(name)
	f.now = f.env.Now() // the name service may have taken its time
	var who []offender
	for _, ip := range addrs {
		who = append(who, offender{id: addr.From(ip)})
	}
	slices.SortFunc(who, func(a, b offender) int { return strings.Compare(a.id.String(), b.id.String()) })
	who = slices.Compact(who)
	if f.program.usedns == dnsWarn && len(who) > 0 {
		texts := make([]string, 0, len(who))
		for _, o := range who {
			texts = append(texts, pickle.Repr(o.id.String()))
		}
		f.env.Log.Warn("Determined IP using DNS Lookup: "+name+" = {"+strings.Join(texts, ", ")+"}", "logger", "fail2ban.ipdns")
	}
	return who
}
