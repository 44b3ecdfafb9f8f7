package file

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gaol/internal/ticket"
)

// scan subscribes to the files that are new, having called news first, and leaves those that have been gone for long.
func (g *Glob) scan(news func()) {
	notify := g.reader.notifier()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.news = sync.OnceFunc(news)
	defer func(begin time.Time) { g.took.Store(int64(time.Since(begin))) }(time.Now())
	// What comes up in a directory before that is watched is found by another look; more than that are left to the tick.
	for fresh, looks := true, 0; fresh && looks < 3 && !g.closed; looks++ {
		g.dirty.Store(false)
		paths, spots := g.finder.find(g.reader.opt.Now())
		g.take(paths)
		g.sure, fresh = notify.watchSpots(g, spots)
	}
	g.later = true
}

// take makes paths the files that are read.
func (g *Glob) take(paths []string) {
	for _, path := range paths {
		if g.subs[path] == nil {
			g.consider(path, paths)
		}
	}
	for path, s := range g.subs {
		if s.follow.abandoned() {
			g.leave(path)
		}
	}
	for path := range g.refused {
		if !slices.Contains(paths, path) {
			delete(g.refused, path)
		}
	}
}

// consider subscribes to path, one of paths, unless it is a rotated form of another or not for us.
func (g *Glob) consider(path string, paths []string) {
	if decompressor(path) != nil {
		return
	}
	l, err := lookAt(path, false)
	was, passed := g.skip[path]
	switch {
	case err != nil: // subscribing will say why
	case passed && was.identity == l.identity && l.size <= was.size:
		return
	case passed && was.identity == l.identity && !g.holds(l.identity):
		g.add(path, func(st Start) Start { return st.goingOn(path, was.size) })
		return
	case g.holds(l.identity), isRotated(path, paths) && (passed || !g.known(path)):
		g.skip[path] = l
		return
	}
	g.add(path, func(st Start) Start { return st })
}

// known reports whether path was read as a file of its own before, whatever its name looks like.
func (g *Glob) known(path string) bool {
	st, ours := g.owner.Claim(path)
	if !ours {
		return false
	}
	defer g.owner.Release(path)
	f, _, err := open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return sameFirstLine(f, st.Stored.Hash)
}

// holds reports whether the file id is open as one of a file that is read.
func (g *Glob) holds(id identity) bool {
	for _, s := range g.subs {
		if s.follow.holds(id) {
			return true
		}
	}
	return false
}

// add subscribes to path if the owner lets us, from where begin says.
func (g *Glob) add(path string, begin func(Start) Start) {
	st, ours := g.owner.Claim(path)
	if !ours {
		return
	}
	st.Wait = false
	if g.later && st.Tail {
		st.Tail, st.live = false, true
	}
	g.news()
	s, err := g.reader.Subscribe(path, begin(st), g.sink)
	if err != nil {
		g.owner.Release(path)
		g.refuse(path, reason(err))
		return
	}
	delete(g.skip, path)
	delete(g.refused, path)
	g.apply(s)
	g.subs[path] = s
}

// refuse says why path is not read, once.
func (g *Glob) refuse(path, why string) {
	if g.refused[path] != why {
		g.refused[path] = why
		g.reader.complain(fmt.Sprintf("Unable to read %s: %s", path, why))
	}
}

// goingOn lets st begin at size in the file at path.
func (st Start) goingOn(path string, size int64) Start {
	f, _, err := open(path)
	if err != nil {
		return st
	}
	defer f.Close()
	if h, err := firstLine(f); err == nil {
		st.Tail, st.Stored = false, ticket.Position{Offset: size, Hash: h}
	}
	return st
}

// isRotated reports whether path is the name of a rotated form of one of paths.
func isRotated(path string, paths []string) bool {
	return slices.ContainsFunc(paths, func(log string) bool { return isSibling(path, log) })
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
