package dns

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// numeric reads what the C library takes for an address where Go asks the name service: one to four numbers, the last of which
// fills what the others leave ("1" is 0.0.0.1), in decimal, octal or hexadecimal. A log's "host" is often just such a number.
func numeric(name string) (netip.Addr, bool) {
	parts := strings.Split(name, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var ip uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		n, ok := number(part)
		if !ok || n>>bits != 0 {
			return netip.Addr{}, false
		}
		ip = ip<<bits | n
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(ip))
	return netip.AddrFrom4(b), true
}

func number(s string) (uint64, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		s, base = hex, 16
	} else if len(s) > 1 && s[0] == '0' {
		s, base = s[1:], 8
	}
	if s == "" || s[0] == '+' || s[0] == '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 32)
	return n, err == nil
}
