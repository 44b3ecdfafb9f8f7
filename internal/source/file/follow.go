package file

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	linger  = 2 * time.Minute  // how long a rotated file that is quiet may still be written to
	recheck = 30 * time.Second // how often the first line is compared
	maxSegs = 32               // rotated files kept open for a paused subscriber, each
)

// A follow is the reading of one path for all who subscribed to it. All its reading is done by one goroutine, which hands
// each stretch to every subscriber that stands there; a late subscriber catches up first, from the smallest offset on.
type follow struct {
	reader  *Reader
	path    string
	newline Newline
	wakeup  chan struct{} // holds one
	quit    chan struct{} // closed with the last subscription
	moved   atomic.Bool   // directories or links on the way to the file have changed

	mu     sync.Mutex // guards what follows, and the maps and cursors of segments
	subs   []*Subscription
	segs   []*segment // oldest first; the last one is behind the path unless it is fixed
	seen   look       // what the path was at the last refresh
	reason string     // why the path cannot be read now
	absent bool       // that is because there is no such file
	told   bool       // the kernel tells when something happens on the way to the file
	remote bool       // on a file system where others write without our kernel knowing
}

func newFollow(r *Reader, path string, nl Newline) *follow {
	return &follow{reader: r, path: path, newline: nl, wakeup: make(chan struct{}, 1), quit: make(chan struct{})}
}

// poke lets the goroutine look at the file; it never blocks.
func (f *follow) poke() {
	select {
	case f.wakeup <- struct{}{}:
	default:
	}
}

// hear implements listener.
func (f *follow) hear(moved bool) {
	if moved {
		f.moved.Store(true)
	}
	f.poke()
}

// watchWay watches the way to the file. It looks again if something may have come up since it looked last.
func (f *follow) watchWay() {
	told, fresh := f.reader.notify.watchSpots(f, wayTo(f.path))
	f.told = told
	if fresh {
		f.poke()
	}
}

// run reads until ctx is done or the last subscription ends, and closes the files.
func (f *follow) run(ctx context.Context) {
	defer f.close()
	for {
		f.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-f.quit:
			return
		case <-f.wakeup:
		}
	}
}

// round looks at the path once and hands over everything that is there.
func (f *follow) round(ctx context.Context) {
	f.refresh()
	buf := f.reader.buffer()
	defer f.reader.buffers.Put(buf)
	for ctx.Err() == nil && f.turn(ctx, buf) {
	}
	f.retire()
	if !f.calm() {
		f.reader.hasten()
	}
}

// turn is a step when nobody holds the reader.
func (f *follow) turn(ctx context.Context, buf *buffer) bool {
	f.reader.holds.enter(ctx)
	defer f.reader.holds.leave()
	return f.step(buf)
}

// close closes every segment.
func (f *follow) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.segs {
		f.shut(s)
	}
	f.segs = nil
	f.reader.notify.unwatchSpots(f)
}

// shut closes one segment.
func (f *follow) shut(s *segment) {
	if s.watched {
		f.reader.notify.unwatchFile(f, s.id)
	}
	s.body.Close()
}

// remove closes s and forgets it, but for how far everybody came in it.
func (f *follow) remove(s *segment) {
	for sub, c := range s.cursors {
		if s.hash != "" && c.off > 0 {
			sub.past = append(sub.past[max(0, len(sub.past)-maxSegs):], past{s.hash, c.off, c.mark})
		}
	}
	f.shut(s)
	f.segs = slices.DeleteFunc(f.segs, func(x *segment) bool { return x == s })
}

// current returns the segment behind the path, nil for none.
func (f *follow) current() *segment {
	if n := len(f.segs); n > 0 && !f.segs[n-1].fixed {
		return f.segs[n-1]
	}
	return nil
}

// drop takes s off; with the last subscription the reading ends.
func (f *follow) drop(s *Subscription) {
	f.reader.mu.Lock()
	defer f.reader.mu.Unlock()
	f.mu.Lock()
	f.subs = slices.DeleteFunc(f.subs, func(x *Subscription) bool { return x == s })
	for _, seg := range f.segs {
		delete(seg.cursors, s)
	}
	last := len(f.subs) == 0
	f.mu.Unlock()
	if last {
		f.reader.forgetLocked(f)
	}
}

// retire closes the segments that have given everything.
func (f *follow) retire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.reader.opt.Now()
	for _, s := range slices.Clone(f.segs) {
		last := s == f.current()
		many := len(f.segs) > maxSegs
		switch {
		case last && f.reason == "":
		case s.finished(last) && (s.fixed || many || len(s.cursors) == 0 || now.Sub(s.grown) > linger):
			f.remove(s)
		case many && s == f.segs[0]:
			f.lose(s, "too many rotated files wait for it")
		}
	}
}

// finished reports whether every subscriber has had all of s.
func (s *segment) finished(last bool) bool {
	for _, c := range s.cursors {
		if !c.done && !(c.idle && (last || s.fixed)) {
			return false
		}
	}
	return true
}

// lose gives s up though some of it was perhaps not read.
func (f *follow) lose(s *segment, why string) {
	for sub := range s.cursors {
		sub.missed()
	}
	f.reader.opt.Log.Warn(fmt.Sprintf("The rest of an earlier file of %s from byte %d on is not read: %s", f.path, s.furthest(), why))
	f.remove(s)
}

// changed reports whether the file must be looked at; the tick asks it. It waits for nobody: if f is busy it is looking, and a
// remote file system, which may hang, is left to the goroutine of f.
func (f *follow) changed() bool {
	if !f.mu.TryLock() {
		return false
	}
	defer f.mu.Unlock()
	if f.remote {
		return true
	}
	l, err := lookAt(f.path, false)
	if err != nil {
		return f.reason == "" || len(f.segs) > 0
	}
	return f.reason != "" || l != f.seen || len(f.segs) > 1 // more than one: an old file may grow, or be quiet for long enough
}

// calm reports whether the kernel tells of all that can happen to f. Where f is busy that is not known.
func (f *follow) calm() bool {
	if !f.mu.TryLock() {
		return false
	}
	defer f.mu.Unlock()
	switch {
	case f.remote || !f.told:
		return false
	case f.reason != "":
		return f.absent && len(f.segs) == 0
	}
	return len(f.segs) == 1 && f.segs[0].watched
}

// lookAt returns what is behind path. On a remote file system only opening a file asks the server anew.
func lookAt(path string, remote bool) (look, error) {
	if remote {
		f, l, err := open(path)
		if err == nil {
			f.Close()
		}
		return l, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return look{}, err
	}
	return lookOf(info), nil
}

// progress returns how many bytes s is behind, why the path is not read, and how changes are noticed. A line that is not finished yet
// cannot be judged, and so nobody is behind with it.
func (f *follow) progress(s *Subscription) (behind int64, reason, watch string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	watch = "polling"
	for _, seg := range f.segs {
		if seg.watched && !f.remote {
			watch = "inotify"
		}
		c := seg.cursors[s]
		file, plain := seg.body.(*os.File)
		if c == nil || !plain {
			continue
		}
		if info, err := file.Stat(); err == nil {
			behind += max(0, info.Size()-max(c.off, c.scanned))
		}
	}
	return behind, f.reason, watch
}
