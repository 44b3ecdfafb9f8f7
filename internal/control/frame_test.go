package control

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// FuzzFramer checks that messages do not depend on how the bytes arrive.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("a" + EndMark + EndMark + "bc" + EndMark + "rest"))
	f.Add([]byte("<F2B_END_<F2B_END_COMMAND>"))
	f.Add(bytes.Repeat([]byte("x"), 10_000))
	f.Fuzz(func(t *testing.T, data []byte) {
		want := bytes.Split(data, []byte(EndMark))
		want = want[:len(want)-1]
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
			in := Framer{R: r, Limit: 1 << 20}
			for i, message := range want {
				got, err := in.Next()
				if err != nil || !bytes.Equal(got, message) {
					t.Fatalf("message %d: got %q, %v, want %q", i, got, err, message)
				}
			}
			if got, err := in.Next(); !errors.Is(err, io.EOF) {
				t.Fatalf("got %q, %v, want the end", got, err)
			}
		}
	})
}
