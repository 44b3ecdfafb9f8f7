// Package actiontest has an action for tests that does nothing but keep what it was asked.
package actiontest

import (
	"context"
	"sync"

	"gaol/internal/action"
)

// A Recorder notes every call as "start", "ban 192.0.2.1", … . The zero Recorder succeeds at everything and cannot flush. It is safe for
// concurrent use.
type Recorder struct {
	// Fail, if set, is asked before each call, with its note, and decides the result.
	Fail func(call string) error
	// Flushes makes Flush succeed.
	Flushes bool

	mu    sync.Mutex
	calls []string
}

var _ action.Action = (*Recorder)(nil)

// Calls returns what was asked so far, and forgets it.
func (r *Recorder) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *Recorder) note(call string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	if r.Fail != nil {
		return r.Fail(call)
	}
	return nil
}

// Start notes "start".
func (r *Recorder) Start(context.Context) error { return r.note("start") }

// Ban notes "ban ID".
func (r *Recorder) Ban(_ context.Context, e *action.Event) error {
	return r.note("ban " + e.ID().String())
}

// Reban notes "reban ID".
func (r *Recorder) Reban(_ context.Context, e *action.Event) error {
	return r.note("reban " + e.ID().String())
}

// Prolong notes "prolong ID".
func (r *Recorder) Prolong(_ context.Context, e *action.Event) error {
	return r.note("prolong " + e.ID().String())
}

// Unban notes "unban ID".
func (r *Recorder) Unban(_ context.Context, e *action.Event) error {
	return r.note("unban " + e.ID().String())
}

// Flush notes "flush".
func (r *Recorder) Flush(context.Context) (bool, error) {
	err := r.note("flush")
	return r.Flushes && err == nil, err
}

// Reload notes "reload".
func (r *Recorder) Reload(context.Context) error { return r.note("reload") }

// Check notes "check".
func (r *Recorder) Check(context.Context) error { return r.note("check") }

// Stop notes "stop".
func (r *Recorder) Stop(context.Context) error { return r.note("stop") }

// Update notes "update".
func (r *Recorder) Update(context.Context, *action.Properties) error { return r.note("update") }
