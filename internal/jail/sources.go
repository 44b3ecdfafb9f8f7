package jail

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gaol/internal/filter"
	"gaol/internal/source"
	"gaol/internal/ticket"
)

// JournalSource is the name under which a jail's place in the journal is stored.
const JournalSource = "systemd-journal"

// A Start says where the reading of a source begins.
type Start struct {
	Tail   bool            // at the end: only what is written from now on
	Stored ticket.Position // where the last run had got to
	Since  ticket.Unix     // lines older than this need not be read
	// DateOf finds the time of a line, for a search by time; nil where lines have none.
	DateOf func(line []byte) (ticket.Unix, bool)
	// Newline is a line feed in the encoding of the log.
	Newline []byte
	// Live, if set, is called when all that is old has been read. Only the journal needs it.
	Live func()
}

// A Subscription is an open source.
type Subscription interface {
	Pause()
	Resume()
	Close()
	// Progress tells how far it is, for each of its files on its own.
	Progress() []Progress
}

// A Pattern is the subscription of all files that a pattern of log files stands for, those that come up later included.
type Pattern interface {
	Subscription
	// Paths returns the files that are read now.
	Paths() []string
	// Drop stops reading a file, if it is read; it comes back if the owner lets it.
	Drop(path string)
}

// Entries are the subscription of entries of the journal.
type Entries interface {
	Subscription
	// SetMatches chooses other entries from now on.
	SetMatches(matches [][]string) error
}

// An Owner decides which files a pattern reads, and where it begins. It may be called from any goroutine.
type Owner interface {
	// Claim says where to begin in a file, and false if the file is not to be read, or is already.
	Claim(path string) (Start, bool)
	// Release says that a file is not read any more.
	Release(path string)
}

// Progress is how far the reading of a source is.
type Progress struct {
	Path   string // or a pattern that matches nothing yet, or JournalSource
	Open   bool   // somebody reads it, or would
	Absent string // why it cannot be read now, "" where it can
	Paused bool
	Live   bool      // the end was reached once, so that lines are new
	Watch  string    // how news is noticed: "inotify" or "polling"
	Behind int64     // bytes that are there to be judged; Unknown for a journal
	Lines  uint64    // judged
	Long   uint64    // of these, judged by their beginning only
	Lost   uint64    // stretches that were gone before they could be read
	Last   time.Time // when the last line was read; zero for never
}

// Unknown is the Behind of a source that would have to be read to say.
const Unknown = -1

// sink hands batches to the jail.
type sink struct{ jail *Jail }

// Lines implements source.Sink.
func (s sink) Lines(b *ticket.Batch) { judge(b, []*Jail{s.jail}) }

// Share implements source.Sharer.
func (s sink) Share(b *ticket.Batch, sinks []source.Sink) {
	jails := make([]*Jail, 0, len(sinks))
	for _, other := range sinks {
		if o, ok := other.(sink); ok {
			jails = append(jails, o.jail)
		} else {
			other.Lines(b)
		}
	}
	judge(b, jails)
}

// UsesJournal reports whether a jail with this backend reads the journal and not files.
func UsesJournal(backend string) bool {
	return strings.HasPrefix(strings.ToLower(backend), "systemd")
}

// An opening is a source that a jail is to have, and how it gets it.
type opening struct {
	name string
	open func() (Subscription, error)
}

// subscribeLocked closes the sources that the settings do not name any more and opens those that are not open yet. What is
// closed first can be opened anew: a file may be named where it was matched before.
func (j *Jail) subscribeLocked() {
	s := &j.life.plan.Settings
	wanted := j.wantedLocked(s)
	feed := filter.Newline(s.Filter.LogEncoding)
	sameLines, sameReader := bytes.Equal(feed, j.life.feed), s.Backend == j.life.backend
	j.life.feed, j.life.backend = feed, s.Backend
	for name := range j.life.subs {
		named := slices.ContainsFunc(wanted, func(o opening) bool { return o.name == name })
		if !named || !sameReader || !sameLines && name != JournalSource {
			j.unsubscribeLocked(name)
		}
	}
	j.dropLocked(s.Dropped)
	j.chooseLocked(s.Journal)
	for _, o := range wanted {
		j.openLocked(o.name, o.open)
	}
}

// chooseLocked lets the open journal look for other entries from now on.
func (j *Jail) chooseLocked(matches [][]string) {
	open, ok := j.life.subs[JournalSource].(Entries)
	if !ok {
		return
	}
	if err := open.SetMatches(matches); err != nil {
		j.logs.filter.Error(fmt.Sprintf("cannot change the journal matches: %v", err))
	}
}

