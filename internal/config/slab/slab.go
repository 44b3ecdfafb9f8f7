// Package slab hands out small pieces of large allocations.
//
// In go lengths and bytes; out come slices and strings that belong to who took them. Nothing is ever taken back: what was handed out
// of one allocation lives as long as any of it. That suits what is made together and dropped together, as a configuration is. It is for
// programs that live for milliseconds: nearly all their memory is touched for the first time, a page at a time, and the runtime lays out
// pages of their own for each of the many sizes of small objects.
//
// The zero values are ready. They are not safe for concurrent use.
package slab

import "strings"

// pieces is how many values are allocated at once, bytes how much text is. What is longer than a quarter of that is allocated by itself.
const (
	pieces = 256
	bytes  = 64 << 10
)

// Of hands out slices of zero values.
type Of[T any] struct{ rest []T }

// Take returns n zero values. Appending to them does not touch what is handed out next.
func (s *Of[T]) Take(n int) []T {
	if n > len(s.rest) {
		if n > pieces/4 {
			return make([]T, n)
		}
		s.rest = make([]T, pieces)
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

// Text hands out strings.
type Text struct{ room strings.Builder }

// Keep returns b as a string. Later changes of b do not show in it.
func (t *Text) Keep(b []byte) string {
	if len(b) > bytes/4 {
		return string(b)
	}
	if t.room.Cap()-t.room.Len() < len(b) {
		t.room = strings.Builder{}
		t.room.Grow(bytes)
	}
	start := t.room.Len()
	t.room.Write(b)
	return t.room.String()[start:]
}
