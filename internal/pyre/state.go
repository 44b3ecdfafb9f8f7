package pyre

// A state of an automaton is the ways that are open, in the order in which they are preferred, and what else the outcome depends on. It is
// kept as what tells it from others: the class of the byte before, noClass where that does not matter, and of each way its place and,
// unless they are those of the way before, its bounds.
type state string

// A way is a place in the program, and by slot the registers that hold the bounds of groups; 0 where there is none. In the slots of
// loops there is now if their iteration has read nothing so far, else 0.
type way struct {
	at     place
	bounds []uint8
}

// A place is a point in a program while it is followed byte by byte: off bytes of the string, or characters of the run, at pc have been
// read; of an unlimited run no more are counted than it must have.
type place struct{ pc, off int32 }

const (
	matched = -1  // in the place of the instruction of a way that has come to the end
	now     = 255 // in the place of a register: one that is still to be chosen, for the position before the byte
)

const (
	placeSize  = 4       // bytes of a place: programs with more than mostPlaces are not followed
	sameBounds = 1 << 15 // beside off, if the bounds are those of the way before
)

// appendWay appends a way to what a state is made of. Its bounds may be those of the way before.
func appendWay(s []byte, w way, same bool) []byte {
	if same {
		return append(s, byte(w.at.pc), byte(w.at.pc>>8), byte(w.at.off), byte(w.at.off>>8)|sameBounds>>8)
	}
	s = append(s, byte(w.at.pc), byte(w.at.pc>>8), byte(w.at.off), byte(w.at.off>>8))
	return append(s, w.bounds...)
}

// place returns that of the way that begins at i, and whether its bounds are those of the way before.
func (s state) place(i int) (at place, same bool) {
	off := int32(s[i+2]) | int32(s[i+3])<<8
	return place{int32(int16(s[i]) | int16(s[i+1])<<8), off &^ sameBounds}, off&sameBounds != 0
}
