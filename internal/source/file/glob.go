package file

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gaol/internal/source"
)

// A Glob is the subscription of one sink to all files that match a pattern, those that come up later included. A pattern that
// matches nothing waits.
type Glob struct {
	reader *Reader
	find   *pattern
	start  func(path string) Start
	sink   source.Sink

	mu     sync.Mutex // guards what follows; held while looking for files
	subs   map[string]*Subscription
	skip   map[string]identity // matches that are a rotated form of a file that is read
	later  bool                // the first look is over
	paused bool
	closed bool
}

// SubscribeGlob reads the files that pattern matches for sink, now and as they come up, within 2 s. start gives the place to
// begin for each path and may be nil; what comes up later is read from its first line, because all of it is new, unless
// it has a stored position. Rotated forms of a file that is read (name.1, name-20261125, compressed ones) are not files of their own.
// The sink can be called from as many goroutines at once as there are files.
func (r *Reader) SubscribeGlob(pattern string, start func(path string) Start, sink source.Sink) *Glob {
	if start == nil {
		start = func(string) Start { return Start{} }
	}
	g := &Glob{
		reader: r, find: newPattern(pattern), start: start, sink: sink,
		subs: map[string]*Subscription{}, skip: map[string]identity{},
	}
	g.scan()
	r.mu.Lock()
	r.globs = append(r.globs, g)
	r.mu.Unlock()
	r.hasten()
	return g
}

// Files returns the subscriptions of the files found so far, by path.
func (g *Glob) Files() []*Subscription {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Values(g.subs), func(a, b *Subscription) int { return strings.Compare(a.Path(), b.Path()) })
}

// Pause pauses all files, Resume goes on with them; files found between them are paused too.
func (g *Glob) Pause() { g.setPaused(true) }

// Resume goes on after Pause.
func (g *Glob) Resume() { g.setPaused(false) }

func (g *Glob) setPaused(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.paused = on
	for _, s := range g.subs {
		g.apply(s)
	}
}

func (g *Glob) apply(s *Subscription) {
	if g.paused {
		s.Pause()
	} else {
		s.Resume()
	}
}

// Close ends the subscription of every file. Like Subscription.Close it must not be called from the sink.
func (g *Glob) Close() {
	g.reader.mu.Lock()
	g.reader.globs = slices.DeleteFunc(g.reader.globs, func(x *Glob) bool { return x == g })
	g.reader.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for _, s := range g.subs {
		s.Close()
	}
}

// scan subscribes to the files that are new, and leaves those that have been gone for long.
func (g *Glob) scan() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return
	}
	paths := g.find.paths(g.reader.opt.Now())
	for _, path := range paths {
		if g.subs[path] == nil && !g.rotated(path, paths) {
			g.add(path)
		}
	}
	for path, s := range g.subs {
		if s.follow.abandoned() {
			s.Close()
			delete(g.subs, path)
		}
	}
	g.later = true
}

// add subscribes to path.
func (g *Glob) add(path string) {
	st := g.start(path)
	st.Wait = false
	if g.later && st.Tail {
		st.Tail, st.live = false, true
	}
	s, err := g.reader.Subscribe(path, st, g.sink)
	if err != nil {
		g.reader.complain(fmt.Sprintf("Unable to read %s: %s", path, reason(err)))
		return
	}
	g.apply(s)
	g.subs[path] = s
}

// rotated reports whether path is a rotated form of a file that is read by another name, one of paths or of before.
func (g *Glob) rotated(path string, paths []string) bool {
	if isCompressed(path) {
		return true
	}
	l, err := lookAt(path, false)
	if err != nil {
		return false // subscribing will say why
	}
	if id, ok := g.skip[path]; ok && id == l.identity {
		return true
	}
	delete(g.skip, path)
	known := slices.ContainsFunc(paths, func(log string) bool { return isSibling(path, log) })
	for _, s := range g.subs {
		known = known || s.follow.holds(l.identity)
	}
	if known {
		g.skip[path] = l.identity
	}
	return known
}

// isSibling reports whether path is the name of a rotated form of log.
func isSibling(path, log string) bool {
	if path == log || filepath.Dir(path) != filepath.Dir(log) {
		return false
	}
	_, ok := addedBy(filepath.Base(path), filepath.Base(log))
	return ok
}

// holds reports whether the file id is open as one of f's.
func (f *follow) holds(id identity) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.segs, func(s *segment) bool { return s.id == id })
}

// abandoned reports whether the path is gone, and all that was open of it was read and closed.
func (f *follow) abandoned() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reason != "" && len(f.segs) == 0
}
