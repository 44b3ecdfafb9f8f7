// Package xz reads the .xz container, in which rotated logs and fields of journals come.
//
// In goes one stream or several, out comes what was compressed. Every checksum and every size in it is compared, so that damage is an
// error and never other text. The package never writes, and never takes more memory than maxDictionary for what a header says.
//
// LZMA2, which is within, is the work of github.com/ulikunitz/xz/lzma. That module can read the container as well, but whatever program
// links that part builds its table of checksums whenever it starts, be it ever so short.
package xz

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrFormat is the error for bytes that are no .xz file, or a damaged one.
var ErrFormat = errors.New("not .xz, or damaged")

// maxDictionary is four times what the highest level of xz makes use of.
const maxDictionary = 256 << 20

// A Reader gives the content of .xz streams, one behind the other.
type Reader struct {
	in    counter
	kind  checkKind   // how the blocks of this stream are checked
	sizes []blockSize // of those that were read to their end
	block *block      // the one that is being read, or nil
	err   error
}

// blockSize is how a block appears in the index.
type blockSize struct{ packed, content uint64 }

// NewReader reads the start of the first stream. It may read more from r than what it gives comes from.
func NewReader(r io.Reader) (*Reader, error) {
	x := &Reader{in: counter{r: bufio.NewReader(r)}}
	if err := x.beginStream(); err != nil {
		return nil, unexpected(err)
	}
	return x, nil
}

// Read implements io.Reader. What it has given before an error is not yet known to be undamaged.
func (x *Reader) Read(p []byte) (n int, err error) {
	for x.err == nil && n == 0 && len(p) > 0 {
		n, x.err = x.read(p)
	}
	if n > 0 {
		return n, nil
	}
	return 0, x.err
}

// read gives what comes next, which may be nothing where a block ends or begins.
func (x *Reader) read(p []byte) (int, error) {
	if x.block == nil {
		return 0, x.next()
	}
	n, err := x.block.Read(p)
	if err == io.EOF {
		err = x.endBlock()
	}
	return n, unexpected(err)
}

// next begins the next block, if need be that of the next stream. The error is io.EOF behind the last stream.
func (x *Reader) next() error {
	first, err := x.in.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	if first != 0 {
		x.block, err = x.newBlock(first)
		return unexpected(err)
	}
	if err := x.endStream(); err != nil {
		return unexpected(err)
	}
	return x.beginStream()
}

// magic begins a stream, endMagic ends it.
const (
	magic    = "\xfd7zXZ\x00"
	endMagic = "YZ"
)

// beginStream reads the header of a stream and what pads the one before. The error is io.EOF if there is no other.
func (x *Reader) beginStream() error {
	var header [12]byte
	for first := true; ; first = false {
		if _, err := io.ReadFull(&x.in, header[:4]); err != nil {
			return err
		}
		if first && x.in.n == 4 || !bytes.Equal(header[:4], make([]byte, 4)) {
			break
		}
	}
	if _, err := io.ReadFull(&x.in, header[4:]); err != nil {
		return unexpected(err)
	}
	if string(header[:6]) != magic {
		return fmt.Errorf("%w: no stream begins at byte %d", ErrFormat, x.in.n-int64(len(header)))
	}
	flags, ok := checked(header[6:])
	if !ok || flags[0] != 0 || checkKind(flags[1]).size() < 0 {
		return fmt.Errorf("%w: wrong flags of a stream", ErrFormat)
	}
	x.kind, x.sizes = checkKind(flags[1]), x.sizes[:0]
	return nil
}

// endStream reads the index, behind its first byte, and the footer, and compares them with what was read.
func (x *Reader) endStream() error {
	index := &sum{r: &x.in}
	index.add(0)
	if count, err := number(index); err != nil || count != uint64(len(x.sizes)) {
		return wrong(err, "index is of other blocks")
	}
	for _, size := range x.sizes {
		packed, err := number(index)
		if err != nil {
			return err
		}
		if content, err := number(index); err != nil || (blockSize{packed, content}) != size {
			return wrong(err, "index is of other blocks")
		}
	}
	if err := padding(index, index.n); err != nil {
		return err
	}
	if err := index.compare(); err != nil {
		return err
	}
	return x.footer(index.n)
}

func (x *Reader) footer(indexSize uint64) error {
	var footer [12]byte
	if _, err := io.ReadFull(&x.in, footer[:]); err != nil {
		return err
	}
	want := littleEndian(indexSize/4-1, 4)
	if !bytes.Equal(footer[:4], checksum(footer[4:10])) || !bytes.Equal(footer[4:8], want) ||
		footer[8] != 0 || checkKind(footer[9]) != x.kind || string(footer[10:]) != endMagic {
		return fmt.Errorf("%w: wrong end of a stream", ErrFormat)
	}
	return nil
}

// unexpected is for errors at places where a file cannot end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wrong returns err, or if there is none an error that says what.
func wrong(err error, what string) error {
	if err == nil {
		err = fmt.Errorf("%w: %s", ErrFormat, what)
	}
	return err
}
