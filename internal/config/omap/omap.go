// Package omap is a map that remembers the order in which its keys first came, because the command stream, error texts and
// the passes of the tag substitution all follow that order.
//
// It holds values and never copies or looks into them. A Map is not safe for concurrent use.
package omap

import "iter"

// A Map maps strings to values in order of first appearance. The zero Map is empty and ready.
type Map[V any] struct {
	keys   []string
	values map[string]V
}

// Set gives key the value v. A new key goes to the end, a present one keeps its place.
func (m *Map[V]) Set(key string, v V) {
	if m.values == nil {
		m.values = map[string]V{}
	}
	if _, ok := m.values[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.values[key] = v
}

// Get returns the value of key and whether it is present. A nil Map holds nothing.
func (m *Map[V]) Get(key string) (V, bool) {
	if m == nil {
		var zero V
		return zero, false
	}
	v, ok := m.values[key]
	return v, ok
}

// Has reports whether key is present.
func (m *Map[V]) Has(key string) bool {
	_, ok := m.Get(key)
	return ok
}

// Delete removes key.
func (m *Map[V]) Delete(key string) {
	if !m.Has(key) {
		return
	}
	delete(m.values, key)
	for i, k := range m.keys {
		if k == key {
			m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
			return
		}
	}
}

// Len returns the number of keys.
func (m *Map[V]) Len() int {
	if m == nil {
		return 0
	}
	return len(m.keys)
}

// All yields keys and values in order.
func (m *Map[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if m == nil {
			return
		}
		for _, k := range m.keys {
			if !yield(k, m.values[k]) {
				return
			}
		}
	}
}

// Clone returns an independent map with the same keys and values.
func (m *Map[V]) Clone() *Map[V] {
	c := &Map[V]{}
	for k, v := range m.All() {
		c.Set(k, v)
	}
	return c
}
