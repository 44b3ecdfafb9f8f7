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
	spec   ActionSpec
	act    action.Action
	report func(r *runner, operation string, e *action.Event, err error)

	mu    sync.Mutex // guards queue and ended
	queue []job
	ended bool

	wake chan struct{} // capacity 1
	gone chan struct{} // closed when run has returned
}

// A job is one operation that waits. Bans and unbans are told apart from the rest, because actions are quicker with many of them
// at once.
type job struct {
	kind  jobKind
	event *action.Event         // of a ban or an unban
	other func(context.Context) // of anything else
	done  chan struct{}         // closed when it has been carried out
}

type jobKind int

const (
	otherJob jobKind = iota
	banJob
	unbanJob
)

func newRunner(spec ActionSpec, act action.Action, report func(*runner, string, *action.Event, error)) *runner {
	return &runner{spec: spec, act: act, report: report, wake: make(chan struct{}, 1), gone: make(chan struct{})}
}

// do queues an operation; the channel it returns is closed when that has been carried out.
func (r *runner) do(f func(context.Context)) <-chan struct{} { return r.enqueue(job{other: f}) }

// ban and unban queue what happens to one offender.
func (r *runner) ban(e *action.Event) <-chan struct{} { return r.enqueue(job{kind: banJob, event: e}) }
func (r *runner) unban(e *action.Event) <-chan struct{} {
	return r.enqueue(job{kind: unbanJob, event: e})
}

func (r *runner) enqueue(j job) <-chan struct{} {
	j.done = make(chan struct{})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		close(j.done)
		return j.done
	}
	r.queue = append(r.queue, j)
	r.nudge()
	return j.done
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
		for len(jobs) > 0 {
			n := alike(jobs)
			r.carryOut(ctx, jobs[:n])
			jobs = jobs[n:]
		}
		switch {
		case r.waiting():
		case ended:
			return
		default:
			<-r.wake
		}
	}
}

func (r *runner) waiting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.queue) > 0
}

// alike returns how many jobs from the first on can be carried out together.
func alike(jobs []job) int {
	n := 1
	for jobs[0].kind != otherJob && n < len(jobs) && jobs[n].kind == jobs[0].kind {
		n++
	}
	return n
}

func (r *runner) carryOut(ctx context.Context, jobs []job) {
	events := make([]*action.Event, len(jobs))
	for i, j := range jobs {
		events[i] = j.event
		defer close(j.done)
	}
	switch jobs[0].kind {
	case otherJob:
		jobs[0].other(ctx)
	case banJob:
		r.reportAll("ban", events, action.BanAll(ctx, r.act, events))
	case unbanJob:
		r.reportAll("unban", events, action.UnbanAll(ctx, r.act, events))
	}
}

func (r *runner) reportAll(operation string, events []*action.Event, errs []error) {
	for i, err := range errs {
		r.report(r, operation, events[i], err)
	}
}
