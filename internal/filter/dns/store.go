package dns

import (
	"sync"

	"gaol/internal/ticket"
)

// A store keeps the youngest maxEntries answers, each for its life. The zero store is empty and ready. It is safe for concurrent
// use.
type store[K comparable, V any] struct {
	mu      sync.Mutex // guards the rest
	answers map[K]answer[V]
	order   []K // keys of answers, oldest first
}

type answer[V any] struct {
	value V
	until ticket.Unix
}

func (s *store[K, V]) get(key K, now ticket.Unix) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.answers[key]
	if !ok || now > a.until {
		var none V
		return none, false
	}
	return a.value, true
}

func (s *store[K, V]) put(key K, value V, now ticket.Unix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers == nil {
		s.answers = make(map[K]answer[V])
	}
	if _, known := s.answers[key]; !known {
		s.order = append(s.order, key)
	}
	s.answers[key] = answer[V]{value, now + life}
	if len(s.order) > maxEntries {
		delete(s.answers, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *store[K, V]) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers, s.order = nil, nil
}
