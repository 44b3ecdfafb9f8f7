package config

import (
	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/slab"
)

// A desk is memory to work with, of one goroutine. It serves one jail after the other.
type desk struct {
	// What is forgotten at once.
	substitution substitution
	splitter     splitter
	all          texts
	room         []byte
	block, rest  [][]any // commands

	// What a jail's filter comes to, forgotten with the next jail.
	known, free, published texts
	asked, refers          answers
	meanings               omap.Map[meaning]

	// A jail's options, forgotten with the next jail if nobody may ask for them (see reader.forJail).
	first, opts, found settings

	// What outlives the desk.
	paper layers.Paper
	sheet sheet

	// What a jail's commands are made of. It outlives the desk unless they are printed at once.
	words slab.Of[any]
	texts slab.Text
}

func newDesk() *desk { return &desk{substitution: substitution{most: maxExpanded}} }

// clearAway makes room for the commands of another jail. Those that were made here are gone.
func (d *desk) clearAway() {
	d.words.TakeBack()
	d.texts.TakeBack()
}

// blank returns m, empty. What was in it is gone.
func blank[V any](m *omap.Map[V]) *omap.Map[V] {
	m.Clear()
	return m
}
