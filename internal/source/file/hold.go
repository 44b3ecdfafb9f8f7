package file

import (
	"context"
	"sync"
	"time"
)

// longestHold bounds how long nothing is handed over, whatever keeps those who asked for it.
const longestHold = 500 * time.Millisecond

// Hold has nothing handed over until release is called, or for half a second at most. Subscribers that come meanwhile, or are changed,
// then get the same lines, so that they can share the work on them. It first waits for what is being handed over, no longer than that
// either.
func (r *Reader) Hold() (release func()) { return r.holds.begin(longestHold) }

// holds are the times in which nothing is handed over. The zero value is ready.
type holds struct {
	mu   sync.Mutex // guards what follows
	held int
	over chan struct{} // made when the first hold begins, closed when the last one ends
	busy int           // who hand something over
	idle chan struct{} // closed when nobody does; nil where nobody waits for that
}

func (h *holds) begin(longest time.Duration) (release func()) {
	end := sync.OnceFunc(h.end)
	timeout := time.AfterFunc(longest, end)
	h.mu.Lock()
	if h.held == 0 {
		h.over = make(chan struct{})
	}
	h.held++
	over, idle := h.over, h.untilIdle()
	h.mu.Unlock()
	select {
	case <-idle:
	case <-over:
	}
	return func() {
		timeout.Stop()
		end()
	}
}

// untilIdle returns a channel that is closed when nobody hands anything over. The caller holds mu.
func (h *holds) untilIdle() <-chan struct{} {
	if h.idle == nil {
		h.idle = make(chan struct{})
	}
	idle := h.idle
	h.settle()
	return idle
}

// settle tells those who wait that nobody hands anything over, if so. The caller holds mu.
func (h *holds) settle() {
	if h.busy == 0 && h.idle != nil {
		close(h.idle)
		h.idle = nil
	}
}

func (h *holds) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held--; h.held == 0 {
		close(h.over)
	}
}

// enter waits until something may be handed over, or ctx is done. A call of leave must follow.
func (h *holds) enter(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.held > 0 && ctx.Err() == nil {
		over := h.over
		h.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
		}
		h.mu.Lock()
	}
	h.busy++
}

func (h *holds) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
	h.settle()
}
