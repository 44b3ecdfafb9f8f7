package xz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// kinds are data that are compressed in different ways.
func kinds() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 80_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var log strings.Builder
	for range 1_500 {
		fmt.Fprintf(&log, "Nov 26 14:%02d:%02d web sshd[%d]: Failed password for root from 192.0.2.%d\n", r.IntN(60), r.IntN(60), r.IntN(9999), r.IntN(256))
	}
	few := make([]byte, 40_000)
	for i := range few {
		few[i] = "aab"[r.IntN(3)]
	}
	return map[string][]byte{
		"nothing": nil, "a byte": {7}, "noise": noise, "a log": []byte(log.String()), "one byte often": make([]byte, 2_200_000), "few letters": few,
		"far apart": bytes.Join([][]byte{noise[:5000], make([]byte, 300_000), noise[:5000]}, nil),
	}
}

func packed(t testing.TB, data []byte, config xz.WriterConfig) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := config.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestReaderReadsWhatWasCompressed compresses with another library, in one block and in many, with small dictionaries and large ones.
func TestReaderReadsWhatWasCompressed(t *testing.T) {
	reader := NewReader(nil)
	for name, data := range kinds() {
		for _, c := range []xz.WriterConfig{
			{}, {DictCap: 64 << 10, CheckSum: xz.CRC32}, {BlockSize: 40_000, CheckSum: xz.SHA256}, {NoCheckSum: true, DictCap: 256 << 10},
		} {
			reader.Reset(bytes.NewReader(packed(t, data, c)))
			if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s, %+v: %d bytes of %d, %v", name, c, len(got), len(data), err)
			}
		}
	}
}

// TestReaderReadsStreamsInARow puts streams behind each other, with padding.
func TestReaderReadsStreamsInARow(t *testing.T) {
	text := bytes.Join([][]byte{packed(t, []byte("one "), xz.WriterConfig{}), make([]byte, 8), packed(t, []byte("two"), xz.WriterConfig{}), make([]byte, 4)}, nil)
	if got, err := io.ReadAll(NewReader(bytes.NewReader(text))); err != nil || string(got) != "one two" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestReaderTellsWhatIsMissing cuts a text short, as one is that is still being written, and changes it.
func TestReaderTellsWhatIsMissing(t *testing.T) {
	data := kinds()["a log"][:1_000]
	text := packed(t, data, xz.WriterConfig{})
	reader := NewReader(nil)
	for n := range len(text) {
		reader.Reset(bytes.NewReader(text[:n]))
		got, err := io.ReadAll(reader)
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(data, got) {
			t.Errorf("%d bytes of %d: %d bytes, %v", n, len(text), len(got), err)
		}
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1 << (i % 8)
		reader.Reset(bytes.NewReader(changed))
		if got, err := io.ReadAll(reader); err == nil {
			t.Errorf("byte %d changed: %d bytes, and no error", i, len(got))
		}
	}
}

// FuzzReader compares with another library, which may be more or less strict.
func FuzzReader(f *testing.F) {
	for _, data := range kinds() {
		f.Add(packed(f, data[:min(len(data), 2_000)], xz.WriterConfig{BlockSize: 700, NoCheckSum: true}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const most = 1 << 20
		got, err := io.ReadAll(io.LimitReader(NewReader(bytes.NewReader(text)), most))
		if err != nil || len(got) == most {
			return
		}
		other, err := xz.ReaderConfig{}.NewReader(bytes.NewReader(text))
		if err != nil {
			return
		}
		if want, err := io.ReadAll(io.LimitReader(other, most)); err == nil && !bytes.Equal(got, want) {
			t.Errorf("%x: %d bytes, want %d", text, len(got), len(want))
		}
	})
}

// TestReaderReadsWhatXZMakes reads files that liblzma has made, with different parameters. That has filters in front of LZMA2 which are for
// programs, not for logs.
func TestReaderReadsWhatXZMakes(t *testing.T) {
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "line %d of %d\n", i, i*i%97)
	}
	for name, want := range map[string]error{"usual": nil, "positions": nil, "context": nil, "x86": errFormat} {
		file, err := os.ReadFile(filepath.Join("testdata", name+".xz"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(NewReader(bytes.NewReader(file)))
		if err != want || err == nil && string(got) != text.String() {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), text.Len(), err)
		}
	}
}
