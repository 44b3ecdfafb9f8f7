package zstd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// kinds are data that are compressed in different ways.
func kinds() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var log strings.Builder
	for range 8_000 {
		fmt.Fprintf(&log, "Nov 26 14:%02d:%02d web sshd[%d]: Failed password for root from 192.0.2.%d\n", r.IntN(60), r.IntN(60), r.IntN(9999), r.IntN(256))
	}
	few := make([]byte, 200_000)
	for i := range few {
		few[i] = "aab"[r.IntN(3)]
	}
	return map[string][]byte{
		"nothing": nil, "a byte": {7}, "noise": noise, "a log": []byte(log.String()), "one byte often": make([]byte, 1<<20), "few letters": few,
		"far apart": bytes.Join([][]byte{noise, make([]byte, 10<<20), noise}, nil),
	}
}

// packed compresses data with a window of at least as many bytes as are named.
func packed(t testing.TB, data []byte, window int, options ...zstd.EOption) []byte {
	t.Helper()
	if window > 0 {
		options = append(options, zstd.WithWindowSize(window))
	}
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, options...)
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

// TestReaderReadsWhatWasCompressed compresses with another library, at all its levels.
func TestReaderReadsWhatWasCompressed(t *testing.T) {
	reader := NewReader(nil)
	for name, data := range kinds() {
		levels := []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBetterCompression, zstd.SpeedBestCompression}
		if len(data) > 4<<20 {
			levels = levels[:1]
		}
		for _, level := range levels {
			for _, single := range []bool{false, true} {
				text := packed(t, data, 16<<20, zstd.WithEncoderLevel(level), zstd.WithSingleSegment(single), zstd.WithEncoderCRC(!single), zstd.WithZeroFrames(true))
				reader.Reset(bytes.NewReader(text))
				if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s, level %v, single %v: %d bytes of %d, %v", name, level, single, len(got), len(data), err)
				}
			}
		}
	}
}

// TestReaderReadsFramesInARow puts frames behind each other, one to be skipped among them.
func TestReaderReadsFramesInARow(t *testing.T) {
	skipped := []byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc")
	text := bytes.Join([][]byte{packed(t, []byte("one "), 0), skipped, packed(t, []byte("two"), 0)}, nil)
	if got, err := io.ReadAll(NewReader(bytes.NewReader(text))); err != nil || string(got) != "one two" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestReaderTellsWhatIsMissing cuts a text short, as one is that is still being written, and changes it.
func TestReaderTellsWhatIsMissing(t *testing.T) {
	data := kinds()["a log"][:3_000]
	text := packed(t, data, 0)
	for n := 1; n < len(text); n++ {
		got, err := io.ReadAll(NewReader(bytes.NewReader(text[:n])))
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(data, got) {
			t.Errorf("%d bytes of %d: %d bytes, %v", n, len(text), len(got), err)
		}
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1 << (i % 8)
		if got, err := io.ReadAll(NewReader(bytes.NewReader(changed))); err == nil && !bytes.Equal(got, data) {
			t.Errorf("byte %d changed: %d bytes, and no error", i, len(got))
		}
	}
}

// FuzzReader compares with another library, which may be more or less strict.
func FuzzReader(f *testing.F) {
	for _, data := range kinds() {
		f.Add(packed(f, data[:min(len(data), 2_000)], 0))
	}
	f.Add([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		const most = 1 << 20
		got, err := io.ReadAll(io.LimitReader(NewReader(bytes.NewReader(text)), most))
		if err != nil || len(got) == most {
			return
		}
		other, err := zstd.NewReader(bytes.NewReader(text), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(16*most))
		if err != nil {
			return
		}
		defer other.Close()
		if want, err := io.ReadAll(io.LimitReader(other, most)); err == nil && !bytes.Equal(got, want) {
			t.Errorf("%x: %d bytes, want %d", text, len(got), len(want))
		}
	})
}
