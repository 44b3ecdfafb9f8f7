package xz

import "encoding/binary"

// An lzma2 is the data of a block: chunks, each of up to 2 MiB that are compressed, or of 64 KiB as they are.
type lzma2 struct {
	dictionary int    // how far back a chunk may refer
	out        []byte // what it may refer to, and what is not taken yet
	start      int    // where in out the oldest byte is that it may refer to
	read       int    // what of out has been taken
	total      uint64 // bytes of the block so far
	lzma       lzma

	needs byte // what the next chunk must begin anew: as control bytes from here on do, 0 if nothing
}

// Control bytes of chunks. Those from compressed on have the highest bits of a size in them.
const (
	endOfChunks = 0x00
	plainAnew   = 0x01 // with an empty dictionary
	plain       = 0x02
	compressed  = 0x80
	newState    = 0xa0
	newProps    = 0xc0
	anew        = 0xe0
)

// mostDictionary limits the memory that a stream may ask for.
const mostDictionary = 256 << 20

// dictionarySize returns the size that the byte in a block's header stands for.
func dictionarySize(code byte) (int, error) {
	if code > 40 {
		return 0, errFormat
	}
	size := uint64(2|code&1) << (code/2 + 11)
	if size > mostDictionary {
		return 0, errFormat
	}
	return int(size), nil
}

// begin begins a block.
func (d *lzma2) begin(dictionary int) {
	d.dictionary, d.total, d.needs = dictionary, 0, anew
	d.out, d.start, d.read = d.out[:0], 0, 0
}

// pending is how many bytes there are to be taken.
func (d *lzma2) pending() int { return len(d.out) - d.read }

// take moves bytes to p and returns how many.
func (d *lzma2) take(p []byte) int {
	n := copy(p, d.out[d.read:])
	d.read += n
	return n
}

// chunk reads one more chunk, once all bytes have been taken. It is false behind the last one.
func (d *lzma2) chunk(in *input) (more bool, err error) {
	d.slide()
	control, err := in.byte()
	if err != nil || control == endOfChunks {
		return false, err
	}
	size := len(d.out)
	switch {
	case control >= compressed:
		err = d.compressed(in, control)
	case control == plainAnew || control == plain:
		err = d.plain(in, control)
	default:
		err = errFormat
	}
	d.total += uint64(len(d.out) - size)
	return true, err
}

// slide forgets what is too far back, once that is worth it.
func (d *lzma2) slide() {
	const least = 1 << 20
	if len(d.out) < d.dictionary+max(d.dictionary/4, least) {
		return
	}
	kept := copy(d.out, d.out[len(d.out)-d.dictionary:])
	d.start = max(0, d.start-(len(d.out)-kept))
	d.out, d.read = d.out[:kept], kept
}

// plain reads a chunk that is not compressed.
func (d *lzma2) plain(in *input, control byte) error {
	switch {
	case control == plainAnew:
		d.forget()
		d.needs = newProps
	case d.needs == anew:
		return errFormat
	}
	head, err := in.next(2)
	if err != nil {
		return err
	}
	p, err := in.next(int(binary.BigEndian.Uint16(head)) + 1)
	if err != nil {
		return err
	}
	d.out = append(d.out, p...)
	d.lzma.position += uint32(len(p))
	return nil
}

// compressed reads a compressed chunk.
func (d *lzma2) compressed(in *input, control byte) error {
	kind := control & 0xe0
	if kind < d.needs {
		return errFormat
	}
	head, err := in.next(4)
	if err != nil {
		return err
	}
	size := int(control&0x1f)<<16 + int(binary.BigEndian.Uint16(head)) + 1
	packed := int(binary.BigEndian.Uint16(head[2:])) + 1
	if kind == anew {
		d.forget()
	}
	if kind >= newProps {
		props, err := in.byte()
		if err != nil {
			return err
		}
		if err := d.lzma.setProps(props); err != nil {
			return err
		}
	}
	if kind >= newState {
		d.lzma.reset()
	}
	d.needs = 0
	p, err := in.next(packed)
	if err != nil {
		return err
	}
	return d.uncompress(p, size)
}

// forget empties the dictionary.
func (d *lzma2) forget() { d.start, d.lzma.position = len(d.out), 0 }
