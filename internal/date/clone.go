package date

import (
	"slices"

	"gaol/internal/ticket"
)

// Clone returns a Detector that has learnt what d has, and goes on by itself from there. It tells the time by now.
func (d *Detector) Clone(now func() ticket.Unix) *Detector {
	c := *d
	c.clock = now
	c.entries = slices.Clone(d.entries)
	c.matcher, c.spare = newMatchers()
	return &c
}
