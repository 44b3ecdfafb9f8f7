package failure

import (
	"bytes"
	"slices"
)

// Clone returns a table that is what t is now, and goes its own way. A Copy of t is as good for it. They share what memory neither of
// them changes.
func (t *Table) Clone() *Table {
	return &Table{
		settings: t.settings, tape: t.tape.clone(), index: t.index.clone(), seed: t.seed, live: t.live, order: t.order, total: t.total,
		lowered: t.lowered, edition: t.edition,
	}
}

func (t *tape) clone() tape {
	c := tape{slices.Clone(t.blocks), t.size}
	if last := len(c.blocks) - 1; last >= 0 {
		c.blocks[last] = slices.Clip(c.blocks[last]) // so that what is appended goes elsewhere
	}
	return c
}

func (x *index) clone() index {
	c := *x
	c.slots = slices.Clone(x.slots)
	return c
}

// Equal reports whether t and u will count alike from now on. It may say no where it would take long to tell.
func (t *Table) Equal(u *Table) bool {
	if t.settings != u.settings || t.lowered != u.lowered {
		return false
	}
	return t.Len() == 0 && u.Len() == 0 || t.tape.size == u.tape.size && slices.EqualFunc(t.tape.blocks, u.tape.blocks, bytes.Equal)
}
