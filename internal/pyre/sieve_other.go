//go:build !amd64

package pyre

// canSift reports whether this machine has what a sieve takes.
func canSift() bool { return false }

// sift is never called.
func (s *sieve) sift([]byte, int, []int32) (n, next int) { panic("no sieve") }
