package file

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// TestCompressedReadsLikeAPlainFile compares reads at random places, forward, backward and overlapping, with the plain text.
func TestCompressedReadsLikeAPlainFile(t *testing.T) {
	b := newBench(t)
	text := numbered(0, 3000)
	b.write(text)
	b.copyTo("a.log.1.gz")
	packed, _, err := openRotated(b.sibling("a.log.1.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain := bytes.NewReader([]byte(text))
	off := int64(0)
	for i := range 2000 {
		switch rand.IntN(3) {
		case 0:
			off = rand.Int64N(int64(len(text)) + 100)
		case 1:
			off = max(0, off-rand.Int64N(300))
		}
		want := make([]byte, 1+rand.IntN(5000))
		got := make([]byte, len(want))
		n, wantErr := plain.ReadAt(want, off)
		m, gotErr := packed.ReadAt(got, off)
		if m != n || !bytes.Equal(got[:m], want[:n]) || (gotErr == io.EOF) != (wantErr == io.EOF) {
			t.Fatalf("read %d of %d bytes at %d: %d bytes, %v; want %d, %v", i, len(want), off, m, gotErr, n, wantErr)
		}
		off += int64(n)
	}
}
