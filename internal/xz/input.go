package xz

import (
	"bufio"
	"hash/crc32"
	"io"
)

// An input is the bytes of a stream.
type input struct {
	r   *bufio.Reader
	n   uint64 // bytes read so far
	mem []byte // of next

	summing bool
	sum     uint32 // CRC-32 of what was read while summing
}

// next reads n bytes, good until it is called again. With an error it returns those that there are.
func (in *input) next(n int) ([]byte, error) {
	if cap(in.mem) < n {
		in.mem = make([]byte, n)
	}
	got, err := io.ReadFull(in.r, in.mem[:n])
	in.n += uint64(got)
	p := in.mem[:got]
	if in.summing {
		in.sum = crc32.Update(in.sum, crc32.IEEETable, p)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return p, err
}

func (in *input) byte() (byte, error) {
	p, err := in.next(1)
	if err != nil {
		return 0, err
	}
	return p[0], nil
}

// number reads a number: seven bits a byte, the lowest ones first.
func (in *input) number() (n uint64, err error) {
	var p [9]byte
	for i := range p {
		if p[i], err = in.byte(); err != nil {
			return 0, err
		}
		if p[i] < 0x80 {
			n, _, err = number(p[:i+1])
			return n, err
		}
	}
	return 0, errFormat
}

// number takes a number off p.
func number(p []byte) (n uint64, rest []byte, err error) {
	for i, b := range p[:min(len(p), 9)] {
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			if b == 0 && i > 0 {
				break // is written in less bytes
			}
			return n, p[i+1:], nil
		}
	}
	return 0, nil, errFormat
}
