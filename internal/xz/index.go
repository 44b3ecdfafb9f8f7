package xz

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// index reads the index of a stream, which must say what its blocks were, and the footer.
func (x *Reader) index() error {
	x.in.sum, x.in.summing = crc32.ChecksumIEEE([]byte{0}), true // of the byte that was read
	err := x.records()
	x.in.summing = false
	if err != nil {
		return err
	}
	sum := x.in.sum
	stored, err := x.in.next(4)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(stored) != sum {
		return errFormat
	}
	if err := x.footer(x.in.n - x.begun); err != nil {
		return err
	}
	x.step = (*Reader).nextStream
	return nil
}

// records reads the index but for its checksum.
func (x *Reader) records() error {
	n, err := x.in.number()
	if err != nil {
		return err
	}
	if n != uint64(len(x.blocks)) {
		return errFormat
	}
	for _, b := range x.blocks {
		unpadded, err := x.in.number()
		if err != nil {
			return err
		}
		uncompressed, err := x.in.number()
		if err != nil {
			return err
		}
		if (block{unpadded, uncompressed}) != b {
			return errFormat
		}
	}
	padding, err := x.in.next(int(-(x.in.n - x.begun) & 3))
	if err == nil && len(bytes.Trim(padding, "\x00")) > 0 {
		err = errFormat
	}
	return err
}

// footer reads what stands behind an index of a size.
func (x *Reader) footer(size uint64) error {
	f, err := x.in.next(headerSize)
	if err != nil {
		return err
	}
	backward := 4 * (uint64(binary.LittleEndian.Uint32(f[4:])) + 1)
	if binary.LittleEndian.Uint32(f) != crc32.ChecksumIEEE(f[4:10]) || backward != size || [2]byte(f[8:10]) != x.flags || string(f[10:]) != footerMagic {
		return errFormat
	}
	return nil
}
