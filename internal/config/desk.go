package config

import (
	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/config/slab"
)

// A desk is memory to work with, of one goroutine. It serves one jail after the other.
type desk struct {
	// What is forgotten at once.
	substitution substitution
	splitter     splitter
	all          texts
	room         []byte

	// What a jail's filter comes to, forgotten with the next jail.
	known, free, published texts
	asked, refers          answers

	// What outlives the desk.
	words slab.Of[any]
	sheet sheet
	paper layers.Paper
}

func newDesk() *desk { return &desk{substitution: substitution{most: maxExpanded}} }

// blank returns m, empty. What was in it is gone.
func blank[V any](m *omap.Map[V]) *omap.Map[V] {
	m.Clear()
	return m
}
