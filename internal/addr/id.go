// Package addr gives an offender its one typed identity.
//
// In goes text as a log, a command or a database holds it; out comes an ID, a comparable value that is
// either an address prefix or, for jails that watch something other than addresses, the text itself.
// The package never resolves names and never looks at the system.
package addr

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// An ID names an offender: an address, a network, or any other text. IDs compare with == and key maps; two spellings of
// one address are one ID. The zero ID names nobody.
type ID struct {
	prefix netip.Prefix // valid for addresses and networks; always masked, never 4-in-6
	raw    string       // set for everything else
}

// Family tells which command variant and which set an ID belongs to.
type Family string

// The families that actions distinguish; None is for an ID that is no address.
const (
	Inet4 Family = "inet4"
	Inet6 Family = "inet6"
	None  Family = ""
)

// Raw returns the ID that stands for text as it is, even where text reads like an address.
func Raw(text string) ID { return ID{raw: text} }

// From returns the ID of a single address.
func From(a netip.Addr) ID {
	a = a.Unmap().WithZone("")
	return ID{prefix: netip.PrefixFrom(a, a.BitLen())}
}

// FromPrefix returns the ID of a network; host bits are cleared.
func FromPrefix(p netip.Prefix) ID {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return ID{prefix: p.Masked()}
}

// Parse reads an identity as logs and users write it: an address, optionally in brackets, optionally with /length or
// /netmask. Anything that is none of these becomes a raw ID, which is not an error: jails may ban ids that are no
// addresses. The one error is a netmask with holes; the ID is then the raw text.
//
// Addresses follow inet_pton: no leading zeros, no octet above 255 (docs/compatibility.md, "identities").
func Parse(text string) (ID, error) {
	bare := unbracket(text)
	host, length, network := strings.Cut(bare, "/")
	a, err := netip.ParseAddr(unbracket(host))
	if err != nil || a.Zone() != "" {
		return Raw(text), nil
	}
	if !network {
		return From(a), nil
	}
	bits, err := maskBits(length, a)
	if err != nil {
		return Raw(text), err
	}
	if bits < 0 {
		return Raw(text), nil
	}
	return within(a, bits), nil
}

// ParseIPv4 reads what nearly every log holds, a plain IPv4 address, as Parse does, but without a string. ok is false for anything else.
func ParseIPv4(text []byte) (id ID, ok bool) {
	var bytes [4]byte
	octet, digits, value := 0, 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9' && (digits == 0 || value > 0): // no leading zeros
			digits, value = digits+1, value*10+int(c-'0')
			if value > 255 {
				return ID{}, false
			}
			bytes[octet] = byte(value)
		case c == '.' && digits > 0 && octet < 3:
			octet, digits, value = octet+1, 0, 0
		default:
			return ID{}, false
		}
	}
	if octet < 3 || digits == 0 {
		return ID{}, false
	}
	return ID{prefix: netip.PrefixFrom(netip.AddrFrom4(bytes), 32)}, true
}

// within returns the network of a with the given prefix length. A length beyond the address, or 0, means the single
// address; that 0 does too is how the original reads 192.0.2.77/0 (docs/compatibility.md, "identities").
func within(a netip.Addr, bits int) ID {
	if a.Is4In6() && bits >= 96 {
		a, bits = a.Unmap(), bits-96
	}
	switch {
	case bits > a.BitLen():
		return From(a)
	case bits == 0:
		// The original masks the address all the same and prints it without a length.
		p, _ := a.Prefix(0)
		return From(p.Addr())
	}
	p, _ := a.Prefix(bits) // cannot fail: bits is in range and a has no zone
	return ID{prefix: p}
}

// maskBits reads what follows the slash: a decimal length or a netmask of a's family. It returns -1 for text that is
// neither.
func maskBits(s string, a netip.Addr) (int, error) {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && s[0] != '+' {
		return n, nil
	}
	mask, err := netip.ParseAddr(s)
	if err != nil || mask.Is4() != a.Is4() {
		return -1, nil
	}
	bits, ended := 0, false
	for _, b := range mask.AsSlice() {
		for i := 7; i >= 0; i-- {
			one := b>>i&1 == 1
			if one && ended {
				return -1, fmt.Errorf("invalid mask %q, no plen representation", s)
			}
			if one {
				bits++
			}
			ended = ended || !one
		}
	}
	return bits, nil
}

func unbracket(s string) string {
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		return s[1 : len(s)-1]
	}
	return s
}

// String prints the canonical text: an address without length when it is a single one, else network/length.
func (id ID) String() string {
	if !id.prefix.IsValid() {
		return id.raw
	}
	var buffer [64]byte
	return string(id.AppendText(buffer[:0]))
}

// AppendText appends what String returns.
func (id ID) AppendText(to []byte) []byte {
	if !id.prefix.IsValid() {
		return append(to, id.raw...)
	}
	to = appendAddress(to, id.prefix.Addr())
	if id.prefix.IsSingleIP() {
		return to
	}
	return strconv.AppendInt(append(to, '/'), int64(id.prefix.Bits()), 10)
}

// appendAddress prints an address as inet_ntop does: like netip, but for the addresses of ::/96 that have something in the upper half of
// their last 32 bits, which were once IPv4 ones (RFC 4291, 2.5.5.1) and are printed so.
func appendAddress(to []byte, a netip.Addr) []byte {
	if a.Is6() {
		if b := a.As16(); [12]byte(b[:12]) == [12]byte{} && b[12]|b[13] != 0 {
			return netip.AddrFrom4([4]byte(b[12:])).AppendTo(append(to, "::"...))
		}
	}
	return a.AppendTo(to)
}

// Prefix returns the addresses that id stands for, and false when it is no address.
func (id ID) Prefix() (netip.Prefix, bool) { return id.prefix, id.prefix.IsValid() }

// Addr returns the address of a single-address id.
func (id ID) Addr() (netip.Addr, bool) {
	return id.prefix.Addr(), id.prefix.IsValid() && id.prefix.IsSingleIP()
}

// IsZero reports whether id names nobody.
func (id ID) IsZero() bool { return id == ID{} }

// Family returns Inet4, Inet6 or None.
func (id ID) Family() Family {
	switch a := id.prefix.Addr(); {
	case a.Is4():
		return Inet4
	case a.Is6():
		return Inet6
	}
	return None
}

// Covers reports whether every address of other is in id. A raw id covers only itself.
func (id ID) Covers(other ID) bool {
	if !id.prefix.IsValid() || !other.prefix.IsValid() {
		return id == other
	}
	return id.prefix.Bits() <= other.prefix.Bits() && id.prefix.Contains(other.prefix.Addr())
}

// Reverse returns the name under which DNS files the address, without the zone: "7.2.0.192." or 32 dotted nibbles; empty
// for anything but a single address.
func (id ID) Reverse() string {
	a, ok := id.Addr()
	if !ok {
		return ""
	}
	var b strings.Builder
	bytes := a.AsSlice()
	for i := len(bytes) - 1; i >= 0; i-- {
		if a.Is4() {
			fmt.Fprintf(&b, "%d.", bytes[i])
		} else {
			fmt.Fprintf(&b, "%x.%x.", bytes[i]&15, bytes[i]>>4)
		}
	}
	return b.String()
}