// wantedLocked returns the sources that s names, in order.
func (j *Jail) wantedLocked(s *Settings) (wanted []opening) {
	if !UsesJournal(s.Backend) {
		for _, l := range s.Logs {
			wanted = append(wanted, opening{l.Path, func() (Subscription, error) { return j.openLog(s.Backend, l) }})
		}
		return wanted
	}
	wanted = append(wanted, opening{JournalSource, func() (Subscription, error) {
		start := j.startOf(JournalSource, false)
		start.Live = func() { j.logs.journal.Info("Jail is in operation now (process new journal entries)") }
		return j.env.Entries(s.Backend, s.Journal, start, sink{j})
	}})
	if s.Else != nil {
		for _, l := range s.Else.Logs {
			wanted = append(wanted, opening{awaited + l.Path, func() (Subscription, error) {
				return j.env.Patterns(s.Else.Backend, l.Path, lookout{j}, sink{j})
			}})
		}
	}
	return wanted
}

// awaited stands before the names of patterns whose files end the reading of the journal.
const awaited = "awaited "

// A lookout is the owner of patterns that only wait: it lets nothing be read, but tells that there is something.
type lookout struct{ jail *Jail }

// Claim implements Owner.
func (l lookout) Claim(path string) (Start, bool) {
	go l.jail.env.CameUp(l.jail, path)
	return Start{}, false
}

// Release implements Owner.
func (lookout) Release(string) {}

// dropLocked lets patterns leave the files that are not to be read.
func (j *Jail) dropLocked(paths []string) {
	j.claims.refuse(paths)
	for _, sub := range j.life.subs {
		if p, ok := sub.(Pattern); ok {
			for _, path := range paths {
				p.Drop(path)
			}
		}
	}
}

// openLocked opens one source; a failure is logged and the jail goes on with the others.
func (j *Jail) openLocked(name string, open func() (Subscription, error)) {
	if j.life.subs[name] != nil {
		return
	}
	sub, err := open()
	switch {
	case err != nil:
		j.logs.filter.Error(fmt.Sprintf("cannot watch %s: %v", name, err))
	case sub != nil:
		j.life.subs[name] = sub
		if j.isIdle() {
			sub.Pause()
		}
	}
}

// openLog opens a log file, or the files of a pattern. It returns nil for a file that is read already because of a pattern.
func (j *Jail) openLog(backend string, l LogFile) (Subscription, error) {
	o := owner{j, l.Tail}
	if l.Pattern {
		return j.env.Patterns(backend, l.Path, o, sink{j})
	}
	start, free := o.Claim(l.Path)
	if !free {
		return nil, nil
	}
	sub, err := j.env.Files(backend, l, start, sink{j})
	if err != nil {
		o.Release(l.Path)
	}
	return sub, err
}

func (j *Jail) unsubscribeLocked(name string) {
	j.life.subs[name].Close()
	if _, ok := j.life.subs[name].(Pattern); !ok {
		j.release(name)
	}
	delete(j.life.subs, name)
}

// release notes that a log file is not read any more.
func (j *Jail) release(path string) {
	j.claims.release(path)
	j.insights.forget(path)
}

// startOf says where reading of a source begins: after what was judged before, and not before findtime ago.
func (j *Jail) startOf(path string, tail bool) Start {
	j.judging.Lock()
	start := Start{
		Tail: tail, Since: j.env.Now() - ticket.Unix(j.findTime()), DateOf: j.life.plan.program.DateOf(),
		Newline: filter.Newline(j.life.plan.Settings.Filter.LogEncoding),
	}
	reached, known := j.ledger.reached[path]
	j.judging.Unlock()
	switch {
	case known:
		start.Tail, start.Stored = false, reached
	case j.env.Store != nil:
		start.Stored, _ = j.env.Store.Position(j.Name, path)
	}
	return start
}

// An owner is the jail's side of a log file or pattern.
type owner struct {
	jail *Jail
	tail bool
}

// Claim implements Owner.
func (o owner) Claim(path string) (Start, bool) {
	if !o.jail.claims.take(path) {
		return Start{}, false
	}
	return o.jail.startOf(path, o.tail), true
}

// Release implements Owner.
func (o owner) Release(path string) { o.jail.release(path) }

// claims are the log files of a jail that are read, so that one that is named and matched by patterns is read once.
type claims struct {
	mu      sync.Mutex // guards what follows
	taken   map[string]bool
	dropped []string // files that are not to be read though a pattern matches them
}

// take reports whether nobody reads path yet, so that whoever asks may.
func (c *claims) take(path string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken[path] || slices.Contains(c.dropped, path) {
		return false
	}
	if c.taken == nil {
		c.taken = map[string]bool{}
	}
	c.taken[path] = true
	return true
}

func (c *claims) release(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.taken, path)
}

func (c *claims) refuse(paths []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped = paths
}
