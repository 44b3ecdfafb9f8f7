package filter

import (
	"runtime"
	"slices"
	"sync"
)

// The lines of a chunk are
//
//   - read from the supply and cut out, of which the reading is done by one worker at a time,
//   - dated and searched, of which the dating is done by one worker at a time, in the order of the lines,
//   - settled, by one worker at a time, in the order of the lines.
//
// A worker that has done a step looks for another one, the last of these first. It waits only if there is none.

// A shared is what the workers of a Queue share.
type shared struct {
	settler *Filter // used by who settles

	mu      sync.Mutex // guards what follows
	changed sync.Cond  // there is something to do
	undated []*chunk   // in the order of their lines, and behind those that are dated
	dated   []*chunk   // in the order of their lines
	spare   []*chunk
	unmade  int   // chunks that may be made besides
	err     error // what ended the lines, once all before it are settled

	busy  [settling + 1]bool // somebody is at that step
	over  bool               // there is nothing left to read
	brief bool               // lines that lead to nothing are only counted
}

// share tests lines on several processors. The error may be io.EOF.
func (q *Queue) share() error {
	s := &q.shared
	s.settler, s.brief = q.tester.settler(), q.skip != nil
	s.changed.L = &s.mu
	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	s.unmade = 2 * workers // one that is worked on, one that waits for its turn
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(q.work)
	}
	q.work()
	others.Wait()
	return s.err
}

// A step is what a worker can do for one chunk.
type step uint8

const (
	waiting  step = iota // for one of the others
	reading              // lines, and cutting them out
	dating               // lines, and searching them
	settling             // what was found
)

// work does steps until there are no more.
func (q *Queue) work() {
	w := newSearcher(q.tester)
	s := &q.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.err == nil {
		switch s.nextLocked() {
		case settling:
			q.settleLocked()
		case dating:
			q.dateAndSearchLocked(w)
		case reading:
			q.readAndCutLocked(w)
		case waiting:
			s.changed.Wait()
		}
	}
	s.changed.Broadcast()
}

func (s *shared) nextLocked() step {
	switch {
	case !s.busy[settling] && len(s.dated) > 0 && s.dated[0].searched:
		return settling
	case !s.busy[dating] && len(s.undated) > 0 && s.undated[0].cut:
		return dating
	case !s.busy[reading] && !s.over && len(s.spare)+s.unmade > 0:
		return reading
	}
	return waiting
}

// tellLocked wakes somebody who waits, if there is something to do.
func (s *shared) tellLocked() {
	if s.nextLocked() != waiting {
		s.changed.Signal()
	}
}

// readAndCutLocked reads the lines of another chunk and cuts them out, without the lock.
func (q *Queue) readAndCutLocked(w *searcher) {
	s := &q.shared
	c := s.spareLocked()
	c.brief = s.brief
	s.undated = append(s.undated, c)
	s.busy[reading] = true
	s.mu.Unlock()
	block, err := q.supply.Next(c.mem)
	s.mu.Lock()
	s.busy[reading], s.over, c.err = false, err != nil, err
	s.tellLocked()
	s.mu.Unlock()
	if err == nil {
		w.cut(c, block, q.source)
	}
	s.mu.Lock()
	c.cut = true
	s.tellLocked()
}

// spareLocked returns a chunk without lines, which there must be.
func (s *shared) spareLocked() *chunk {
	last := len(s.spare) - 1
	if last < 0 {
		s.unmade--
		return newChunk()
	}
	c := s.spare[last] // the one used last, some of which a processor may still have at hand
	s.spare = s.spare[:last]
	return c
}

// dateAndSearchLocked finds the dates of the lines that are next and searches them, without the lock.
func (q *Queue) dateAndSearchLocked(w *searcher) {
	s := &q.shared
	c := s.undated[0]
	s.undated = slices.Delete(s.undated, 0, 1)
	s.dated = append(s.dated, c)
	s.busy[dating] = true
	s.mu.Unlock()
	c.date(q.tester.filter)
	s.mu.Lock()
	s.busy[dating] = false
	s.tellLocked()
	s.mu.Unlock()
	w.search(c)
	s.mu.Lock()
	c.searched = true
	s.tellLocked()
}

// settleLocked settles the chunk that is first in the row, without the lock.
func (q *Queue) settleLocked() {
	s := &q.shared
	c := s.dated[0]
	s.busy[settling] = true
	s.mu.Unlock()
	err := q.settle(c)
	c.reset()
	s.mu.Lock()
	s.busy[settling], s.err, s.brief = false, err, q.skip != nil
	s.dated = slices.Delete(s.dated, 0, 1)
	s.spare = append(s.spare, c)
	s.tellLocked()
}
