// Package omap is a map that remembers the order in which its keys first came, because the command stream, error texts and
// the passes of the tag substitution all follow that order.
//
// It holds values and never copies or looks into them. A Map is not safe for concurrent use.
package omap

import (
	"hash/maphash"
	"iter"
	"slices"
)

// A Map maps strings to values in order of first appearance. The zero Map is empty and ready.
type Map[V any] struct {
	keys   []string
	values []V
	index  []int32 // once there are many: by hash of the key, its place plus one; 0 where none is
	lent   bool    // the memory is another map's
}

// Of returns a map of distinct keys and their values. The slices are the map's from then on.
func Of[V any](keys []string, values []V) Map[V] {
	m := Map[V]{keys: keys, values: values}
	if len(keys) > few {
		m.reindex()
	}
	return m
}

// Lend returns a map with the same keys and values that has memory of its own only once it is changed. From then on m must not change.
func (m *Map[V]) Lend() Map[V] { return Map[V]{m.keys, m.values, m.index, true} }

const (
	// few is how many keys are searched one by one. That is about as quick as hashing them, and an index is memory.
	few = 24
	// smallestIndex is a power of two that is more than twice as many.
	smallestIndex = 64
	// firstRoom is for how many keys a Map has room that was not told how many will come.
	firstRoom = 8
)

var seed = maphash.MakeSeed()

// Grow makes room for n keys more.
func (m *Map[V]) Grow(n int) {
	if n += len(m.keys); n > cap(m.keys) || m.lent {
		m.keys = append(make([]string, 0, n), m.keys...)
		m.values = append(make([]V, 0, n), m.values...)
	}
	if m.lent {
		m.index, m.lent = slices.Clone(m.index), false
	}
}

// own readies a map for a change.
func (m *Map[V]) own() {
	if m.lent {
		m.Grow(1)
	}
}

// Clear removes all keys and keeps the memory for others.
func (m *Map[V]) Clear() {
	if m.lent {
		*m = Map[V]{}
	}
	clear(m.keys)
	clear(m.values)
	clear(m.index)
	m.keys, m.values = m.keys[:0], m.values[:0]
}

// Clone returns a map of its own with the same keys and values.
func (m *Map[V]) Clone() *Map[V] {
	if m == nil {
		return nil
	}
	return &Map[V]{keys: slices.Clone(m.keys), values: slices.Clone(m.values), index: slices.Clone(m.index)}
}

// find returns the place of key, or -1.
func (m *Map[V]) find(key string) int {
	if m == nil {
		return -1
	}
	if m.index != nil {
		return int(m.index[m.slot(key)]) - 1
	}
	for i, k := range m.keys {
		if k == key {
			return i
		}
	}
	return -1
}

// slot returns where in the index key is, or else belongs.
func (m *Map[V]) slot(key string) int {
	mask := len(m.index) - 1
	for i := int(maphash.String(seed, key)) & mask; ; i = (i + 1) & mask {
		if at := m.index[i]; at == 0 || m.keys[at-1] == key {
			return i
		}
	}
}

// Set gives key the value v. A new key goes to the end, a present one keeps its place.
func (m *Map[V]) Set(key string, v V) {
	m.own()
	if i := m.find(key); i >= 0 {
		m.values[i] = v
		return
	}
	if m.keys == nil {
		m.Grow(firstRoom)
	}
	m.keys = append(m.keys, key)
	m.values = append(m.values, v)
	switch n := len(m.keys); {
	case 2*n <= len(m.index):
		m.index[m.slot(key)] = int32(n)
	case n > few:
		m.reindex()
	}
}

// reindex builds the index anew, so large that it stays at most half full until the keys outgrow their slice.
func (m *Map[V]) reindex() {
	size := smallestIndex
	for size < 2*cap(m.keys) {
		size *= 2
	}
	m.index = make([]int32, size)
	for i, k := range m.keys {
		m.index[m.slot(k)] = int32(i + 1)
	}
}

// Get returns the value of key and whether it is present. A nil Map holds nothing.
func (m *Map[V]) Get(key string) (V, bool) {
	if i := m.find(key); i >= 0 {
		return m.values[i], true
	}
	var zero V
	return zero, false
}

// Has reports whether key is present.
func (m *Map[V]) Has(key string) bool { return m.find(key) >= 0 }

// Delete removes key.
func (m *Map[V]) Delete(key string) {
	i := m.find(key)
	if i < 0 {
		return
	}
	m.own()
	m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
	m.values = append(m.values[:i:i], m.values[i+1:]...)
	m.index = nil
	if len(m.keys) > few {
		m.reindex()
	}
}

// Len returns the number of keys.
func (m *Map[V]) Len() int {
	if m == nil {
		return 0
	}
	return len(m.keys)
}

// At returns the key at place i, counted from 0, and a pointer to its value, good until the next key is added or removed. What is lent
// must not be changed through it.
func (m *Map[V]) At(i int) (string, *V) { return m.keys[i], &m.values[i] }

// All yields keys and values in order. Values may be Set meanwhile; keys may not be added or removed.
func (m *Map[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if m == nil {
			return
		}
		for i, k := range m.keys {
			if !yield(k, m.values[i]) {
				return
			}
		}
	}
}
