// Package xz reads what xz has compressed: the .xz format, with LZMA2 as its only filter.
//
// In goes a stream; out come the bytes that it stands for, checked as far as the stream has checksums of the usual kinds. It never writes one,
// and takes not much more memory than the dictionary that the stream asks for, which may be of 256 MiB at most.
//
// Nothing is made before the first stream: the module that can compress, too, makes tables whenever a program starts that it is linked into,
// which a client's commands would wait for.
package xz

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// errFormat is that of everything that is no xz stream, or one of a kind that nobody writes.
var errFormat = errors.New("xz: invalid or unknown format")

// A Reader is the uncompressed bytes of a stream, or of several in a row. It serves one goroutine at a time.
type Reader struct {
	in     input
	step   func(*Reader) error // reads what is next, until there are bytes
	err    error
	flags  [2]byte // of the stream
	blocks []block
	data   lzma2
	begun  uint64 // where in the input the open block begins
	header uint64 // how many bytes its header takes
	check  check
}

// A block is what the index says about one.
type block struct{ unpadded, uncompressed uint64 }

// NewReader returns a Reader of what r gives.
func NewReader(r io.Reader) *Reader {
	x := &Reader{}
	x.Reset(r)
	return x
}

// Reset begins with another stream, in the same memory.
func (x *Reader) Reset(r io.Reader) {
	if x.in.r == nil {
		x.in.r = bufio.NewReader(r)
	} else {
		x.in.r.Reset(r)
	}
	x.in.n, x.in.summing, x.err, x.step = 0, false, nil, (*Reader).firstStream
	x.data.out, x.data.read = x.data.out[:0], 0
}

// Read implements io.Reader. A stream that ends too early ends with io.ErrUnexpectedEOF.
func (x *Reader) Read(p []byte) (n int, err error) {
	for x.data.pending() == 0 {
		if x.err != nil {
			return 0, x.err
		}
		x.err = x.step(x)
	}
	return x.data.take(p), nil
}

const (
	streamMagic = "\xfd7zXZ\x00"
	footerMagic = "YZ"
	headerSize  = 12 // of a stream, and its footer
)

func (x *Reader) firstStream() error {
	header, err := x.in.next(headerSize)
	if err != nil {
		return err
	}
	return x.begin(header)
}

// nextStream begins the stream behind another one and padding, if there is one.
func (x *Reader) nextStream() error {
	for {
		word, err := x.in.next(4)
		switch {
		case err == io.ErrUnexpectedEOF && len(word) == 0:
			return io.EOF
		case err != nil:
			return err
		case !bytes.Equal(word, make([]byte, 4)):
			begun := bytes.Clone(word)
			rest, err := x.in.next(headerSize - len(word))
			if err != nil {
				return err
			}
			return x.begin(append(begun, rest...))
		}
	}
}

// begin begins a stream with its header.
func (x *Reader) begin(header []byte) error {
	flags := header[6:8]
	if string(header[:6]) != streamMagic || flags[0] != 0 || flags[1] > 15 || binary.LittleEndian.Uint32(header[8:]) != crc32.ChecksumIEEE(flags) {
		return errFormat
	}
	x.flags, x.blocks, x.step = [2]byte(flags), x.blocks[:0], (*Reader).blockOrIndex
	return nil
}

// blockOrIndex begins a block, or reads the index and what comes behind it.
func (x *Reader) blockOrIndex() error {
	x.begun = x.in.n
	size, err := x.in.byte()
	if err != nil {
		return err
	}
	if size == 0 {
		return x.index()
	}
	x.header = 4 * (uint64(size) + 1)
	rest, err := x.in.next(int(x.header) - 1)
	if err != nil {
		return err
	}
	fields := rest[:len(rest)-4]
	if crc32.Update(crc32.ChecksumIEEE([]byte{size}), crc32.IEEETable, fields) != binary.LittleEndian.Uint32(rest[len(fields):]) {
		return errFormat
	}
	dictionary, err := filterOf(fields)
	if err != nil {
		return err
	}
	x.check.begin(x.flags[1])
	x.data.begin(dictionary)
	x.step = (*Reader).chunk
	return nil
}

// filterOf reads the header of a block and returns the size of its dictionary. Sizes of the block that it may name are in the index, too.
func filterOf(fields []byte) (dictionary int, err error) {
	flags, rest := fields[0], fields[1:]
	if flags&^0xc0 != 0 {
		return 0, errFormat // more than one filter, or what is still to be invented
	}
	for _, flag := range []byte{0x40, 0x80} {
		if flags&flag != 0 {
			if _, rest, err = number(rest); err != nil {
				return 0, err
			}
		}
	}
	const lzma2ID, size = 0x21, 1
	if len(rest) < 3 || rest[0] != lzma2ID || rest[1] != size || len(bytes.Trim(rest[3:], "\x00")) > 0 {
		return 0, errFormat
	}
	return dictionarySize(rest[2])
}

// chunk reads one more chunk of the block, or what is behind its last one.
func (x *Reader) chunk() error {
	more, err := x.data.chunk(&x.in)
	if err != nil {
		return err
	}
	if more {
		x.check.write(x.data.out[x.data.read:])
		return nil
	}
	unpadded := x.in.n - x.begun + uint64(x.check.size)
	padding, err := x.in.next(int(-x.in.n & 3)) // blocks begin at multiples of four
	if err != nil {
		return err
	}
	if len(bytes.Trim(padding, "\x00")) > 0 {
		return errFormat
	}
	sum, err := x.in.next(x.check.size)
	if err != nil {
		return err
	}
	if !x.check.is(sum) {
		return errFormat
	}
	x.blocks = append(x.blocks, block{unpadded, x.data.total})
	x.step = (*Reader).blockOrIndex
	return nil
}
