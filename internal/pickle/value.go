// Package pickle is the value encoding of the control socket: plain data only.
//
// In goes a byte string that a Python (or any other) client pickled, out comes a tree of plain Go values; and the other
// way round. It also prints such values as Python does, because scripts parse that text. The package never imports, calls
// or builds anything that a pickle names: a call of an unknown class stays an inert Object.
//
// The values are nil, bool, int, int64, *big.Int, float64, string, []byte, []any (a list), []string (a list of text),
// Tuple, *Dict, *Set and *Object. Decoding gives integers as int64 where they fit and *big.Int elsewhere.
//
// A string holds UTF-8. Bytes that are none travel and print as Python's lone surrogates U+DC80…U+DCFF, so that a file name
// in an odd encoding survives the way to the server and back.
package pickle

import (
	"iter"
	"math"
	"math/big"
)

// Tuple is Python's immutable sequence. Clients tell it from a list ([]any), and so must whoever builds a reply.
type Tuple []any

// An Object is a Python object that is no plain data, most often an exception: the class, and the arguments it was called
// with. State is what a pickle sets on the object after making it, usually a *Dict, or nil.
//
// Nil Args stand for the class itself; a call without arguments has Args Tuple{}.
type Object struct {
	Module, Class string
	Args          Tuple
	State         any
}

// A Dict maps keys to values and remembers in which order keys were first set. Keys are equal as in Python: 1, 1.0 and true
// are one key. The zero Dict is empty and ready. It is not safe for concurrent use.
type Dict struct {
	entries []entry
	index   map[any]int // comparable form of a key → place in entries
}

type entry struct{ key, value any }

// NewDict returns a Dict of alternating keys and values; a key without a value gets nil.
func NewDict(kv ...any) *Dict {
	d := &Dict{}
	for i := 0; i < len(kv); i += 2 {
		var v any
		if i+1 < len(kv) {
			v = kv[i+1]
		}
		d.Set(kv[i], v)
	}
	return d
}

// Set maps key to value. A key that is present keeps its place.
func (d *Dict) Set(key, value any) {
	k := mapKey(key)
	if i, ok := d.index[k]; ok {
		d.entries[i].value = value
		return
	}
	if d.index == nil {
		d.index = map[any]int{}
	}
	d.index[k] = len(d.entries)
	d.entries = append(d.entries, entry{key, value})
}

// Get returns the value of key and whether it is present.
func (d *Dict) Get(key any) (any, bool) {
	i, ok := d.index[mapKey(key)]
	if !ok {
		return nil, false
	}
	return d.entries[i].value, true
}

// Len returns the number of keys.
func (d *Dict) Len() int { return len(d.entries) }

// All yields keys and values in order.
func (d *Dict) All() iter.Seq2[any, any] {
	return func(yield func(k, v any) bool) {
		for _, e := range d.entries {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

// Equal reports whether d and o hold equal keys and values in the same order. Values are compared as Repr prints them.
func (d *Dict) Equal(o *Dict) bool {
	return d == o || d != nil && o != nil && Repr(d) == Repr(o)
}

// A Set holds distinct values in order of appearance. The zero Set is empty and ready.
type Set struct {
	Frozen bool
	items  Dict
}

// NewSet returns a Set of items.
func NewSet(items ...any) *Set {
	s := &Set{}
	for _, v := range items {
		s.Add(v)
	}
	return s
}

// Add puts v into s.
func (s *Set) Add(v any) { s.items.Set(v, nil) }

// Items returns the values in order of appearance.
func (s *Set) Items() []any {
	items := make([]any, 0, s.items.Len())
	for v := range s.items.All() {
		items = append(items, v)
	}
	return items
}

// Equal reports whether s and o hold equal values in the same order.
func (s *Set) Equal(o *Set) bool {
	return s == o || s != nil && o != nil && Repr(s) == Repr(o)
}

// reprKey is the comparable form of values that Go cannot compare as Python does.
type reprKey string

// mapKey returns a Go map key that is equal for values that are equal keys in Python.
func mapKey(v any) any {
	switch v := v.(type) {
	case nil, string, int64:
		return v
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case int:
		return int64(v)
	case float64:
		if i := int64(v); float64(i) == v && math.Abs(v) < 1<<62 {
			return i
		}
		return v
	case *big.Int:
		if v.IsInt64() {
			return v.Int64()
		}
	}
	return reprKey(Repr(v))
}

// Int returns v as an integer, and false when it is none or does not fit.
func Int(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case *big.Int:
		return v.Int64(), v.IsInt64()
	}
	return 0, false
}
