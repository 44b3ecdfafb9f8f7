// Package source says what takes log lines; the packages below it are the places that lines come from: files, the systemd
// journal, standard input.
//
// A source hands raw bytes on: it never decodes them, looks for dates in them, or matches them.
package source

import "gaol/internal/ticket"

// A Sink takes the lines of one subscription. Lines is called one batch at a time; the batch and the text of its lines are borrowed
// until it returns, and other sinks may be reading them too, so they must not be changed. A source waits for Lines to return before it reads on, so a slow
// sink makes the log the queue, and the end of a batch counts as judged as soon as Lines has returned.
type Sink interface {
	Lines(b *ticket.Batch)
}

// SinkFunc lets a function be a Sink.
type SinkFunc func(b *ticket.Batch)

// Lines calls f.
func (f SinkFunc) Lines(b *ticket.Batch) { f(b) }

// A Sharer is a Sink that has less to do when it knows who else is handed the same lines.
type Sharer interface {
	Sink
	// Share does for each of sinks, itself among them, what its Lines would do with b, and returns when all that is done.
	Share(b *ticket.Batch, sinks []Sink)
}

// Deliver hands b to each of sinks and returns when all have taken it. They share the work if the first one knows how, and do it side by
// side otherwise.
func Deliver(b *ticket.Batch, sinks []Sink) {
	if len(sinks) > 1 {
		if s, ok := sinks[0].(Sharer); ok {
			s.Share(b, sinks)
			return
		}
	}
	Each(len(sinks), len(b.Lines), func(i int) { sinks[i].Lines(b) })
}
