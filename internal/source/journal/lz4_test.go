package journal

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pierrec/lz4/v4"
)

// lz4Texts are as repetitive as can be, as fields of logs are, and not at all.
func lz4Texts() [][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	mixed := append(bytes.Clone(noise[:700]), noise[100:900]...)
	return [][]byte{
		[]byte("a"), []byte(strings.Repeat("x", 5000)), []byte(strings.Repeat("ab", 40)), noise, mixed,
		[]byte(strings.Repeat("authentication failure; rhost=192.0.2.7 user=root ", 60) + "end"),
	}
}

// packLZ4 makes a block of text: fast as journald does, or thorough.
func packLZ4(t testing.TB, text []byte, thorough bool) []byte {
	t.Helper()
	out := make([]byte, lz4.CompressBlockBound(len(text)))
	n, err := lz4.CompressBlock(text, out, nil)
	if thorough {
		n, err = lz4.CompressBlockHC(text, out, lz4.Level9, nil, nil)
	}
	if err != nil || n == 0 {
		t.Fatalf("%d bytes: %d, %v", len(text), n, err)
	}
	return out[:n]
}

func TestLZ4BlocksComeBack(t *testing.T) {
	for _, text := range lz4Texts() {
		for _, thorough := range []bool{false, true} {
			packed := packLZ4(t, text, thorough)
			for _, limit := range []int{0, 1, len(text) / 2, len(text), len(text) + 100} {
				got, err := appendLZ4([]byte("before"), packed, limit)
				if want := "before" + string(text[:min(limit, len(text))]); string(got) != want || err != nil {
					t.Errorf("%.20q… up to %d: got %d bytes, %v, want %d", text, limit, len(got), err, len(want))
				}
			}
		}
	}
}

func TestLZ4BlockThatIsCutOff(t *testing.T) {
	text := lz4Texts()[5]
	packed := packLZ4(t, text, false)
	for n := range packed {
		// A cut behind literals cannot be seen: the size in front of the block tells.
		if got, err := appendLZ4(nil, packed[:n], len(text)); err == nil && !bytes.HasPrefix(text, got) {
			t.Errorf("cut after %d bytes: %q", n, got)
		}
	}
	for _, wrong := range []string{"", "\x10", "\xf0", "\x00\x01", "\x10a\x00\x00", "\x10a\x02\x00", "\x1fa\x01\x00\xff"} {
		if got, err := appendLZ4(nil, []byte(wrong), 100); err == nil {
			t.Errorf("%q: got %q and no error", wrong, got)
		}
	}
}

// FuzzLZ4 checks that what the module makes of a block we make of it, too. It refuses some that we take.
func FuzzLZ4(f *testing.F) {
	for _, text := range lz4Texts() {
		f.Add(packLZ4(f, text, false))
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		const limit = 1 << 16
		got, err := appendLZ4(nil, packed, limit)
		want := make([]byte, limit)
		n, moduleErr := lz4.UncompressBlock(packed, want)
		if moduleErr == nil && n > 0 && (err != nil || !bytes.Equal(got, want[:n])) {
			t.Fatalf("got %q, %v; the module %q", got, err, want[:n])
		}
	})
}
