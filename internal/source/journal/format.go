package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// What systemd's "Journal File Format" says, as far as reading needs it. All numbers are little-endian.
const (
	signature = "LPKSHHRH"

	headIncompatible = 12
	headState        = 16
	headUnique       = 24
	headSize         = 88
	headArenaSize    = 96
	headEntries      = 152
	headEntryArray   = 176
	headLastTime     = 192
	headMinimum      = 208

	flagXZ      = 1 << 0
	flagLZ4     = 1 << 1
	flagKeyed   = 1 << 2 // only matters to those who use the hash tables
	flagZSTD    = 1 << 3
	flagCompact = 1 << 4
	flagsKnown  = flagXZ | flagLZ4 | flagKeyed | flagZSTD | flagCompact

	stateArchived = 2

	objectData  = 1
	objectEntry = 3
	objectArray = 6

	objectHead  = 16 // type, flags, reserved, size
	entryItems  = 64
	arrayItems  = 24
	dataPayload = 64 // 8 more in compact files
)

var (
	errFormat  = errors.New("not a journal file, or a damaged one")
	errUnknown = errors.New("journal file of a newer format")
)

// maxPayload bounds what a compressed field may become.
const maxPayload = 1 << 20

// An image is the bytes of a journal file. Another process writes to them while we read, and they may be torn or hostile, so
// every offset is checked, and checked values are never read a second time.
type image struct {
	b       []byte
	compact bool
	unpack  *unpacker
}

// newImage checks the header of b. The error is errFormat, or errUnknown for a file that only a newer reader understands.
func newImage(b []byte) (*image, error) {
	if len(b) < headMinimum || string(b[:8]) != signature {
		return nil, errFormat
	}
	flags := binary.LittleEndian.Uint32(b[headIncompatible:])
	if flags&^flagsKnown != 0 {
		return nil, fmt.Errorf("%w (flags %#x)", errUnknown, flags)
	}
	if size := binary.LittleEndian.Uint64(b[headSize:]); size < headMinimum || size > uint64(len(b)) {
		return nil, errFormat
	}
	return &image{b: b, compact: flags&flagCompact != 0, unpack: &unpacker{}}, nil
}

// word returns the number at off in the header.
func (m *image) word(off int) uint64 { return binary.LittleEndian.Uint64(m.b[off:]) }

// end returns where the file's objects end, as far as its writer has told.
func (m *image) end() uint64 { return m.word(headSize) + m.word(headArenaSize) }

func (m *image) archived() bool { return m.b[headState] == stateArchived }

// width returns the size of an offset in entry arrays.
func (m *image) width() uint64 {
	if m.compact {
		return 4
	}
	return 8
}

// object returns the bytes of the object at off if it is of the kind wanted, with its flags.
func (m *image) object(off uint64, kind byte) (o []byte, flags byte, err error) {
	size := uint64(len(m.b))
	if off < headMinimum || off%8 != 0 || off > size-objectHead {
		return nil, 0, errFormat
	}
	head := m.b[off : off+objectHead]
	if head[0] != kind {
		return nil, 0, errFormat
	}
	n := binary.LittleEndian.Uint64(head[8:])
	if n < objectHead || n > size-off {
		return nil, 0, errFormat
	}
	return m.b[off : off+n : off+n], head[1], nil
}

// array returns the items of the entry array at off and the offset of the next array, 0 for none.
func (m *image) array(off uint64) (items []byte, next uint64, err error) {
	o, _, err := m.object(off, objectArray)
	if err != nil || len(o) < arrayItems {
		return nil, 0, errFormat
	}
	next = binary.LittleEndian.Uint64(o[objectHead:])
	if next != 0 && next <= off {
		return nil, 0, errFormat // would go round for ever
	}
	return o[arrayItems:], next, nil
}

