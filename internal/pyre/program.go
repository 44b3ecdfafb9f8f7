package pyre

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

// An opcode is what one instruction of a program does. Unless it says otherwise an
// instruction that succeeds goes on with the next one; one that fails makes the
// matcher go back to the last choice.
type opcode uint8

const (
	iByte      opcode = iota // the byte c
	iLit                     // the string lits[n]
	iSet                     // one character of the set
	iSave                    // slots[n] = position
	iRunGreedy               // x to y characters of the set, as many as possible first
	iRunAll                  // the same, as many as possible and never fewer
	iBranch                  // go on at x; later, if that fails, at y; with a jump for each class of bytes, see jump.go
	iHop                     // go on at x, with jumps as of iBranch; and slots[y] = position, if y > 0
	iJump                    // go on at x
	iTextEnd                 // assertion, as the node of the name

	// Those from here on are not for stride, see rare.go.
	iMatch     // the end of the program or a body; after iAtomic, y is as there
	iFail      // never succeeds
	iSplit     // as iBranch, without jumps
	iRunLazy   // as the other runs, as few characters as possible first
	iTextBegin // assertions, as the nodes of these names
	iAbsEnd
	iLineBegin
	iLineEnd
	iWordEdge
	iNoWordEdge
	iNeed       // whether needs[n] stands here or further on
	iLook       // assert the body at x, n characters back; go on at y
	iAtomic     // match the body at x, forget its choices; go on at y
	iBackref    // the text of group n
	iCond       // go on at x if group n took part, else at y
	iEnter      // slots[n] = position: an iteration of a loop begins
	iAgain      // end of the iteration: at y if it was empty, else at x
	iCountStart // begin counting in slots[n] (and slots[n+1], see iCount)
	iCount      // the next iteration, at pc+1, or go on at y
	iCountBody  // an iteration begins, one of x to y; see flagEndless

	// These stand in place of iSplit and iBranch, iRun… and iCount while failures are
	// remembered, see memo.go.
	iSplitNoting
	iRunNoting
	iCountNoting
)

// Flags of an instruction.
const (
	flagNegative = 1 << iota // iLook
	flagBehind               // iLook
	flagASCII                // iWordEdge, iNoWordEdge, iBackref
	flagFold                 // iBackref
	flagStop                 // iRun…: the set is all but the byte c
	flagByte                 // iRunAll: the byte c follows, with flagStop or not
	flagLit                  // iRun…: see inst.then; iLook: the body is this string
	flagSecond               // iRun…
	flagFirst                // iEnter: an iteration that must be, and may be empty: -1
	flagLazy                 // iCount
	flagEndless              // iCountBody: no limit, y is when counting stops
	flagCapture              // iLook: groups in the body keep their text
	flagHead                 // iSplit: the head of a loop
	flagTail                 // iRunAll: to a line feed, then a slot set, iTextEnd and iMatch
	flagLong                 // iRun…: likely to be long, or to be shortened, or of many characters that must be: not for stride
)

// flagFurther is set where more is known about what follows a run than its first byte.
const flagFurther = flagLit | flagSecond

// An inst is one instruction. Half a cache line: the matcher spends much of its time
// waiting for the next one.
//
// Where it depends on the next byte, the answer is a bit of a table entry: each set
// of bytes that the program needs owns one bit of one table, so that one load answers
// all questions about a byte. Entry 256 stands for the end of the text.
type inst struct {
	op    opcode
	c     byte // iByte, iLit: the first byte; iRun…: the byte that ends it, with flagStop, or follows, with flagByte
	flags uint16
	bitX  uint8  // iSet, iRun…: bytes of the set; iSplit: bytes that branch x may begin with
	bitY  uint8  // iRun…: bytes that what follows may begin with; iSplit: the same of branch y
	then  uint16 // iRun…: with flagLit the number of the string that follows, with flagSecond the bit of what may follow the next byte
	n     int32  // iBranch, iHop: where its jumps begin
	x, y  int32
	row   int32 // which row of the memo, -1: none
	table *byteTable
}

// bit reports whether entry v of a byte table has the bit. The bit is below 64, which
// the compiler of Go need not check.
func bit(v uint64, bit uint8) bool { return v>>(bit&63)&1 != 0 }

type byteTable [257]uint64

const endOfText = 256

// manyTimes is the count of an unlimited repeat.
const manyTimes = 1 << 30

