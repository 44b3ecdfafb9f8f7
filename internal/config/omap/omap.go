// Package omap is a map that remembers the order in which its keys first came, because the command stream, error texts and
// the passes of the tag substitution all follow that order.
//
// It holds values and never copies or looks into them. A Map is not safe for concurrent use.
package omap

import "iter"

// A Map maps strings to values in order of first appearance. The zero Map is empty and ready.
type Map[V any] struct {
	keys   []string
	values []V
	index  map[string]int // place of each key, once there are many
}

// few is how many keys are searched one by one, which is cheaper than building an index.
const few = 24

// usual is how many keys a map is made for at first.
const usual = 8

// find returns the place of key, or -1.
func (m *Map[V]) find(key string) int {
	if m == nil {
		return -1
	}
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range m.keys {
		if k == key {
			return i
		}
	}
	return -1
}

// Set gives key the value v. A new key goes to the end, a present one keeps its place.
func (m *Map[V]) Set(key string, v V) {
	if i := m.find(key); i >= 0 {
		m.values[i] = v
		return
	}
	if m.keys == nil {
		m.keys, m.values = make([]string, 0, usual), make([]V, 0, usual)
	}
	m.keys = append(m.keys, key)
	m.values = append(m.values, v)
	if len(m.keys) > few {
		m.addToIndex(key)
	}
}

func (m *Map[V]) addToIndex(key string) {
	if m.index != nil {
		m.index[key] = len(m.keys) - 1
		return
	}
	m.index = make(map[string]int, 2*len(m.keys))
	for i, k := range m.keys {
		m.index[k] = i
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
	m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
	m.values = append(m.values[:i:i], m.values[i+1:]...)
	m.index = nil
	if len(m.keys) > few {
		m.addToIndex("")
	}
}

// Len returns the number of keys.
func (m *Map[V]) Len() int {
	if m == nil {
		return 0
	}
	return len(m.keys)
}

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
