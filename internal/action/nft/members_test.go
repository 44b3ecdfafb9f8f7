package nft

import (
	"maps"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestMembersLikeAMap does at random what a map of prefixes does, too.
func TestMembersLikeAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	want, got := map[netip.Prefix]stamp{}, members{}
	for range 20_000 {
		a := netip.AddrFrom4([4]byte{192, 0, byte(r.IntN(2)), byte(r.IntN(8))})
		if r.IntN(2) == 0 {
			a = netip.AddrFrom16([16]byte{0x20, 1, 15: byte(r.IntN(8))})
		}
		p := netip.PrefixFrom(a, a.BitLen()-r.IntN(a.BitLen()+1)).Masked()
		switch r.IntN(3) {
		case 0:
			delete(want, p)
			got.remove(p)
		default:
			s := stamp(r.IntN(3))
			want[p] = s
			got.set(p, s)
		}
		s, ok := got.get(p)
		if wantStamp, wantOK := want[p]; s != wantStamp || ok != wantOK || got.len() != len(want) {
			t.Fatalf("%s: %v, %v of %d, want %v, %v of %d", p, s, ok, got.len(), wantStamp, wantOK, len(want))
		}
	}
	seen := map[netip.Prefix]stamp{}
	for p := range got.all() {
		seen[p], _ = got.get(p)
	}
	if !maps.Equal(seen, want) {
		t.Errorf("all gives %d of %d members", len(seen), len(want))
	}
}
