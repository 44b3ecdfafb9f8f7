// Package file reads log files as they grow.
//
// In go paths, or patterns of paths, and for each the sink of a jail and a place to start from. Out come batches of raw lines,
// every complete line of every file once and in order, over rotation, truncation, replacement, deletion and return, and over
// restarts of ours, as far as the bytes can still be found: in the old file that is still open, or in a rotated file, plain or
// compressed, beside the path. However many sinks take a file, it is opened and read once.
//
// It never hands over a line before its line end is there, never decodes text, and never drops lines because a sink is slow:
// the file is the queue. It writes nothing.
package file

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// Options are the settings of a Reader; the zero value is right for most.
type Options struct {
	Log     *slog.Logger     // nil: nobody hears
	Docker  string           // where Docker keeps its state; "" means where its configuration says
	Polling bool             // look at all files once a tick instead of using inotify
	MaxLine int              // see SetMaxLine
	Now     func() time.Time // nil: time.Now
}

const (
	tick      = 750 * time.Millisecond // reaction time where inotify does not help
	globTicks = 2                      // ticks between two looks for new files where inotify does not help
	calmTicks = 40                     // ticks between two looks where it does, to be on the safe side
	minLine   = 256
)

// A Reader watches files for all jails. It is safe for concurrent use.
type Reader struct {
	opt     Options
	maxLine atomic.Int64 // see SetMaxLine
	buffers sync.Pool    // *buffer
	notify  *notifier    // nil while not running, and without inotify
	tick    time.Duration
	hurry   chan struct{} // holds one: something may want a look soon
	holds   holds

	mu         sync.Mutex // guards what follows
	files      map[key]*follow
	globs      []*Glob
	running    context.Context // set while Run runs
	done       bool
	wg         sync.WaitGroup
	complaints map[string]time.Time
	talk       sync.Mutex // guards complaints
}

// A key tells files apart: one path may be read with different line ends.
type key struct {
	path    string
	newline Newline
}

// ErrClosed is returned to those who subscribe after Run has returned.
var ErrClosed = errors.New("the file reader has stopped")

// NewReader returns a Reader that reads nothing before Run is called.
func NewReader(opt Options) *Reader {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	r := &Reader{opt: opt, files: map[key]*follow{}, complaints: map[string]time.Time{}, tick: tick, hurry: make(chan struct{}, 1)}
	r.buffers.New = func() any { return new(buffer) }
	r.SetMaxLine(opt.MaxLine)
	return r
}

// SetMaxLine says how much of a line is handed over at most, in bytes: what is longer is cut and counted. 0 means ticket.DefaultMaxLine, and the least
// is 256. It holds for what is read from now on.
func (r *Reader) SetMaxLine(n int) {
	if n == 0 {
		n = ticket.DefaultMaxLine
	}
	r.maxLine.Store(int64(max(n, minLine) &^ 3)) // whole code units
}

// Run reads until ctx is done. It owns the inotify descriptor, the files and the goroutines, and has closed and awaited them
// when it returns; the subscriptions keep their positions. It may be called once.
func (r *Reader) Run(ctx context.Context) error {
	n := r.newNotifier()
	defer n.close()
	r.start(ctx, n)
	r.watch(ctx)
	r.mu.Lock()
	r.done, r.running = true, nil
	r.mu.Unlock()
	r.wg.Wait()
	return nil
}

// watch looks at the files until ctx is done, as often as it must: a machine at rest is not woken for files that the kernel
// watches.
func (r *Reader) watch(ctx context.Context) {
	pause := r.tick
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for looks := 0; ctx.Err() == nil; {
		select {
		case <-ticker.C:
			r.look(pause > r.tick || looks%globTicks == 0)
			looks++
		case <-r.hurry:
			r.lookForFiles(func(g *Glob) bool { return g.dirty.Load() })
		case <-ctx.Done():
		}
		if p := r.pause(); p != pause {
			pause = p
			ticker.Reset(pause)
		}
	}
}

// pause returns how long nobody need look.
func (r *Reader) pause() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.files {
		if !f.calm() {
			return r.tick
		}
	}
	for _, g := range r.globs {
		if !g.calm() {
			return globTicks * r.tick
		}
	}
	if len(r.files)+len(r.globs) > 0 {
		return calmTicks * r.tick
	}
	return time.Hour
}

// hasten has the pause between two looks thought over.
func (r *Reader) hasten() {
	select {
	case r.hurry <- struct{}{}:
	default:
	}
}

// newNotifier returns nil if all is to be polled, or if the system has no inotify instance left.
func (r *Reader) newNotifier() *notifier {
	if r.opt.Polling {
		return nil
	}
	n, err := newNotifier()
	if err != nil {
		r.opt.Log.Warn(fmt.Sprintf("Log files are polled, because of %v (see fs.inotify.max_user_instances)", err))
		return nil
	}
	return n
}

