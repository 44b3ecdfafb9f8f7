package jail

import "sync"

// holders counts the jails that hold something together: stopped ones, too, which costs a copy at most.
type holders struct {
	mu sync.Mutex // guards n
	n  int
}

// join notes that so many more hold it.
func (h *holders) join(more int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n += more
}

// leave notes that one less does.
func (h *holders) leave() { h.join(-1) }

// are reports whether there are so many.
func (h *holders) are(n int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n == n
}

// part takes n holders away from the others, if there are any, for whom it calls copied: before that has returned nobody can take
// himself for the only one left.
func (h *holders) part(n int, copied func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n != n {
		h.n -= n
		copied()
	}
}
