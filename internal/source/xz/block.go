package xz

import (
	"bytes"
	"fmt"
	"hash"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// A block is a part of a stream that can be read by itself.
type block struct {
	content io.Reader
	check   hash.Hash // of the content; nil if there is none
	start   int64     // where in the input its header begins
	header  int       // length of the header
	size    uint64    // of the content that was read
	said    blockSize // what the header says of packed and unpacked data; 0 for nothing
}

// newBlock reads the header of a block behind its first byte.
func (x *Reader) newBlock(first byte) (*block, error) {
	header := make([]byte, (int(first)+1)*4)
	header[0] = first
	if _, err := io.ReadFull(&x.in, header[1:]); err != nil {
		return nil, unexpected(err)
	}
	fields, ok := checked(header)
	if !ok {
		return nil, fmt.Errorf("%w: wrong checksum of a block's header", ErrFormat)
	}
	b := &block{check: x.kind.hash(), start: x.in.n - int64(len(header)), header: len(header)}
	dictionary, err := b.read(bytes.NewReader(fields[1:]))
	if err != nil {
		return nil, wrong(nil, "header of a block ends too early")
	}
	if dictionary < 0 {
		return nil, fmt.Errorf("%w: a block is packed in another way than LZMA2, or has fields that are not known", ErrFormat)
	}
	if dictionary > maxDictionary {
		return nil, fmt.Errorf("a dictionary of %d bytes is needed, more than %d", dictionary, maxDictionary)
	}
	b.content, err = lzma.Reader2Config{DictCap: max(int(dictionary), lzma.MinDictCap)}.NewReader2(&x.in)
	return b, err
}

// The flags of a block's header; the lowest two bits are one less than the number of filters.
const (
	hasPackedSize  = 0x40
	hasContentSize = 0x80
)

// read reads the fields of a header behind its length. It returns how large a dictionary is needed, -1 if the block is none of ours.
func (b *block) read(fields *bytes.Reader) (dictionary int64, err error) {
	flags, err := fields.ReadByte()
	if err != nil || flags&^(hasPackedSize|hasContentSize) != 0 {
		return -1, err
	}
	if flags&hasPackedSize != 0 {
		if b.said.packed, err = number(fields); err != nil || b.said.packed == 0 {
			return -1, err
		}
	}
	if flags&hasContentSize != 0 {
		n, err := number(fields)
		if err != nil {
			return -1, err
		}
		b.said.content = n + 1 // so that 0 is no size
	}
	const lzma2 = 0x21
	var filter [3]byte
	if _, err := io.ReadFull(fields, filter[:]); err != nil || filter[0] != lzma2 || filter[1] != 1 {
		return -1, err
	}
	for fields.Len() > 0 {
		if zero, _ := fields.ReadByte(); zero != 0 {
			return -1, nil
		}
	}
	dictionary, err = lzma.DecodeDictCap(filter[2])
	if err != nil {
		return -1, nil
	}
	return dictionary, nil
}

// Read implements io.Reader.
func (b *block) Read(p []byte) (int, error) {
	n, err := b.content.Read(p)
	b.size += uint64(n)
	if b.check != nil {
		b.check.Write(p[:n])
	}
	return n, err
}

// endBlock reads what follows the data of the block, and compares it with what was read.
func (x *Reader) endBlock() error {
	b := x.block
	x.block = nil
	whole := uint64(x.in.n - b.start)
	packed := whole - uint64(b.header)
	if b.said.packed != 0 && b.said.packed != packed || b.said.content != 0 && b.said.content != b.size+1 {
		return fmt.Errorf("%w: a block is not as long as it says", ErrFormat)
	}
	if err := padding(&x.in, packed); err != nil {
		return err
	}
	stored := make([]byte, x.kind.size())
	if _, err := io.ReadFull(&x.in, stored); err != nil {
		return err
	}
	if b.check != nil && !bytes.Equal(stored, x.kind.sum(b.check)) {
		return fmt.Errorf("%w: wrong checksum of a block", ErrFormat)
	}
	x.sizes = append(x.sizes, blockSize{whole + uint64(len(stored)), b.size})
	return nil
}
