package addr

import "net/netip"

// The binary form of an ID: a byte that says what it is, then 4 or 16 bytes of address, a network's length as one byte more; or the
// text of an id that is no address. It has no end of its own.
const (
	binaryRaw byte = iota
	binary4
	binary6
	binaryNet4
	binaryNet6
)

// AppendBinary appends the binary form of id: the same bytes for the same ID, and different ones for different IDs.
func (id ID) AppendBinary(to []byte) []byte {
	if !id.prefix.IsValid() {
		return append(append(to, binaryRaw), id.raw...)
	}
	a, single := id.prefix.Addr(), id.prefix.IsSingleIP()
	if a.Is4() {
		bytes := a.As4()
		if single {
			return append(append(to, binary4), bytes[:]...)
		}
		return append(append(append(to, binaryNet4), bytes[:]...), byte(id.prefix.Bits()))
	}
	bytes := a.As16()
	if single {
		return append(append(to, binary6), bytes[:]...)
	}
	return append(append(append(to, binaryNet6), bytes[:]...), byte(id.prefix.Bits()))
}

// FromBinary returns the ID that AppendBinary made b of; ok is false if it did not. A raw ID shares b's memory.
func FromBinary(b string) (id ID, ok bool) {
	if b == "" {
		return ID{}, false
	}
	kind, rest := b[0], b[1:]
	switch {
	case kind == binaryRaw:
		return Raw(rest), true
	case kind == binary4 && len(rest) == 4: // nearly all are
		return ID{prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte([]byte(rest))), 32)}, true
	}
	length := len(rest)
	if kind == binaryNet4 || kind == binaryNet6 {
		length--
	}
	if want := map4or16(kind); want == 0 || length != want {
		return ID{}, false
	}
	a, _ := netip.AddrFromSlice([]byte(rest[:length])) // cannot fail with these lengths
	bits := a.BitLen()
	if length < len(rest) {
		bits = int(rest[length])
	}
	p := netip.PrefixFrom(a, bits)
	single := length == len(rest)
	if !p.IsValid() || p != p.Masked() || a.Is4In6() && (single || bits >= 96) || !single && p.IsSingleIP() {
		return ID{}, false
	}
	return ID{prefix: p}, true
}

// map4or16 returns how many bytes an address of this kind has, 0 for what is no kind.
func map4or16(kind byte) int {
	switch kind {
	case binary4, binaryNet4:
		return 4
	case binary6, binaryNet6:
		return 16
	}
	return 0
}
