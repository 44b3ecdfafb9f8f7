package xz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"
)

// pack compresses content in one stream.
func pack(t testing.TB, c xz.WriterConfig, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := c.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(packed []byte) (string, error) {
	r, err := NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(r)
	return string(content), err
}

// logText is like a log: lines that repeat in part.
func logText(lines int) string {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for i := range lines {
		fmt.Fprintf(&b, "Nov 26 04:%02d:%02d host sshd[%d]: Failed password for root from 192.0.2.%d port %d ssh2\n",
			i/60%60, i%60, random.IntN(1<<15), random.IntN(256), random.IntN(1<<16))
	}
	return b.String()
}

func TestWhatWasPackedComesBack(t *testing.T) {
	contents := map[string]string{"nothing": "", "a letter": "a", "a log": logText(5000), "zeros": strings.Repeat("\x00", 1<<20)}
	configs := map[string]xz.WriterConfig{
		"CRC64": {}, "CRC32": {CheckSum: xz.CRC32}, "SHA-256": {CheckSum: xz.SHA256}, "unchecked": {NoCheckSum: true},
		"many blocks": {BlockSize: 10_000},
	}
	for what, content := range contents {
		for how, config := range configs {
			t.Run(what+", "+how, func(t *testing.T) {
				config.DictCap = 1 << 16
				packed := pack(t, config, content)
				if got, err := unpack(packed); got != content || err != nil {
					t.Errorf("%d bytes, %v, want %d", len(got), err, len(content))
				}
			})
		}
	}
}

func TestStreamsStandBehindEachOther(t *testing.T) {
	one, other := pack(t, xz.WriterConfig{}, "one"), pack(t, xz.WriterConfig{CheckSum: xz.CRC32}, "other")
	gap := make([]byte, 8)
	tests := []struct {
		name    string
		packed  [][]byte
		content string
		err     error
	}{
		{"two", [][]byte{one, other}, "oneother", nil},
		{"two with a gap, and a gap at the end", [][]byte{one, gap, other, gap}, "oneother", nil},
		{"a gap in front", [][]byte{gap, one}, "", ErrFormat},
		{"half a gap", [][]byte{one, gap[:6]}, "one", io.ErrUnexpectedEOF},
		{"something else behind", [][]byte{one, []byte("something else")}, "one", ErrFormat},
		{"empty", nil, "", io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := unpack(bytes.Join(tt.packed, nil)); got != tt.content || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.content, tt.err)
			}
		})
	}
}

// TestDamageIsNeverOtherText cuts a file off at each byte and turns each of its bits over.
func TestDamageIsNeverOtherText(t *testing.T) {
	content := logText(12)
	packed := pack(t, xz.WriterConfig{DictCap: 4096, BlockSize: 500}, content)
	for n := range packed {
		if _, err := unpack(packed[:n]); err == nil {
			t.Errorf("no error when it ends after %d of %d bytes", n, len(packed))
		}
	}
	for i := range 8 * len(packed) {
		damaged := bytes.Clone(packed)
		damaged[i/8] ^= 1 << (i % 8)
		// LZMA2 says of each chunk how long it is, which nobody needs to know.
		if got, err := unpack(damaged); err == nil && got != content {
			t.Errorf("other text, and no error, when bit %d of byte %d is another", i%8, i/8)
		}
	}
}

// TestXzsOwnFiles reads what the program xz writes in its various ways.
func TestXzsOwnFiles(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("no xz here")
	}
	content := logText(3000)
	for _, flags := range []string{"-0", "-6", "-9e", "-T2 --block-size=100000", "--check=sha256", "--check=none", "--lzma2=dict=4KiB"} {
		t.Run(flags, func(t *testing.T) {
			cmd := exec.Command("xz", append(strings.Fields(flags), "-c")...)
			cmd.Stdin = strings.NewReader(content)
			packed, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := unpack(packed); got != content || err != nil {
				t.Errorf("%d bytes, %v, want %d", len(got), err, len(content))
			}
		})
	}
	t.Run("a filter for machine code", func(t *testing.T) {
		cmd := exec.Command("xz", "--x86", "--lzma2", "-c")
		cmd.Stdin = strings.NewReader(content)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unpack(packed); !errors.Is(err, ErrFormat) {
			t.Errorf("got %v, want ErrFormat", err)
		}
	})
}

func TestLargeDictionaryIsRefused(t *testing.T) {
	packed := pack(t, xz.WriterConfig{}, "text")
	const header, dictionary = 12, 12 + 4
	packed[dictionary] = 40 // 4 GiB
	end := header + (int(packed[header])+1)*4
	copy(packed[end-4:end], checksum(packed[header:end-4]))
	if got, err := unpack(packed); err == nil || errors.Is(err, ErrFormat) {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzReader compares with the reader that the module has itself.
func FuzzReader(f *testing.F) {
	for _, c := range []xz.WriterConfig{{DictCap: 4096}, {DictCap: 4096, CheckSum: xz.SHA256, BlockSize: 30}, {DictCap: 4096, NoCheckSum: true}} {
		f.Add(pack(f, c, logText(2)))
	}
	f.Add(append(pack(f, xz.WriterConfig{}, "one"), pack(f, xz.WriterConfig{CheckSum: xz.CRC32}, "two")...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, err := unpack(packed)
		if err != nil {
			return
		}
		r, err := xz.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatalf("%q, but for the module it is %v", got, err)
		}
		want, err := io.ReadAll(r)
		if diff := cmp.Diff(string(want), got); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	content := logText(20_000)
	packed := pack(b, xz.WriterConfig{}, content)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
