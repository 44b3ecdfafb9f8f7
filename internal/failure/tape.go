package failure

import (
	"encoding/binary"
	"iter"
)

// blockSize is how long a block of a tape grows; only one with a single longer entry is longer.
const blockSize = 1 << 16

// A tape is a sequence of entries, each behind its length, in blocks of memory without pointers. It is only ever appended to: what
// stands on it stays as it is, so that others can read it while it grows.
type tape struct {
	blocks [][]byte
	size   int // bytes in all blocks
}

// A place is where on a tape an entry begins: the number of the block, and 16 bits for the offset in it.
type place uint64

// placeBits is how many bits of a place matter: a tape of 64 GiB has use for no more.
const placeBits = 36

func placeAt(block, offset int) place { return place(block)<<16 | place(offset) }

// An end is where a tape once ended, which is the place of what came next or one before that.
type end struct{ block, offset int }

// append adds an entry and returns its place.
func (t *tape) append(entry []byte) place {
	long := len(entry) + binary.MaxVarintLen64
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last])+long > blockSize {
		room := 0 // the first block grows as it is needed: most tables stay small
		if last >= 0 {
			room = max(blockSize, long)
		}
		t.blocks = append(t.blocks, make([]byte, 0, room))
		last++
	}
	block := t.blocks[last]
	at := placeAt(last, len(block))
	t.size -= len(block)
	block = append(binary.AppendUvarint(block, uint64(len(entry))), entry...)
	t.size += len(block)
	t.blocks[last] = block
	return at
}

// at returns the entry at a place.
func (t *tape) at(p place) []byte {
	entry, _ := cutEntry(t.blocks[p>>16][p&(blockSize-1):])
	return entry
}

// cutEntry returns the entry that b begins with and what stands behind it; nil if there is none.
func cutEntry(b []byte) (entry, rest []byte) {
	n, width := binary.Uvarint(b)
	if width <= 0 || n > uint64(len(b)-width) {
		return nil, nil
	}
	b = b[width:]
	return b[:n:n], b[n:]
}

// end returns where the tape ends now.
func (t *tape) end() end {
	last := len(t.blocks) - 1
	if last < 0 {
		return end{}
	}
	if n := len(t.blocks[last]); n < blockSize {
		return end{last, n}
	}
	return end{last + 1, 0} // what comes next goes there
}

// since returns what has been appended since the tape ended at e, in pieces of whole entries.
func (t *tape) since(e end) (pieces [][]byte) {
	for i := e.block; i < len(t.blocks); i++ {
		piece := t.blocks[i]
		if i == e.block {
			piece = piece[e.offset:]
		}
		if len(piece) > 0 {
			pieces = append(pieces, piece[:len(piece):len(piece)])
		}
	}
	return pieces
}

// entries gives all entries in order. The tape may grow meanwhile; what comes then is not among them.
func (t *tape) entries() iter.Seq2[place, []byte] {
	blocks := append([][]byte(nil), t.blocks...)
	return func(yield func(place, []byte) bool) {
		for i, block := range blocks {
			for rest := block; len(rest) > 0; {
				at := placeAt(i, len(block)-len(rest))
				var entry []byte
				if entry, rest = cutEntry(rest); !yield(at, entry) {
					return
				}
			}
		}
	}
}
