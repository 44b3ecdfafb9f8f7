package filter

import (
	"net/netip"
	"slices"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// An offender is who a failure is charged to.
type offender struct {
	id addr.ID
	ip addr.ID // the address to shut out, where it differs
}

// identify returns the offenders that fields name: none, one, or one for each address of a host name. found is false when no
// group that could name one took part. Unlike the original it takes empty text for nobody.
func (f *Filter) identify(fields ticket.Fields) (who []offender, found bool, err error) {
	fid, hasID, err := f.ownID(fields)
	if err != nil {
		return nil, true, err
	}
	text, isAddress, hasIP := addressText(fields)
	switch {
	case !hasIP && !hasID:
		return nil, false, nil
	case !hasIP:
		return nobodyLess(offender{id: fid, ip: otherIP(fields)}), true, nil
	case !isAddress && f.program.usedns != dnsRaw:
		return f.resolve(text), true, nil
	}
	ip := addr.Raw(text)
	if isAddress {
		ip = address(text, fields.Text("cidr"))
	}
	if !hasID || fields.Text("fid") == text {
		return nobodyLess(offender{id: ip}), true, nil
	}
	return nobodyLess(offender{id: fid, ip: ip}), true, nil
}

// ownID returns the identity in the group fid.
func (f *Filter) ownID(fields ticket.Fields) (id addr.ID, ok bool, err error) {
	switch v := valueOf(fields, "fid").(type) {
	case string:
		if f.program.usedns == dnsRaw {
			return addr.Raw(v), true, nil
		}
		id, err = addr.Parse(v)
		return id, true, err
	case ticket.Tuple:
		parts := make(pickle.Tuple, 0, len(v))
		for _, part := range v {
			parts = append(parts, part)
		}
		return addr.Raw(pickle.Repr(parts)), true, nil
	}
	return addr.ID{}, false, nil
}

// addressText returns what took the place of an address, and whether it has the form of one or is a name.
func addressText(fields ticket.Fields) (text string, isAddress, ok bool) {
	for _, name := range [...]string{"ip4", "ip6", "dns"} {
		if text, ok = valueOf(fields, name).(string); ok {
			return text, name != "dns", true
		}
	}
	return "", false, false
}

// address returns the identity of an address with an optional prefix length. What only looks like an address stands for itself.
func address(text, length string) addr.ID {
	id, _ := addr.Parse(text) // no mask in it, so no error
	if _, ok := id.Prefix(); !ok || length == "" {
		return id
	}
	network, err := addr.Parse(text + "/" + length)
	if _, ok := network.Prefix(); !ok || err != nil {
		return id
	}
	return network
}

// otherIP returns the address that a filter of its own making stored under the name ip.
func otherIP(fields ticket.Fields) addr.ID {
	if text := fields.Text("ip"); text != "" {
		id, _ := addr.Parse(text) // a wrong mask leaves the text, which is all one can do with it
		return id
	}
	return addr.ID{}
}

func nobodyLess(o offender) []offender {
	if o.id.IsZero() {
		return nil
	}
	return []offender{o}
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
