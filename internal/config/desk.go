package config

import (
	"gaol/internal/config/layers"
	"gaol/internal/config/slab"
)

// A desk is memory to work with, of one goroutine. It serves one jail after the other.
type desk struct {
	// What is forgotten with the next jail, or sooner.
	substitution substitution
	splitter     splitter
	all          texts
	room         []byte

	// What outlives the desk.
	words slab.Of[any]
	paper layers.Paper
}

func newDesk() *desk { return &desk{substitution: substitution{most: maxExpanded}} }

// texts returns room for texts, empty. What was there before is gone.
func (k *desk) texts() *texts {
	k.all.Clear()
	return &k.all
}
