package xz

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"hash/crc64"
)

// A check is the checksum of a block.
type check struct {
	kind byte
	size int
	hash hash.Hash // nil for a kind that is not known, and is taken as right
}

// Kinds of checksums.
const (
	checkCRC32  = 1
	checkCRC64  = 4
	checkSHA256 = 10
)

// begin begins a check of a kind from 0 to 15.
func (c *check) begin(kind byte) {
	if c.hash != nil && c.kind == kind {
		c.hash.Reset()
		return
	}
	*c = check{kind: kind, hash: hashOf(kind)}
	if kind > 0 {
		c.size = 4 << ((kind - 1) / 3)
	}
}

func hashOf(kind byte) hash.Hash {
	switch kind {
	case checkCRC32:
		return crc32.NewIEEE()
	case checkCRC64:
		return crc64.New(crc64.MakeTable(crc64.ECMA))
	case checkSHA256:
		return sha256.New()
	}
	return nil
}

func (c *check) write(p []byte) {
	if c.hash != nil {
		c.hash.Write(p)
	}
}

// is reports whether sum, as it is stored, is the checksum. Those of few bytes are stored with the last byte first.
func (c *check) is(sum []byte) bool {
	switch h := c.hash.(type) {
	case nil:
		return true
	case hash.Hash32:
		return binary.LittleEndian.Uint32(sum) == h.Sum32()
	case hash.Hash64:
		return binary.LittleEndian.Uint64(sum) == h.Sum64()
	}
	return bytes.Equal(sum, c.hash.Sum(nil))
}
