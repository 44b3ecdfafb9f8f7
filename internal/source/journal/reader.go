// Package journal reads the systemd journal.
//
// In go match expressions, and for each the sink of a jail and a time to start from. Out come batches of lines, put together
// from the fields of an entry as the original does, with the entry's own time. One pass over the journal serves all
// subscriptions; files are mapped and decoded here, without libsystemd and without a process, unless they are of a
// newer format than we know: then journalctl reads them for us.
//
// It never decodes the text of messages, never writes, and never trusts a journal file: a damaged one costs its own entries.
package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/source"
	"gaol/internal/source/inotify"
	"gaol/internal/ticket"
)

// SourceName is the Batch.Source of all lines of the journal, and the path under which positions are stored.
const SourceName = "systemd-journal"

// Options choose the journal. The zero value is the local one: the files in use, in the persistent and the runtime directory.
type Options struct {
	Log       *slog.Logger // nil: nobody hears
	Path      string       // a directory instead of the local journal
	Files     []string     // patterns of files instead of the local journal
	Namespace string       // of systemd-journald, for the local journal
	Flags     int          // FlagRuntime, FlagSystem, FlagUser; others change nothing
	Rotated   bool         // from the start archived files too, which otherwise serve a stored place or Since only
	MaxLine   int          // see SetMaxLine
	Now       func() time.Time
	Location  *time.Location // of the time texts; nil: local

	root string // stands in for / in tests
}

const (
	tick     = 750 * time.Millisecond // between two looks without inotify
	calmTick = 30 * time.Second       // with it, to be on the safe side
)

// ErrClosed is returned to those who subscribe after Run has returned.
var ErrClosed = errors.New("the journal reader has stopped")

// A Reader reads one choice of journal files for all who subscribe. It is safe for concurrent use.
type Reader struct {
	opt      Options
	wakeup   chan struct{} // holds one
	rescan   atomic.Bool   // files have come or gone
	maxLine  atomic.Int64  // see SetMaxLine
	open     atomic.Int32
	fallback atomic.Bool

	mu      sync.Mutex // guards what follows
	pending []*Subscription
	done    bool
	refused map[string]identity // files that were complained about

	// Used by the goroutine of Run only.
	match   matcher
	volumes map[identity]*volume
	passed  map[string]identity // archived files that nobody wants now
	damaged map[string]identity // files that were given up
	through map[[16]byte]bool   // files that were read to their final end
	passes  []*pass
	newest  uint64 // time of the newest entry seen
	batch   ticket.Batch
	streams sync.WaitGroup
	command string        // journalctl
	pause   time.Duration // how long nobody need look for files
}

// NewReader returns a Reader that reads nothing before Run is called.
func NewReader(opt Options) *Reader {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Location == nil {
		opt.Location = time.Local
	}
	if opt.root == "" {
		opt.root = "/"
	}
	r := &Reader{
		opt: opt, command: "journalctl", wakeup: make(chan struct{}, 1), volumes: map[identity]*volume{},
		passed: map[string]identity{}, damaged: map[string]identity{}, refused: map[string]identity{}, through: map[[16]byte]bool{},
	}
	r.SetMaxLine(opt.MaxLine)
	return r
}

// SetMaxLine says how much of a line is handed over at most, in bytes. 0 means ticket.DefaultMaxLine. It holds for what is read from
// now on.
func (r *Reader) SetMaxLine(n int) {
	if n <= 0 {
		n = ticket.DefaultMaxLine
	}
	r.maxLine.Store(int64(n))
}

func (r *Reader) lineLimit() int { return int(r.maxLine.Load()) }

// Subscribe reads for sink the entries that matches choose: each element is one journalmatch, words of the form FIELD=value
// with "+" between alternatives; no element chooses everything. The error names the word that is no match.
func (r *Reader) Subscribe(matches [][]string, start Start, sink source.Sink) (*Subscription, error) {
	if err := checkMatches(matches); err != nil {
		return nil, err
	}
	s := &Subscription{reader: r, sink: sink, onLive: start.Live, matches: matches, changed: true, pos: start.Stored, from: start.from(r.opt.Now())}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return nil, ErrClosed
	}
	r.pending = append(r.pending, s)
	r.poke()
	return s, nil
}

// poke lets the goroutine look; it never blocks.
func (r *Reader) poke() {
	select {
	case r.wakeup <- struct{}{}:
	default:
	}
}

