package filter

import (
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
)

// The lines of a chunk are
//
//   - read and cut out, of which the reading is done by one worker at a time,
//   - dated and searched, of which the dating is done by one worker at a time, in the order of the lines,
//   - settled, by one worker at a time, in the order of the lines.
//
// A worker that has done a step looks for another one, the last of these first. It waits only if there is none. Lines are dated and
// searched by whoever has cut them out, because his processor has them at hand, or by who would have to wait otherwise.

// A task is what the steps are for the lines that there are.
type task interface {
	newChunk() *chunk
	newSearcher() *searcher
	// read gets the lines of another chunk. An error, io.EOF when there are no more, ends them.
	read(c *chunk) error
	// cut cuts them out, which may take until the next ones have been read.
	cut(c *chunk, w *searcher)
	date(c *chunk)
	// settle does what comes after the search, and tells what ended the lines of c.
	settle(c *chunk) error
}

// A crew is workers at one task after the other, and what they share.
type crew struct {
	task      task
	searchers []*searcher // one for each worker

	mu      sync.Mutex // guards what follows
	changed sync.Cond  // there is something to do
	undated []*chunk   // in the order of their lines, and behind those that are dated
	dated   []*chunk   // in the order of their lines
	spare   []*chunk
	unmade  int   // chunks that may be made besides
	err     error // what ended the lines, once all before it are settled

	busy [settling + 1]bool // somebody is at that step
	over bool               // there is nothing left to read
}

// workers returns how many workers there is use for.
func workers() int { return min(runtime.GOMAXPROCS(0), maxWorkers) }

func newCrew() *crew {
	n := workers()
	c := &crew{searchers: make([]*searcher, n), unmade: 2 * n} // one chunk that is worked on, one that waits for its turn
	c.changed.L = &c.mu
	return c
}

// run does t, on this goroutine and others. The error is the one that ended the lines, nil if all have been settled.
func (c *crew) run(t task) error {
	c.task, c.err, c.over = t, nil, false
	var others sync.WaitGroup
	for i := range c.searchers[1:] {
		others.Go(func() { c.work(&c.searchers[1+i]) })
	}
	c.work(&c.searchers[0])
	others.Wait()
	c.task = nil
	if errors.Is(c.err, io.EOF) {
		return nil
	}
	return c.err
}

// A step is what a worker can do for one chunk.
type step uint8

const (
	waiting  step = iota // for one of the others
	reading              // lines, and cutting them out
	dating               // lines, and searching them
	settling             // what was found
)

// work does steps until there are no more, with its own searcher, which is made if there is none.
func (c *crew) work(own **searcher) {
	if *own == nil {
		*own = c.task.newSearcher()
	}
	w := *own
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil {
		switch c.nextLocked(w) {
		case settling:
			c.settleLocked()
		case dating:
			c.dateAndSearchLocked(w)
		case reading:
			c.readAndCutLocked(w)
		case waiting:
			c.changed.Wait()
		}
	}
	c.changed.Broadcast()
}

// nextLocked returns the best step for the worker with searcher w. Where it is to wait, there is none for anybody else, nor for a nil w.
func (c *crew) nextLocked(w *searcher) step {
	switch {
	case !c.busy[settling] && len(c.dated) > 0 && c.dated[0].searched:
		return settling
	case c.canDateLocked() && c.undated[0].by == w:
		return dating
	case !c.busy[reading] && !c.over && len(c.spare)+c.unmade > 0:
		return reading
	case c.canDateLocked():
		return dating
	}
	return waiting
}

// canDateLocked reports whether there are lines to be dated, and nobody at it.
func (c *crew) canDateLocked() bool { return !c.busy[dating] && len(c.undated) > 0 && c.undated[0].cut }

// tellLocked wakes somebody who waits, if there is something to do.
func (c *crew) tellLocked() {
	if c.nextLocked(nil) != waiting {
		c.changed.Signal()
	}
}

// readAndCutLocked reads the lines of another chunk and cuts them out, without the lock.
func (c *crew) readAndCutLocked(w *searcher) {
	x := c.spareLocked()
	x.by = w
	c.undated = append(c.undated, x)
	c.busy[reading] = true
	c.mu.Unlock()
	err := c.task.read(x)
	c.mu.Lock()
	c.busy[reading], c.over, x.err = false, err != nil, err
	c.tellLocked()
	c.mu.Unlock()
	if err == nil {
		c.task.cut(x, w)
	}
	c.mu.Lock()
	x.cut = true
	c.tellLocked()
}

// spareLocked returns a chunk without lines, which there must be.
func (c *crew) spareLocked() *chunk {
	last := len(c.spare) - 1
	if last < 0 {
		c.unmade--
		return c.task.newChunk()
	}
	x := c.spare[last] // the one used last, some of which a processor may still have at hand
	c.spare = c.spare[:last]
	return x
}

// dateAndSearchLocked finds the dates of the lines that are next and searches them, without the lock.
func (c *crew) dateAndSearchLocked(w *searcher) {
	x := c.undated[0]
	c.undated = slices.Delete(c.undated, 0, 1)
	c.dated = append(c.dated, x)
	c.busy[dating] = true
	c.mu.Unlock()
	c.task.date(x)
	c.mu.Lock()
	c.busy[dating] = false
	c.tellLocked()
	c.mu.Unlock()
	w.search(x)
	c.mu.Lock()
	x.searched = true
	c.tellLocked()
}

// settleLocked settles the chunk that is first in the row, without the lock.
func (c *crew) settleLocked() {
	x := c.dated[0]
	c.busy[settling] = true
	c.mu.Unlock()
	err := c.task.settle(x)
	x.reset()
	c.mu.Lock()
	c.busy[settling], c.err = false, err
	c.dated = slices.Delete(c.dated, 0, 1)
	c.spare = append(c.spare, x)
	c.tellLocked()
}
