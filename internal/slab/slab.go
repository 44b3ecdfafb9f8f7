// Package slab hands out small pieces of large allocations.
//
// In go lengths and bytes; out come slices and strings that belong to who took them, until TakeBack if ever. What was handed out of one
// allocation lives as long as any of it. That suits what is made together and dropped together, as a configuration is, or the tree of a
// pattern. It is for programs that live for milliseconds: nearly all their memory is touched for the first time, a page at a time, and
// the runtime lays out pages of their own for each of the many sizes of small objects.
//
// The zero values are ready. They are not safe for concurrent use.
package slab

import (
	"strings"
	"unsafe"
)

// pieces is how many values are allocated at once, bytes how much text is. What is longer than a quarter of that is allocated by itself.
const (
	pieces = 256
	bytes  = 64 << 10
)

// Of hands out slices of zero values.
type Of[T any] struct {
	piece []T // the latest allocation
	rest  []T // what is left of it
}

// Take returns n zero values. Appending to them does not touch what is handed out next.
func (s *Of[T]) Take(n int) []T {
	if n > len(s.rest) {
		if n > pieces/4 {
			return make([]T, n)
		}
		s.piece = make([]T, pieces)
		s.rest = s.piece
	}
	taken := s.rest[:n:n]
	s.rest = s.rest[n:]
	return taken
}

// Copy returns a copy of values.
func (s *Of[T]) Copy(values ...T) []T {
	taken := s.Take(len(values))
	copy(taken, values)
	return taken
}

// TakeBack is for one who knows that nothing of what was handed out is needed any more. It may be handed out again.
func (s *Of[T]) TakeBack() {
	clear(s.piece[:len(s.piece)-len(s.rest)])
	s.rest = s.piece
}

// Text hands out strings.
type Text struct{ room []byte }

// Keep returns b as a string. Later changes of b do not show in it.
func (t *Text) Keep(b []byte) string { return t.KeepString(unsafe.String(unsafe.SliceData(b), len(b))) }

// KeepString returns a copy of s.
func (t *Text) KeepString(s string) string {
	if len(s) > bytes/4 {
		return strings.Clone(s)
	}
	if cap(t.room)-len(t.room) < len(s) {
		t.room = make([]byte, 0, bytes)
	}
	start := len(t.room)
	t.room = append(t.room, s...)
	kept := t.room[start:]
	return unsafe.String(unsafe.SliceData(kept), len(kept)) // which nobody changes, but for TakeBack
}

// TakeBack is for one who knows that no string that was handed out is needed any more. The memory serves for others.
func (t *Text) TakeBack() { t.room = t.room[:0] }
