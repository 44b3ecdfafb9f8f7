package xz

import "encoding/binary"

// A chance is how likely the next bit of some kind is a 0, of 2048.
type chance uint16

const evenChance chance = 1 << 10

// A rangeDecoder takes bits out of a chunk. Behind its end there are zeroes.
type rangeDecoder struct {
	rest []byte
	span uint32 // what the bits to come choose from
	code uint32 // what they have chosen
	over bool   // it was read beyond its end
}

// begin begins a chunk.
func (r *rangeDecoder) begin(chunk []byte) error {
	if len(chunk) < 5 || chunk[0] != 0 {
		return errFormat
	}
	*r = rangeDecoder{rest: chunk[5:], span: ^uint32(0), code: binary.BigEndian.Uint32(chunk[1:])}
	return nil
}

// ended reports whether all of the chunk has been read, and no more.
func (r *rangeDecoder) ended() bool {
	r.normalize()
	return !r.over && len(r.rest) == 0 && r.code == 0
}

// normalize makes the span large enough for one bit more.
func (r *rangeDecoder) normalize() {
	if r.span >= 1<<24 {
		return
	}
	r.span <<= 8
	r.code <<= 8
	if len(r.rest) == 0 {
		r.over = true
		return
	}
	r.code |= uint32(r.rest[0])
	r.rest = r.rest[1:]
}

// bit takes a bit and adapts its chance.
func (r *rangeDecoder) bit(p *chance) uint32 {
	r.normalize()
	const rate = 5
	bound := r.span >> 11 * uint32(*p)
	if r.code < bound {
		r.span = bound
		*p += (1<<11 - *p) >> rate
		return 0
	}
	r.span -= bound
	r.code -= bound
	*p -= *p >> rate
	return 1
}

// even takes n bits that are as likely 0 as 1, the highest one first.
func (r *rangeDecoder) even(n int) (bits uint32) {
	for range n {
		r.normalize()
		r.span >>= 1
		bits <<= 1
		if r.code >= r.span {
			r.code -= r.span
			bits |= 1
		}
	}
	return bits
}

// tree takes n bits, the highest one first, of which each has chances that depend on those before.
func (r *rangeDecoder) tree(chances []chance, n int) uint32 {
	at := uint32(1)
	for range n {
		at = at<<1 | r.bit(&chances[at])
	}
	return at - 1<<n
}

// reversed is tree with the lowest bit first.
func (r *rangeDecoder) reversed(chances []chance, n int) (bits uint32) {
	at := uint32(1)
	for i := range n {
		b := r.bit(&chances[at])
		at = at<<1 | b
		bits |= b << i
	}
	return bits
}
