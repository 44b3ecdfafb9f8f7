package xz

const (
	states       = 12 // what the last few bytes came from
	afterLiteral = 7  // states from here on are those right after a copy
	mostPlaces   = 16 // of a position, as far as it has a say
	literalSize  = 0x300
	mostLiterals = literalSize << 4
	shortest     = 2 // copy of more than a byte
)

// An lzma is what the decoder of compressed chunks learns. Names in the format's own description: literal context bits, literal position bits,
// position bits.
type lzma struct {
	rangeDecoder
	contextBits, literalBits, placeBits int

	position uint32    // in the dictionary
	state    uint32    // of the last few steps
	back     [4]uint32 // how far the last copies were from, less one

	isCopy     [states][mostPlaces]chance
	isRepeat   [states]chance
	isOlder    [states]chance // not of the latest distance
	isOlder2   [states]chance
	isOlder3   [states]chance
	isLonger   [states][mostPlaces]chance // than a byte
	slots      [4][64]chance
	near       [115]chance
	align      [16]chance
	length     length
	repeatable length
	literals   [mostLiterals]chance
}

// A length is how long copies are.
type length struct {
	isMiddle, isLong chance
	short, middle    [mostPlaces][8]chance
	long             [256]chance
}

// setProps reads the byte that has the three numbers of bits.
func (z *lzma) setProps(props byte) error {
	if props >= 9*5*5 {
		return errFormat
	}
	z.contextBits, z.literalBits, z.placeBits = int(props%9), int(props/9%5), int(props/45)
	if z.contextBits+z.literalBits > 4 {
		return errFormat
	}
	return nil
}

// reset forgets what was learnt.
func (z *lzma) reset() {
	*z = lzma{contextBits: z.contextBits, literalBits: z.literalBits, placeBits: z.placeBits, position: z.position}
	for i := range states {
		even(z.isCopy[i][:])
		even(z.isLonger[i][:])
	}
	for _, all := range [][]chance{z.isRepeat[:], z.isOlder[:], z.isOlder2[:], z.isOlder3[:], z.near[:], z.align[:], z.literals[:]} {
		even(all)
	}
	for i := range z.slots {
		even(z.slots[i][:])
	}
	z.length.reset()
	z.repeatable.reset()
}

func (l *length) reset() {
	l.isMiddle, l.isLong = evenChance, evenChance
	for i := range l.short {
		even(l.short[i][:])
		even(l.middle[i][:])
	}
	even(l.long[:])
}

// even sets chances to those of what nothing is known about.
func even(chances []chance) {
	for i := range chances {
		chances[i] = evenChance
	}
}

// of takes a length, less the shortest one.
func (l *length) of(z *lzma, place uint32) uint32 {
	switch {
	case z.bit(&l.isMiddle) == 0:
		return z.tree(l.short[place][:], 3)
	case z.bit(&l.isLong) == 0:
		return 8 + z.tree(l.middle[place][:], 3)
	}
	return 16 + z.tree(l.long[:], 8)
}

// uncompress appends the size bytes that a chunk stands for.
func (d *lzma2) uncompress(chunk []byte, size int) error {
	z := &d.lzma
	if err := z.begin(chunk); err != nil {
		return err
	}
	for end := len(d.out) + size; len(d.out) < end; {
		place := z.position & (1<<z.placeBits - 1)
		n := 1
		if z.bit(&z.isCopy[z.state][place]) == 0 {
			d.out = append(d.out, d.literal())
		} else {
			n = z.copyLength(place)
			back := int(z.back[0]) + 1
			if n > end-len(d.out) || back > len(d.out)-d.start || back > d.dictionary {
				return errFormat
			}
			d.copy(back, n)
		}
		z.position += uint32(n)
		if z.over {
			return errFormat
		}
	}
	if !z.ended() {
		return errFormat
	}
	return nil
}

// copy appends n bytes from so far back, which may be some of them.
func (d *lzma2) copy(back, n int) {
	for n > 0 {
		from := d.out[len(d.out)-back:]
		from = from[:min(n, len(from))]
		d.out = append(d.out, from...)
		n -= len(from)
	}
}

// literal takes a byte.
func (d *lzma2) literal() byte {
	z := &d.lzma
	last := uint32(0)
	if len(d.out) > d.start {
		last = uint32(d.out[len(d.out)-1])
	}
	context := z.position&(1<<z.literalBits-1)<<z.contextBits + last>>(8-z.contextBits)
	chances := z.literals[literalSize*context:][:literalSize]
	at := uint32(1)
	if z.state >= afterLiteral {
		if back := int(z.back[0]) + 1; back <= len(d.out)-d.start {
			at = z.unlike(uint32(d.out[len(d.out)-back]), chances)
		}
	}
	for at < 1<<8 {
		at = at<<1 | z.bit(&chances[at])
	}
	switch {
	case z.state < 4:
		z.state = 0
	case z.state < 10:
		z.state -= 3
	default:
		z.state -= 6
	}
	return byte(at)
}

// unlike takes bits of a byte that stands where the last copy would have gone on with another byte, as long as they are the same, and one
// more. It returns them behind a 1.
func (z *lzma) unlike(other uint32, chances []chance) (at uint32) {
	for at = 1; at < 1<<8; {
		other <<= 1
		want := other >> 8 & 1
		b := z.bit(&chances[(1+want)<<8+at])
		if at = at<<1 | b; b != want {
			break
		}
	}
	return at
}

// copyLength takes how long a copy is, and sets how far back it is from.
func (z *lzma) copyLength(place uint32) int {
	s := z.state
	after := func(literal, copied uint32) { // the next state
		if z.state = copied; s < afterLiteral {
			z.state = literal
		}
	}
	if z.bit(&z.isRepeat[s]) == 0 {
		after(7, 10)
		n := z.length.of(z, place)
		z.back = [4]uint32{z.distance(n), z.back[0], z.back[1], z.back[2]}
		return int(n) + shortest
	}
	if z.bit(&z.isOlder[s]) == 0 {
		if z.bit(&z.isLonger[s][place]) == 0 {
			after(9, 11)
			return 1
		}
	} else {
		z.older(s)
	}
	after(8, 11)
	return int(z.repeatable.of(z, place)) + shortest
}

// older makes one of the older distances the latest.
func (z *lzma) older(s uint32) {
	i := 1
	if z.bit(&z.isOlder2[s]) == 1 {
		i = 2 + int(z.bit(&z.isOlder3[s]))
	}
	back := z.back[i]
	copy(z.back[1:i+1], z.back[:i])
	z.back[0] = back
}

// distance takes how far back a copy of a length is from, less one.
func (z *lzma) distance(n uint32) uint32 {
	slot := z.tree(z.slots[min(n, 3)][:], 6)
	if slot < 4 {
		return slot
	}
	bits := int(slot>>1) - 1
	from := (2 | slot&1) << bits
	if slot < 14 {
		return from + z.reversed(z.near[from-slot:], bits)
	}
	const aligned = 4
	return from + z.even(bits-aligned)<<aligned + z.reversed(z.align[:], aligned)
}
