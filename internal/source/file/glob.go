package file

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gaol/internal/source"
)

// A Glob is the subscription of one sink to all files that a pattern stands for, those that come up later included. A pattern
// that matches nothing waits.
type Glob struct {
	reader  *Reader
	pattern string
	finder  finder
	owner   Owner
	sink    source.Sink
	dirty   atomic.Bool  // something has happened where files may come up
	took    atomic.Int64 // nanoseconds, the last look for files

	mu      sync.Mutex // guards what follows; held while looking for files
	subs    map[string]*Subscription
	skip    map[string]look   // matches that are a rotated form of a file that is read, as they were when they were passed over
	refused map[string]string // matches that cannot be read, and why
	sure    bool              // the kernel tells of files that come up
	later   bool              // the first look is over
	news    func()            // of the look under way
	paused  bool
	closed  bool
}

// An Owner decides which files that a Glob finds are read. It is called from any goroutine, with the Glob locked.
type Owner interface {
	// Claim says where to begin in a file, and false if it is not for this Glob, because another subscription of the same sink
	// reads it, or because nobody wants it.
	Claim(path string) (Start, bool)
	// Release takes a claim back: the file is not read any more.
	Release(path string)
}

// A finder finds files. It returns the paths in order, and the spots where a change may mean that there are others.
type finder interface {
	find(now time.Time) (paths []string, spots []spot)
}

// gather is how long a change in a directory waits for others before files are looked for. Where that takes long it waits longer, so
// that a large directory in which files come and go all the time costs one part in share of a processor.
const (
	gather = 100 * time.Millisecond
	share  = 50
	most   = time.Second
)

// SubscribeGlob reads the files that pattern stands for, now and as they come up, within 2 s, where owner lets it. It is a shell
// pattern, or docker:NAME, docker:label=KEY or docker:label=KEY=VALUE for the logs of containers. What comes up later is read from
// its first line, because all of it is new, unless it has a stored position. Rotated forms of a file that is read (name.1,
// name-20261125, compressed ones) are not files of their own, unless they go on growing.
// The sink can be called from as many goroutines at once as there are files.
func (r *Reader) SubscribeGlob(pattern string, owner Owner, sink source.Sink) *Glob {
	g := &Glob{
		reader: r, pattern: pattern, finder: newFinder(pattern, r.opt.Docker), owner: owner, sink: sink,
		subs: map[string]*Subscription{}, skip: map[string]look{}, refused: map[string]string{},
	}
	g.scan(func() {})
	if len(g.Paths()) == 0 {
		r.opt.Log.Info(fmt.Sprintf("Waiting for logfile: '%s' (there is none yet)", pattern))
	}
	r.mu.Lock()
	r.globs = append(r.globs, g)
	r.mu.Unlock()
	r.hasten()
	return g
}

// Paths returns the files found so far, in order.
func (g *Glob) Paths() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.subs))
}

// Files returns the subscriptions of the files found so far, by path.
func (g *Glob) Files() []*Subscription {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Values(g.subs), func(a, b *Subscription) int { return strings.Compare(a.Path(), b.Path()) })
}

// Refused returns what was found but cannot be read, and why.
func (g *Glob) Refused() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.refused)
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

// Drop stops reading path, if this Glob does. It comes back with the next look if the owner lets it.
func (g *Glob) Drop(path string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.subs[path] != nil {
		g.leave(path)
	}
}

// Close ends the subscription of every file. Like Subscription.Close it must not be called from the sink.
func (g *Glob) Close() {
	r := g.reader
	r.mu.Lock()
	r.globs = slices.DeleteFunc(r.globs, func(x *Glob) bool { return x == g })
	notify := r.notify
	r.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for path := range g.subs {
		g.leave(path)
	}
	notify.unwatchSpots(g)
}

// leave ends the subscription of path. Another pattern may want the file now.
func (g *Glob) leave(path string) {
	g.subs[path].Close()
	delete(g.subs, path)
	g.owner.Release(path)
	g.reader.stir()
}

// hear implements listener.
func (g *Glob) hear(bool) {
	if !g.dirty.Swap(true) {
		time.AfterFunc(min(max(gather, share*time.Duration(g.took.Load())), most), g.reader.hasten)
	}
}

// calm reports whether the kernel tells of all files that may come up. Where g is busy that is not known.
func (g *Glob) calm() bool {
	if !g.mu.TryLock() {
		return false
	}
	defer g.mu.Unlock()
	return g.sure && len(g.refused) == 0
}