// Run reads until ctx is done, from the goroutine that calls it. It owns the files and has closed them when it returns; the
// subscriptions keep their positions. It may be called once.
func (r *Reader) Run(ctx context.Context) error {
	defer r.shut()
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n, err := inotify.Open()
	if err != nil {
		r.opt.Log.Warn(fmt.Sprintf("The journal is polled, because of %v", err))
	} else {
		defer n.Close()
		wg.Go(func() { n.Run(ctx, r.event) })
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	r.rescan.Store(true)
	for ctx.Err() == nil {
		r.round(ctx, n)
		if timer.Reset(r.pause); r.rescan.Load() { // a file is being made, or something happened meanwhile
			timer.Reset(tick)
		}
		select {
		case <-r.wakeup:
		case <-ctx.Done():
		case <-timer.C:
			r.rescan.Store(true)
		}
	}
	return nil
}

// event notes what an event means.
func (r *Reader) event(e inotify.Event) {
	if e.Mask&unix.IN_MODIFY == 0 {
		r.rescan.Store(true)
	}
	r.poke()
}

// round does everything there is to do.
func (r *Reader) round(ctx context.Context, n *inotify.Instance) {
	if r.rescan.Swap(false) {
		r.pause = r.watch(n)
		r.scan()
		r.fallBack(ctx)
	}
	r.admit(ctx)
	r.split()
	for more := true; more && ctx.Err() == nil; {
		more = false
		for _, p := range r.passes {
			more = (!p.paused() && r.step(p)) || more
		}
		r.join()
	}
	r.drop()
}

// shut closes everything.
func (r *Reader) shut() {
	r.mu.Lock()
	r.done = true
	r.mu.Unlock()
	r.streams.Wait()
	for id := range r.volumes {
		r.forget(id)
	}
}

// scan opens the files that have come up, and adds them to every pass. Archived ones are left to those who start in the past,
// but for those that came and went between two looks.
func (r *Reader) scan() {
	r.opt.each(func(f found) {
		if id, known := r.passed[f.path]; known && r.volumes[id] == nil {
			return
		}
		v, fresh := r.volume(f.path)
		if !fresh {
			return
		}
		old := f.rotated && !r.opt.Rotated && (len(r.passes) == 0 || v.last <= r.newest)
		if old || r.through[v.unique] {
			r.passed[f.path] = v.id
			r.forget(v.id)
			return
		}
		for _, p := range r.passes {
			p.places[v.id] = place{}
		}
	})
}

// prepare gives p its places: in the files in use, and in the archived ones that hold entries later than from, if p starts
// in the past or wants all.
func (r *Reader) prepare(p *pass, from uint64) {
	r.opt.each(func(f found) {
		if f.rotated && !r.opt.Rotated && from == 0 {
			return
		}
		v, fresh := r.volume(f.path)
		switch {
		case v == nil:
		case f.rotated && v.last <= from:
			if fresh {
				r.passed[f.path] = v.id
				r.forget(v.id)
			}
		default:
			r.safely(v, func() (err error) {
				p.places[v.id], err = v.seek(from)
				return err
			})
		}
	})
}

// safely does something with the bytes of v, and lets go of v if they are damaged.
func (r *Reader) safely(v *volume, do func() error) bool {
	err := guard(do)
	if err != nil {
		r.abandon(v, err)
	}
	return err == nil
}

// abandon lets go of a damaged file.
func (r *Reader) abandon(v *volume, err error) {
	r.refuse(v, err)
	r.damaged[v.path] = v.id
	r.forget(v.id)
}

// refuse complains about a file, once.
func (r *Reader) refuse(v *volume, err error) { r.complain(v.path, v.id, err) }

func (r *Reader) complain(path string, id identity, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, known := r.refused[path]; !known || old != id {
		r.refused[path] = id
		r.opt.Log.Warn(fmt.Sprintf("Unable to read all of the journal: %s: %v", path, err))
	}
}

// volume returns the open file at path, opening it if need be; nil if that cannot be, or nobody wants it. fresh tells that it
// was not open.
func (r *Reader) volume(path string) (v *volume, fresh bool) {
	id, err := identify(path)
	if old, given := r.damaged[path]; err != nil || (given && old == id) {
		return nil, false
	}
	if v := r.volumes[id]; v != nil {
		v.path = path
		return v, false
	}
	v, err = openVolume(path)
	if err != nil {
		switch {
		case errors.Is(err, errUnknown):
			r.fallback.Store(true)
		case errors.Is(err, errFormat) && isYoung(path):
			r.rescan.Store(true) // perhaps it is just being made
			return nil, false
		}
		r.complain(path, id, err)
		return nil, false
	}
	r.volumes[v.id] = v
	r.open.Store(int32(len(r.volumes)))
	return v, true
}

// isYoung reports whether the file at path was written to in the last seconds.
func isYoung(path string) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()) < 10*time.Second
}

// forget closes a file.
func (r *Reader) forget(id identity) {
	r.volumes[id].close()
	delete(r.volumes, id)
	r.open.Store(int32(len(r.volumes)))
	for _, p := range r.passes {
		delete(p.places, id)
	}
}

// admit begins a pass for those who have come.
func (r *Reader) admit(ctx context.Context) {
	r.mu.Lock()
	fresh := r.pending
	r.pending = nil
	r.mu.Unlock()
	if len(fresh) == 0 {
		return
	}
	from := ^uint64(0)
	for _, s := range fresh {
		from = min(from, s.from)
	}
	p := &pass{subs: fresh, places: map[identity]place{}}
	r.prepare(p, from)
	r.passes = append(r.passes, p)
	r.fallBack(ctx)
}

// fallBack hands every subscription over to journalctl, once there is a file that we do not know how to read.
func (r *Reader) fallBack(ctx context.Context) {
	if !r.fallback.Load() {
		return
	}
	for _, p := range r.passes {
		for _, s := range p.subs {
			r.streams.Go(func() { r.stream(ctx, s) })
		}
	}
	r.passes = nil
}
