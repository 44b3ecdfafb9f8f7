package nft

import (
	"encoding/binary"
	"iter"
	"net/netip"
)

// members are prefixes, each with a stamp. IPv4 ones take a third of the memory that a map of prefixes takes. The zero members are none.
type members struct {
	inet4 map[uint64]stamp // by address and length
	other map[netip.Prefix]stamp
}

// key4 returns the key of an IPv4 prefix.
func key4(p netip.Prefix) (key uint64, ok bool) {
	if !p.Addr().Is4() {
		return 0, false
	}
	a := p.Addr().As4()
	return uint64(binary.BigEndian.Uint32(a[:]))<<8 | uint64(p.Bits()), true
}

// prefix4 returns the prefix with a key.
func prefix4(key uint64) netip.Prefix {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], uint32(key>>8))
	return netip.PrefixFrom(netip.AddrFrom4(a), int(key&0xff))
}

func (m *members) get(p netip.Prefix) (s stamp, ok bool) {
	if key, is4 := key4(p); is4 {
		s, ok = m.inet4[key]
		return s, ok
	}
	s, ok = m.other[p]
	return s, ok
}

func (m *members) set(p netip.Prefix, s stamp) {
	if key, is4 := key4(p); is4 {
		if m.inet4 == nil {
			m.inet4 = map[uint64]stamp{}
		}
		m.inet4[key] = s
		return
	}
	if m.other == nil {
		m.other = map[netip.Prefix]stamp{}
	}
	m.other[p] = s
}

func (m *members) remove(p netip.Prefix) {
	if key, is4 := key4(p); is4 {
		delete(m.inet4, key)
		return
	}
	delete(m.other, p)
}

func (m *members) len() int { return len(m.inet4) + len(m.other) }

// all gives the members in no order; they may be removed meanwhile.
func (m *members) all() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for key := range m.inet4 {
			if !yield(prefix4(key)) {
				return
			}
		}
		for p := range m.other {
			if !yield(p) {
				return
			}
		}
	}
}
