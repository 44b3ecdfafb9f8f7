package journal

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/pierrec/lz4/v4"
)

// TestUncompressLZ4 uncompresses what a library has compressed, into as much room as it takes, and into less.
func TestUncompressLZ4(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		text := make([]byte, 1+r.IntN(3_000))
		letters := 1 + r.IntN(256)
		for i := range text {
			text[i] = byte(r.IntN(letters))
			if back := r.IntN(300); i > back && r.IntN(4) > 0 {
				text[i] = text[i-1-back/(1+r.IntN(20))]
			}
		}
		block := make([]byte, lz4.CompressBlockBound(len(text)))
		var c lz4.Compressor
		n, err := c.CompressBlock(text, block)
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		room := make([]byte, len(text)+r.IntN(2))
		if n, err := uncompressLZ4(room, block[:n]); err != nil || !bytes.Equal(room[:n], text) {
			t.Fatalf("%d bytes of %d, %v", n, len(text), err)
		}
		if n, err := uncompressLZ4(room[:len(text)-1], block[:n]); err == nil {
			t.Fatalf("%d bytes fit where there is room for one less", n)
		}
	}
}

// FuzzLZ4 compares with a library, which may be more or less strict.
func FuzzLZ4(f *testing.F) {
	f.Add([]byte("\x10a\x01\x00\x00"))
	f.Add([]byte("\x4fabcd\x02\x00\x0a\x50efghi"))
	f.Add([]byte("\xf0\xff\x00"))
	f.Fuzz(func(t *testing.T, block []byte) {
		room, other := make([]byte, 4<<10), make([]byte, 4<<10)
		n, err := uncompressLZ4(room, block)
		if k, e := lz4.UncompressBlock(block, other); err == nil && e == nil && !bytes.Equal(room[:n], other[:k]) {
			t.Errorf("%x: %x, want %x", block, room[:n], other[:k])
		}
	})
}
