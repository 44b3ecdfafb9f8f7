package ignore

import (
	"sync"

	"gaol/internal/ticket"
)

// results remembers what checks came to, oldest out first. It is safe for concurrent use.
type results struct {
	key  string
	max  int
	life ticket.Unix

	mu    sync.Mutex // guards the rest
	known map[string]result
	order []string // keys of known, oldest first
}

type result struct {
	reason string // "" for not ignored
	until  ticket.Unix
}

func newResults(c Cache) *results {
	return &results{key: c.Key, max: max(c.MaxCount, 1), life: ticket.Unix(c.MaxTime), known: make(map[string]result)}
}

func (r *results) get(key string, now ticket.Unix) (reason string, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x, ok := r.known[key]
	return x.reason, ok && now <= x.until
}

func (r *results) put(key, reason string, now ticket.Unix) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[key]; !ok {
		r.order = append(r.order, key)
	}
	r.known[key] = result{reason, now + r.life}
	if len(r.order) > r.max {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
}
