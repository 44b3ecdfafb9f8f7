package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// A builder writes small journal files, for what the real tool does not write: every compression, and damage. It leaves the
// hash tables out.
type builder struct {
	b       []byte
	compact bool
	pack    byte // the object flag of the compression of long fields
	data    map[string]uint64
	entries []uint64
}

// build returns a journal file with two entry arrays.
func build(compact bool, pack byte, entries []raw) []byte {
	w := &builder{b: make([]byte, 264), compact: compact, pack: pack, data: map[string]uint64{}}
	copy(w.b, signature)
	flags := uint32(pack)
	if pack == packedZSTD {
		flags = flagZSTD
	}
	if compact {
		flags |= flagCompact
	}
	binary.LittleEndian.PutUint32(w.b[headIncompatible:], flags)
	copy(w.b[headUnique:], fmt.Sprintf("%016d", len(entries)))
	for _, e := range entries {
		w.entry(e)
	}
	half := len(w.entries) / 2
	first := w.array(w.entries[:half], 0)
	second := w.array(w.entries[half:], 0)
	w.put(int(first)+objectHead, second)
	w.put(headSize, 264)
	w.put(headArenaSize, uint64(len(w.b))-264)
	w.put(headEntries, uint64(len(w.entries)))
	w.put(headEntryArray, first)
	if n := len(entries); n > 0 {
		w.put(headLastTime, uint64(entries[n-1].Realtime))
	}
	return w.b
}

func (w *builder) put(off int, v uint64) { binary.LittleEndian.PutUint64(w.b[off:], v) }

// object appends an object and returns its offset.
func (w *builder) object(kind, flags byte, body []byte) uint64 {
	for len(w.b)%8 != 0 {
		w.b = append(w.b, 0)
	}
	off := uint64(len(w.b))
	w.b = append(w.b, kind, flags, 0, 0, 0, 0, 0, 0)
	w.b = binary.LittleEndian.AppendUint64(w.b, uint64(16+len(body)))
	w.b = append(w.b, body...)
	return off
}

func (w *builder) offset(b []byte, off uint64) []byte {
	if w.compact {
		return binary.LittleEndian.AppendUint32(b, uint32(off))
	}
	return binary.LittleEndian.AppendUint64(b, off)
}

func (w *builder) array(items []uint64, next uint64) uint64 {
	body := binary.LittleEndian.AppendUint64(nil, next)
	for _, off := range items {
		body = w.offset(body, off)
	}
	return w.object(objectArray, 0, body)
}

func (w *builder) entry(e raw) {
	body := make([]byte, entryItems-objectHead)
	binary.LittleEndian.PutUint64(body[8:], uint64(e.Realtime))
	binary.LittleEndian.PutUint64(body[16:], uint64(e.Monotonic))
	for _, f := range e.Fields {
		body = w.offset(body, w.field(f[0]+"="+f[1]))
		if !w.compact {
			body = append(body, make([]byte, 8)...)
		}
	}
	w.entries = append(w.entries, w.object(objectEntry, 0, body))
}

// field returns the data object of a field, a new one if there is none yet.
func (w *builder) field(text string) uint64 {
	if off, ok := w.data[text]; ok {
		return off
	}
	head := make([]byte, dataPayload-objectHead)
	if w.compact {
		head = append(head, make([]byte, 8)...)
	}
	payload, flags := []byte(text), byte(0)
	if len(text) > 100 && w.pack != 0 {
		payload, flags = packed(w.pack, payload), w.pack
	}
	w.data[text] = w.object(objectData, flags, append(head, payload...))
	return w.data[text]
}

func packed(how byte, p []byte) []byte {
	switch how {
	case packedZSTD:
		e, _ := zstd.NewWriter(nil)
		defer e.Close()
		return e.EncodeAll(p, nil)
	case flagLZ4:
		out := make([]byte, lz4.CompressBlockBound(len(p)))
		var c lz4.Compressor
		n, _ := c.CompressBlock(p, out)
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(p))), out[:n]...)
	}
	var b bytes.Buffer
	x, _ := xz.NewWriter(&b)
	_, _ = x.Write(p)
	x.Close()
	return b.Bytes()
}

// sample is a handful of entries with shared and long fields.
func sample() (entries []raw, want []string) {
	long := strings.Repeat("long ", 100)
	for i := range 7 {
		m := fmt.Sprintf("%d %s", i, long[:i*80])
		entries = append(entries, simple(1732785000+int64(i), m, [2]string{"SYSLOG_IDENTIFIER", "app"}, [2]string{"_PID", fmt.Sprint(i % 2)}))
		want = append(want, fmt.Sprintf("app%s: %s", [...]string{"", "[1]"}[i%2], m))
	}
	return entries, want
}

