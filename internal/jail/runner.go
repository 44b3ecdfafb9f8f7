package jail

import (
	"context"
	"sync"

	"gaol/internal/action"
)

// A runner carries out one action's operations in the order they were asked for, on a goroutine of its own: an action
// that is slow or hangs delays neither the ban nor its siblings. Its queue is unbounded, because dropping a ban is worse
// than memory: what waits is bounded by the number of offenders.
type runner struct {
	spec ActionSpec
	act  action.Action

	mu    sync.Mutex // guards queue and ended
	queue []func(context.Context)
	ended bool

	wake chan struct{} // capacity 1
	gone chan struct{} // closed when run has returned
}

func newRunner(spec ActionSpec, act action.Action) *runner {
	return &runner{spec: spec, act: act, wake: make(chan struct{}, 1), gone: make(chan struct{})}
}

// do queues job; the channel it returns is closed when job has been done.
func (r *runner) do(job func(context.Context)) <-chan struct{} {
	done := make(chan struct{})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		close(done)
		return done
	}
	r.queue = append(r.queue, func(ctx context.Context) {
		defer close(done)
		job(ctx)
	})
	r.nudge()
	return done
}

// end lets run return when the queue is empty; nothing is accepted any more.
func (r *runner) end() {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	r.nudge()
}

func (r *runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run works the queue off until end is called. It ignores ctx's end for what is queued: what was begun in the firewall
// must be finished or undone; ctx only reaches the commands themselves.
func (r *runner) run(ctx context.Context) {
	defer close(r.gone)
	for {
		r.mu.Lock()
		jobs := r.queue
		r.queue = nil
		ended := r.ended
		r.mu.Unlock()
		for _, job := range jobs {
			job(ctx)
		}
		if len(jobs) > 0 {
			continue
		}
		if ended {
			return
		}
		<-r.wake
	}
}