// start begins to read what was subscribed before Run.
func (r *Reader) start(ctx context.Context, n *notifier) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running, r.notify = ctx, n
	if n != nil {
		r.wg.Go(func() { n.inotify.Run(ctx, n.event) })
	}
	for _, f := range r.files {
		f.arm()
		r.wg.Go(func() { f.run(ctx) })
	}
	for _, g := range r.globs {
		g.dirty.Store(true)
	}
	r.hasten()
}

// notifier returns how changes are heard of, nil before Run and without inotify.
func (r *Reader) notifier() *notifier {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.notify
}

// look asks every file whether it has changed, and if globs is set the patterns for new files.
func (r *Reader) look(globs bool) {
	r.mu.Lock()
	files := make([]*follow, 0, len(r.files))
	for _, f := range r.files {
		files = append(files, f)
	}
	r.mu.Unlock()
	for _, f := range files {
		if f.changed() {
			f.poke()
		}
	}
	r.lookForFiles(func(g *Glob) bool { return globs || g.dirty.Load() })
}

// lookForFiles lets the patterns that are due look for new files. What several patterns find they begin to read together.
func (r *Reader) lookForFiles(due func(*Glob) bool) {
	r.mu.Lock()
	patterns := slices.Clone(r.globs)
	r.mu.Unlock()
	var releases []func()
	for _, g := range patterns {
		if due(g) {
			g.scan(func() { releases = append(releases, r.Hold()) })
		}
	}
	for _, release := range releases {
		release()
	}
}

// stir lets every pattern look for new files soon.
func (r *Reader) stir() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.globs {
		g.hear(false)
	}
}

// Subscribe reads path for sink. It fails if the file cannot be opened now, unless start.Wait is set. Several subscriptions of
// one path share the reading.
func (r *Reader) Subscribe(path string, start Start, sink source.Sink) (*Subscription, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return nil, ErrClosed
	}
	k := key{path, start.Newline}
	f, known := r.files[k]
	if !known {
		f = newFollow(r, path, start.Newline)
	}
	s := &Subscription{follow: f, start: start, sink: sink, live: start.Tail || start.live}
	if !start.Tail {
		s.pos = start.Stored
	}
	at, err := f.join(s)
	if err != nil && !start.Wait {
		return nil, fmt.Errorf("log file: %w", err)
	}
	r.announce(path, at, err)
	r.files[k] = f
	r.hasten()
	if !known && r.running != nil {
		ctx := r.running
		r.wg.Go(func() { f.run(ctx) })
	}
	f.poke()
	return s, nil
}

// announce logs a new subscription.
func (r *Reader) announce(path string, at ticket.Position, err error) {
	if err != nil {
		r.opt.Log.Info(fmt.Sprintf("Waiting for logfile: '%s' (%s)", path, reason(err)))
		return
	}
	r.opt.Log.Info(fmt.Sprintf("Added logfile: '%s' (pos = %d, hash = %s)", path, at.Offset, at.Hash))
}

// join adds s to those who read f and returns where it begins. It fails if the file cannot be opened now; s then waits, if it
// wants to.
func (f *follow) join(s *Subscription) (ticket.Position, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, l, err := open(f.path)
	if err == nil || s.start.Wait {
		f.subs = append(f.subs, s)
	}
	if err != nil {
		s.begun = true // all that comes is new, also for a tail
		f.missing(err)
		return ticket.Position{}, err
	}
	cur := f.current()
	if cur != nil {
		file.Close() // if it is another file by now the next look sees it
	} else {
		cur = f.add(file, l, f.reader.opt.Now())
		f.present()
	}
	f.begin(cur)
	return s.Position(), nil
}

// arm sets up notification for what was opened before there was a notifier.
func (f *follow) arm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.reader.notify
	f.watchWay()
	if s := f.current(); s != nil && !s.watched {
		if file, ok := s.body.(*os.File); ok {
			s.watched = n.watchFile(f, file, s.id)
		}
	}
}

// forgetLocked ends the reading of f, which nobody subscribes to any more.
func (r *Reader) forgetLocked(f *follow) {
	k := key{f.path, f.newline}
	if r.files[k] != f {
		return
	}
	delete(r.files, k)
	close(f.quit)
	if r.running == nil && !r.done {
		f.close()
	}
}

// msg logs at the level of rotation messages.
func (r *Reader) msg(text string) { r.opt.Log.Log(context.Background(), levelMsg, text) }

// complain warns, of the same thing once a minute at most.
func (r *Reader) complain(text string) {
	r.talk.Lock()
	defer r.talk.Unlock()
	now := r.opt.Now()
	if now.Sub(r.complaints[text]) < time.Minute {
		return
	}
	if len(r.complaints) > 1000 {
		clear(r.complaints)
	}
	r.complaints[text] = now
	r.opt.Log.Warn(text)
}