// item returns the i-th offset of an array's items.
func (m *image) item(items []byte, i uint64) uint64 {
	if m.compact {
		return uint64(binary.LittleEndian.Uint32(items[4*i:]))
	}
	return binary.LittleEndian.Uint64(items[8*i:])
}

// An entry is one record of a journal file.
type entry struct {
	realtime, monotonic uint64 // microseconds
	items               []byte
}

// entry returns the entry at off.
func (m *image) entry(off uint64) (entry, error) {
	o, _, err := m.object(off, objectEntry)
	if err != nil || len(o) < entryItems {
		return entry{}, errFormat
	}
	return entry{
		realtime:  binary.LittleEndian.Uint64(o[24:]),
		monotonic: binary.LittleEndian.Uint64(o[32:]),
		items:     o[entryItems:],
	}, nil
}

// maxFields bounds the fields of an entry, as systemd itself does.
const maxFields = 1024

// fields returns how many fields e has.
func (m *image) fields(e entry) int {
	if m.compact {
		return min(len(e.items)/4, maxFields)
	}
	return min(len(e.items)/16, maxFields)
}

// field returns the offset of the i-th field's data object.
func (m *image) field(e entry, i int) uint64 {
	if m.compact {
		return uint64(binary.LittleEndian.Uint32(e.items[4*i:]))
	}
	return binary.LittleEndian.Uint64(e.items[16*i:])
}

// data returns the text FIELD=value of the data object at off, at most limit bytes of it. It is valid until the next call.
func (m *image) data(off uint64, limit int) ([]byte, error) {
	o, flags, err := m.object(off, objectData)
	if err != nil {
		return nil, err
	}
	start := dataPayload
	if m.compact {
		start += 8
	}
	if len(o) < start {
		return nil, errFormat
	}
	limit = min(limit, maxPayload)
	payload := o[start:]
	if packed := flags & (flagXZ | flagLZ4 | packedZSTD); packed != 0 {
		return m.unpack.unpack(payload, packed, limit)
	}
	return payload[:min(limit, len(payload))], nil
}

// packedZSTD is the flag of an object; those of XZ and LZ4 are the same as the file's.
const packedZSTD = 1 << 2

// An unpacker undoes the compression of single fields. Its zero value is ready; it is not safe for concurrent use.
type unpacker struct {
	zstd *zstd.Decoder
	buf  bytes.Buffer
	lz4  []byte
}

// unpack returns at most limit bytes of what p holds, valid until the next call.
func (u *unpacker) unpack(p []byte, how byte, limit int) ([]byte, error) {
	switch how {
	case packedZSTD:
		return u.unzstd(p, limit)
	case flagLZ4:
		return u.unlz4(p, limit)
	case flagXZ:
		r, err := xz.NewReader(bytes.NewReader(p))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errFormat, err)
		}
		return u.read(r, limit)
	}
	return nil, errFormat
}

func (u *unpacker) unzstd(p []byte, limit int) ([]byte, error) {
	if u.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		u.zstd = d
	}
	if err := u.zstd.Reset(bytes.NewReader(p)); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	return u.read(u.zstd, limit)
}

// unlz4 reads a block that follows its size in eight bytes.
func (u *unpacker) unlz4(p []byte, limit int) ([]byte, error) {
	if len(p) < 8 {
		return nil, errFormat
	}
	size := binary.LittleEndian.Uint64(p)
	if size == 0 || size > 64*maxPayload { // the library crashes when there is no room at all
		return nil, errFormat
	}
	if uint64(cap(u.lz4)) < size {
		u.lz4 = make([]byte, size)
	}
	n, err := lz4.UncompressBlock(p[8:], u.lz4[:size])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	return u.lz4[:min(n, limit)], nil
}

func (u *unpacker) read(r io.Reader, limit int) ([]byte, error) {
	u.buf.Reset()
	if _, err := io.Copy(&u.buf, io.LimitReader(r, int64(limit))); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	return u.buf.Bytes(), nil
}

// close ends the decoder.
func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
		u.zstd = nil
	}
}