// A program is a compiled pattern.
type program struct {
	code    []inst
	noting  func() []inst // the code while failures are remembered, see memo.go
	outlook func() *outlook
	lits    []lit
	needs   []literal
	sets    []*charset           // of the instructions iSet and iRun…, by n
	jumps   []jump               // of the instructions iBranch and iHop, from n on, by class
	classes [endOfText + 1]uint8 // for jumps

	slots   int // group bounds, then loop positions and counters
	capture int // how many of the slots are group bounds

	first      byteSet // what a match may begin with
	begin      anchor  // where a match may begin
	entry      int32   // where the code begins: behind what begin has made sure of
	whole      bool    // matches are from the beginning of the text to its end
	prefix     []byte  // what every match begins with, if begin is anywhere
	rows       []row
	memoWidth  int  // number of memo bits for each position
	limited    bool // some failures cannot be remembered: work is limited
	possessive bool // the pattern has a possessive run
}

// wordSize is how many bytes are compared at once.
const wordSize = 8

// A lit is the string of an instruction. Its first and last bytes are kept as words, too.
type lit struct {
	text string
	head uint64
	mask uint64 // of the bytes of head that count
	tail uint64 // if there are more than these
}

func newLit(text string) lit {
	var head, mask [wordSize]byte
	for i := range copy(head[:], text) {
		mask[i] = 0xff
	}
	l := lit{text: text, head: binary.LittleEndian.Uint64(head[:]), mask: binary.LittleEndian.Uint64(mask[:])}
	if n := len(text); n > wordSize {
		l.tail = binary.LittleEndian.Uint64([]byte(text[n-wordSize:]))
	}
	return l
}

// An anchor says where matches can begin.
type anchor uint8

const (
	anywhere anchor = iota
	atTextBegin
	atLineBegin
)

// A row describes the memo of one choice: which of its states are known to fail. A
// state is a position and what else the outcome may depend on.
type row struct {
	base    int32       // the first of its bits at each position
	states  int32       // how many bits at each position say what has failed
	levels  int32       // how many times as many say what is sure, see memo.go
	context []condition // what, beside the position, the outcome depends on
	groups  []int32     // back-references that can still come
}

// A condition is a part of the state that has few values.
type condition struct {
	kind  conditionKind
	slot  int32 // of the state
	count int32 // number of values
}

type conditionKind uint8

const (
	groupSet  conditionKind = iota // whether the group with bounds at slot took part
	progress                       // whether the position has left the one in slot
	iteration                      // the value of the counter in slot
)

// A byteSet is a set of bytes, and perhaps of the end of the text.
type byteSet [5]uint64

func (b *byteSet) add(c byte)      { b[c>>6] |= 1 << (c & 63) }
func (b *byteSet) addEnd()         { b[4] |= 1 }
func (b *byteSet) has(c byte) bool { return b[c>>6]>>(c&63)&1 != 0 }
func (b *byteSet) hasEnd() bool    { return b[4]&1 != 0 }

// bytes returns the bytes in the set.
func (b *byteSet) bytes() iter.Seq[byte] {
	return func(yield func(byte) bool) {
		for i, word := range b[:4] {
			for ; word != 0; word &= word - 1 {
				if !yield(byte(i<<6 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// or adds o, and reports whether that changed the set.
func (b *byteSet) or(o *byteSet) bool {
	changed := false
	for i := range b {
		changed = changed || o[i]&^b[i] != 0
		b[i] |= o[i]
	}
	return changed
}

// keep removes what is not in o.
func (b *byteSet) keep(o *byteSet) {
	for i := range b {
		b[i] &= o[i]
	}
}

func (b *byteSet) intersects(o *byteSet) bool {
	for i := range b {
		if b[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// anyStart holds all bytes that a character can begin with, and the end. Bytes that
// go on a character are never in a set of beginnings: that is how the matcher, going
// byte by byte, never stops inside a character.
var anyStart = byteSet{^uint64(0), ^uint64(0), 0, ^uint64(0), 1}

// asciiBytes are the bytes that are characters of s by themselves.
func (s *charset) asciiBytes() byteSet {
	return byteSet{s.ascii[0], s.ascii[1]}
}

// firstBytes are the bytes that characters of s begin with.
func (s *charset) firstBytes() byteSet {
	b := s.asciiBytes()
	next := byte(0) // those before it are known
	for _, r := range s.high {
		last := leadByte(r.hi)
		for lead := max(next, leadByte(r.lo)); lead <= last; lead++ {
			b.add(lead)
		}
		next = last + 1
	}
	return b
}

// leadByte returns the byte that the UTF-8 form of r begins with. Of surrogates, which have none, it is that of the runes on both sides.
func leadByte(r rune) byte {
	switch {
	case r < 0x80:
		return byte(r)
	case r < 0x800:
		return 0xc0 | byte(r>>6)
	case r < 0x10000:
		return 0xe0 | byte(r>>12)
	}
	return 0xf0 | byte(r>>18)
}
