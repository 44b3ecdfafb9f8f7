package filter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewline(t *testing.T) {
	for _, c := range []struct{ encoding, want string }{
		{"", "\n"},
		{"auto", "\n"},
		{"utf-8", "\n"},
		{"ascii", "\n"},
		{"latin1", "\n"},
		{"cp1251", "\n"},
		{"gbk", "\n"},
		{"shift_jis", "\n"},
		{"utf-16", "\n\x00"},
		{"UTF_16", "\n\x00"},
		{"utf16", "\n\x00"},
		{"utf-16le", "\n\x00"},
		{"utf-16-be", "\x00\n"},
		{"utf-16be", "\x00\n"},
		{"U16", "\n\x00"},
		{"utf-32", "\n\x00\x00\x00"},
		{"utf32", "\n\x00\x00\x00"},
		{"utf_32be", "\x00\x00\x00\n"},
		{"utf-32-le", "\n\x00\x00\x00"},
		{"utf-32-be", "\x00\x00\x00\n"},
		{"cp037", "\x25"}, // EBCDIC
		{"no such", "\n"},
	} {
		if d := cmp.Diff([]byte(c.want), Newline(c.encoding)); d != "" {
			t.Errorf("Newline(%q) (-want +got):\n%s", c.encoding, d)
		}
	}
}

func TestASCIIStandsForItself(t *testing.T) {
	for encoding, want := range map[string]bool{
		"utf-8": true, "ascii": true, "latin1": true, "cp1251": true, "koi8-r": true, "gbk": true, "euc-jp": true,
		"utf-16": false, "utf-32-be": false, "cp037": false, "iso-2022-jp": false,
	} {
		e, err := findEncoding(encoding)
		if err != nil || e.plain != want {
			t.Errorf("%s: %v, want %v (error %v)", encoding, e.plain, want, err)
		}
	}
}

func TestIsASCII(t *testing.T) {
	for n := range 100 {
		b := make([]byte, n)
		if !isASCII(b) {
			t.Errorf("%d bytes of ASCII are none", n)
		}
		for i := range b {
			b[i] = 0x80
			if isASCII(b) {
				t.Errorf("byte %d of %d is not seen", i, n)
			}
			b[i] = 0x7f
		}
	}
}
