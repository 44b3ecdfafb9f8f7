package addr

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		family           Family
	}{
		{"an address", "192.0.2.1", "192.0.2.1", Inet4},
		{"an octet too large stays text", "999.1.1.1", "999.1.1.1", None},
		{"a leading zero stays text", "010.1.1.1", "010.1.1.1", None},
		{"IPv4 in IPv6 is IPv4", "::ffff:192.0.2.7", "192.0.2.7", Inet4},
		{"in hexadecimal too", "::ffff:c000:0208", "192.0.2.8", Inet4},
		{"brackets and case go", "[2001:DB8::1]", "2001:db8::1", Inet6},
		{"host bits are cleared", "192.0.2.77/24", "192.0.2.0/24", Inet4},
		{"a netmask is a length", "192.0.2.77/255.255.255.0", "192.0.2.0/24", Inet4},
		{"a length in brackets", "[2001:db8:ff:ff::1/60]", "2001:db8:ff:f0::/60", Inet6},
		{"a length behind brackets", "[2001:db8::1]/64", "2001:db8::/64", Inet6},
		{"a full length is no network", "192.0.2.77/32", "192.0.2.77", Inet4},
		{"a length beyond that neither", "192.0.2.77/33", "192.0.2.77", Inet4},
		{"length 0 prints no length", "192.0.2.77/0", "0.0.0.0", Inet4},
		{"a mapped network", "::ffff:192.0.2.77/120", "192.0.2.0/24", Inet4},
		{"what was once IPv4", "::ffff:19", "::255.255.0.25", Inet6},
		{"hardly so", "::ff19", "::ff19", Inet6},
		{"a network of these", "::1234:5/112", "::18.52.0.0/112", Inet6},
		{"a word", "root", "root", None},
		{"a word with a slash", "abc/24", "abc/24", None},
		{"a length that is none", "192.0.2.1/x", "192.0.2.1/x", None},
		{"a length with a sign", "192.0.2.1/+8", "192.0.2.1/+8", None},
		{"a zone stays text", "fe80::1%eth0", "fe80::1%eth0", None},
		{"nothing", "", "", None},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if id.String() != c.want || id.Family() != c.family {
				t.Errorf("Parse(%q) = %q of family %q, want %q of %q", c.text, id, id.Family(), c.want, c.family)
			}
		})
	}
}

func TestParseRefusesAMaskWithHoles(t *testing.T) {
	id, err := Parse("192.0.2.1/255.0.255.0")
	if err == nil || id != Raw("192.0.2.1/255.0.255.0") {
		t.Errorf("got %q, %v; want the text as it is and an error", id, err)
	}
}

func TestCovers(t *testing.T) {
	parse := func(s string) ID { id, _ := Parse(s); return id }
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"192.0.2.0/24", "192.0.2.9", true},
		{"192.0.2.0/24", "192.0.2.0/28", true},
		{"192.0.2.0/28", "192.0.2.0/24", false},
		{"192.0.2.0/24", "2001:db8::1", false},
		{"192.0.2.9", "192.0.2.9", true},
		{"root", "root", true},
		{"root", "192.0.2.9", false},
	} {
		if got := parse(c.outer).Covers(parse(c.inner)); got != c.want {
			t.Errorf("%s covers %s: got %v, want %v", c.outer, c.inner, got, c.want)
		}
	}
}

func TestReverse(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.5":    "5.2.0.192.",
		"2001:db8::1":  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.",
		"192.0.2.0/24": "",
		"root":         "",
	} {
		if id, _ := Parse(text); id.Reverse() != want {
			t.Errorf("Reverse of %s = %q, want %q", text, id.Reverse(), want)
		}
	}
}

// TestParseIPv4LikeParse changes addresses a little, and compares.
func TestParseIPv4LikeParse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 100_000 {
		text := []byte(netip.AddrFrom4([4]byte{byte(r.IntN(3)), byte(r.IntN(256)), byte(r.IntN(20)), byte(r.IntN(256))}).String())
		if r.IntN(2) == 0 {
			i := r.IntN(len(text) + 1)
			text = slices.Insert(text, i, "0129.:/ x"[r.IntN(9)])
		}
		if r.IntN(4) == 0 {
			i := r.IntN(len(text))
			text = slices.Delete(text, i, i+1)
		}
		wantIPv4(t, string(text), &read)
	}
	if read < 50_000 {
		t.Errorf("only %d addresses", read)
	}
}

// wantIPv4 compares ParseIPv4 with Parse.
func wantIPv4(t *testing.T, text string, read *int) {
	got, ok := ParseIPv4([]byte(text))
	want, _ := Parse(text)
	a, single := want.Addr()
	if plain := single && a.Is4() && a.String() == text; ok != plain || ok && got != want {
		t.Errorf("%q: %q, %v; Parse says %q", text, got, ok, want)
	}
	if ok {
		*read++
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"192.0.2.1/24", "[::1]", "::ffff:1.2.3.4/96", "a/b", "[", "/", "1.2.3.4/255.255.0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		wantIPv4(t, s, new(int))
		id, _ := Parse(s)
		again, err := Parse(id.String())
		if err == nil && id.Family() != None && again != id {
			t.Errorf("%q parses to %q, which parses to %q", s, id, again)
		}
	})
}
