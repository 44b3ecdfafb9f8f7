package addr

import (
	"bytes"
	"net/netip"
	"testing"
)

func TestBinaryFormIsUnique(t *testing.T) {
	seen := map[string]ID{}
	for _, id := range []ID{
		{}, Raw("root"), Raw("192.0.2.1"), Raw("\x01\xc0\x00\x02\x01"), mustParse("192.0.2.1"), mustParse("192.0.2.0/24"), mustParse("192.0.2.0/31"),
		mustParse("0.0.0.0"), mustParse("::"), mustParse("2001:db8::1"), mustParse("2001:db8::/32"), mustParse("::ffff:0:0/90"),
		FromPrefix(netip.MustParsePrefix("0.0.0.0/0")), FromPrefix(netip.MustParsePrefix("::/0")),
	} {
		b := string(id.AppendBinary(nil))
		if other, ok := seen[b]; ok {
			t.Errorf("%q and %q are the same, %q", id, other, b)
		}
		seen[b] = id
		if got, ok := FromBinary(b); !ok || got != id {
			t.Errorf("%q became %q, %v", id, got, ok)
		}
	}
}

func mustParse(s string) ID {
	id, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return id
}

// FuzzFromBinary looks for bytes that are taken for an ID whose bytes are others.
func FuzzFromBinary(f *testing.F) {
	for _, id := range []ID{{}, mustParse("192.0.2.0/24"), mustParse("192.0.2.1"), mustParse("2001:db8::1"), mustParse("2001:db8::/32")} {
		f.Add(id.AppendBinary(nil))
	}
	f.Add([]byte("\x03\xc0\x00\x02\x01\x20"))
	f.Add([]byte("\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if id, ok := FromBinary(string(b)); ok && !bytes.Equal(id.AppendBinary(nil), b) {
			t.Errorf("%q is read as %q, whose form is %q", b, id, id.AppendBinary(nil))
		}
	})
}