func TestEveryFormIsRead(t *testing.T) {
	entries, want := sample()
	for _, compact := range []bool{false, true} {
		for _, pack := range []byte{0, packedZSTD, flagLZ4, flagXZ} {
			t.Run(fmt.Sprintf("compact %v, packed %d", compact, pack), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "x.journal")
				if err := os.WriteFile(path, build(compact, pack, entries), 0o600); err != nil {
					t.Fatal(err)
				}
				rec, _ := read(t, Options{Files: []string{path}}, [][]string{{"SYSLOG_IDENTIFIER=app"}}, Start{})
				if d := cmp.Diff(want, rec.texts()); d != "" {
					t.Errorf("lines (-want +got):\n%s", d)
				}
			})
		}
	}
}

// drain reads all of an image as a pass does, and returns the number of lines. It must end, whatever the bytes are.
func drain(b []byte) (lines int) {
	img, err := newImage(b)
	if err != nil {
		return 0
	}
	v := &volume{image: img}
	defer v.unpack.close()
	var m matcher
	expr := m.compile([][]string{{"SYSLOG_IDENTIFIER=app", "+", "_PID=1"}})
	var r record
	for _, from := range []uint64{0, 1732785003e6} {
		p, err := v.seek(from)
		for n := 0; err == nil && n < 100; n++ {
			e, after, ok, err := v.next(p)
			if err != nil || !ok {
				break
			}
			p = after
			if v.terms(e, &m) == nil && m.matches(expr) && v.record(e, &r, 4096) == nil {
				r.appendText(nil)
				lines++
			}
		}
	}
	return lines
}

func FuzzImage(f *testing.F) {
	entries, _ := sample()
	for _, compact := range []bool{false, true} {
		for _, pack := range []byte{0, packedZSTD, flagLZ4, flagXZ} {
			b := build(compact, pack, entries)
			if got := drain(b); got != 10 {
				f.Errorf("compact %v, packed %d: %d lines of a sound file, want 10", compact, pack, got)
			}
			f.Add(b)
			f.Add(b[:len(b)*2/3])
		}
	}
	f.Fuzz(func(_ *testing.T, b []byte) { drain(b) })
}

func TestDamageCostsLittle(t *testing.T) {
	entries, want := sample()
	sound := build(false, 0, entries)
	path := filepath.Join(t.TempDir(), "x.journal")
	tests := []struct {
		name   string
		damage func(b []byte) []byte
		want   []string
	}{
		{"a field object of another kind", func(b []byte) []byte {
			off := bytes.Index(b, []byte("MESSAGE=3")) - dataPayload
			b[off] = 9
			return b
		}, append(append([]string{}, want[:3]...), want[4:]...)},
		{"the end is missing", func(b []byte) []byte { return b[:len(b)-8] }, want[:3]},
		{"no journal", func([]byte) []byte { return []byte("no journal at all") }, nil},
		{"empty", func([]byte) []byte { return nil }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.WriteFile(path, tt.damage(bytes.Clone(sound)), 0o600); err != nil {
				t.Fatal(err)
			}
			rec, _ := read(t, Options{Files: []string{path}}, nil, Start{})
			if d := cmp.Diff(tt.want, rec.texts()); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
		})
	}
}

func TestArraysThatGoRound(t *testing.T) {
	b := build(false, 0, nil)
	first := binary.LittleEndian.Uint64(b[headEntryArray:])
	binary.LittleEndian.PutUint64(b[first+objectHead:], first)
	binary.LittleEndian.PutUint64(b[headEntries:], 5)
	m, err := newImage(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := m.next(place{}); err != errFormat {
		t.Errorf("next: %v", err)
	}
	if _, err := m.seek(1); err != errFormat {
		t.Errorf("seek: %v", err)
	}
}

func TestFileCutOffUnderUs(t *testing.T) {
	entries, _ := sample()
	path := filepath.Join(t.TempDir(), "x.journal")
	if err := os.WriteFile(path, append(build(false, 0, entries), make([]byte, 1<<20)...), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := openVolume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if err := guard(func() error { _, _, _, err := v.next(place{}); return err }); err != errFault {
		t.Errorf("error %v, want errFault", err)
	}
}
