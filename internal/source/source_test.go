package source

import (
	"testing"

	"gaol/internal/ticket"
)

// A counter is a Sharer that counts.
type counter struct{ lines, shared int }

func (c *counter) Lines(b *ticket.Batch) { c.lines += len(b.Lines) }

func (c *counter) Share(b *ticket.Batch, sinks []Sink) {
	for _, s := range sinks {
		s.(*counter).shared += len(b.Lines)
	}
}

func TestDeliver(t *testing.T) {
	b := &ticket.Batch{Lines: make([]ticket.Line, 3)}
	Deliver(b, nil)
	var one, two, alone counter
	Deliver(b, []Sink{&one, &two})
	Deliver(b, []Sink{&alone})
	if want := (counter{shared: 3}); one != want || two != want {
		t.Errorf("two that can share: %+v, %+v", one, two)
	}
	if want := (counter{lines: 3}); alone != want {
		t.Errorf("one alone: %+v", alone)
	}
	n := make([]int, 30)
	var plain []Sink
	for i := range n {
		plain = append(plain, SinkFunc(func(b *ticket.Batch) { n[i] += len(b.Lines) }))
	}
	Deliver(b, plain)
	for i := range n {
		if n[i] != 3 {
			t.Errorf("number %d of those that cannot share got %d lines", i, n[i])
		}
	}
}
