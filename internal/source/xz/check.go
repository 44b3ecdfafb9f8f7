package xz

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"
)

// A checkKind says what stands behind each block of a stream, in the format's own numbers.
type checkKind byte

const (
	noCheck     checkKind = 0
	checkCRC32  checkKind = 1
	checkCRC64  checkKind = 4
	checkSHA256 checkKind = 10
)

// size returns the length of the check, -1 if it is not known.
func (k checkKind) size() int {
	switch k {
	case noCheck:
		return 0
	case checkCRC32:
		return crc32.Size
	case checkCRC64:
		return crc64.Size
	case checkSHA256:
		return sha256.Size
	}
	return -1
}

// hash returns what computes the check, nil for none.
func (k checkKind) hash() hash.Hash {
	switch k {
	case checkCRC32:
		return crc32.NewIEEE()
	case checkCRC64:
		return crc64.New(crc64.MakeTable(crc64.ECMA))
	case checkSHA256:
		return sha256.New()
	}
	return nil
}

// sum returns the check as it is stored: sums of cyclic codes begin with their lowest byte.
func (k checkKind) sum(h hash.Hash) []byte {
	b := h.Sum(nil)
	if k != checkSHA256 {
		slices.Reverse(b)
	}
	return b
}

// checksum returns the checksum of the format's own parts.
func checksum(b []byte) []byte { return littleEndian(uint64(crc32.ChecksumIEEE(b)), crc32.Size) }

// checked returns b without the checksum at its end, and whether that is right.
func checked(b []byte) (content []byte, ok bool) {
	at := len(b) - crc32.Size
	return b[:at], bytes.Equal(b[at:], checksum(b[:at]))
}

func littleEndian(v uint64, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return b
}

// number reads a number of seven bits a byte, the lowest first, of which the last byte is not 0 without need.
func number(r io.ByteReader) (uint64, error) {
	var v uint64
	for shift := 0; shift < 63; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				break
			}
			return v, nil
		}
	}
	return 0, fmt.Errorf("%w: a number is too long", ErrFormat)
}

// padding reads the zeros that fill up size to a multiple of four.
func padding(r io.ByteReader, size uint64) error {
	for ; size%4 != 0; size++ {
		if b, err := r.ReadByte(); err != nil || b != 0 {
			return wrong(err, "padding is not zero")
		}
	}
	return nil
}

// A counter counts what is read.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// A sum reads the index byte by byte and computes its checksum.
type sum struct {
	r *counter
	n uint64 // bytes so far; at last with the checksum
	c uint32
}

func (s *sum) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.add(b)
	}
	return b, err
}

func (s *sum) add(b byte) {
	s.c = crc32.Update(s.c, crc32.IEEETable, []byte{b})
	s.n++
}

// compare reads the checksum that follows and compares it.
func (s *sum) compare() error {
	var stored [crc32.Size]byte
	if _, err := io.ReadFull(s.r, stored[:]); err != nil {
		return err
	}
	s.n += crc32.Size
	if !bytes.Equal(stored[:], littleEndian(uint64(s.c), crc32.Size)) {
		return fmt.Errorf("%w: wrong checksum of the index", ErrFormat)
	}
	return nil
}
