package pyre

import onuse "gaol/internal/lazy"

// canSift reports whether this machine has what a sieve takes.
func canSift() bool { return avx2.Get() }

var avx2 = onuse.Value[bool]{Make: hasAVX2}

// hasAVX2 asks the processor, and the system by what it has enabled. Package golang.org/x/sys/cpu tells it, too, but asks for all else
// there is whenever a program starts, 55 microseconds on a virtual machine.
func hasAVX2() bool

// sift writes to places where in text, at from or behind it, grams may stand, a block at a time as long as there is room for one. It
// returns how many it has written and the first place that it has not looked at, of which the last three are always left, and all of a
// text that is shorter than sieveReads.
func (s *sieve) sift(text []byte, from int, places []int32) (n, next int) {
	return siftAVX2(s, text, from, places)
}

//go:noescape
func siftAVX2(s *sieve, text []byte, from int, places []int32) (n, next int)
