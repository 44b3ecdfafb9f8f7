package file

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// Start says where a subscriber begins to read.
type Start struct {
	// Tail begins at the present end of the file, and Stored and Since are ignored.
	Tail bool
	// Stored is where an earlier run stopped. It counts for the file whose first line has its Hash: the one behind the path,
	// or a rotated predecessor beside it (name.1, name.2.gz, name-20261125, …), which is then read to its end first.
	Stored ticket.Position
	// Since skips older lines by a search on time, when DateOf is set. DateOf returns the time of a line (raw bytes, borrowed)
	// and false when it finds none; it is called from the goroutine that calls the sink.
	Since  ticket.Unix
	DateOf func(line []byte) (ticket.Unix, bool)
	// Wait accepts a file that cannot be opened now, and reads it when it can be.
	Wait bool
	// Newline is the form of line ends, given by the log's encoding.
	Newline Newline
	// live makes a file that has come up while others were read count as read in operation from its first line.
	live bool
}

// State says how a subscription fares.
type State string

// The states of a subscription.
const (
	Waiting State = "waiting" // the file is not there, or cannot be read; Stats.Reason says why
	Reading State = "reading"
	Idle    State = "idle" // paused
)

// Stats tell how far a subscription is.
type Stats struct {
	Path     string
	State    State
	Reason   string    // why the file is not read, else empty
	Watch    string    // "inotify" or "polling"
	Lines    uint64    // handed over
	Long     uint64    // of these, cut at the longest line allowed
	Lost     uint64    // times that a stretch of unknown length was gone before it could be read
	Behind   int64     // bytes between what was judged and the end of the file, less a line without end
	Live     bool      // the end of the file was reached, so that lines are new
	LastLine time.Time // when the last line was handed over; zero for never
}

// A Subscription is one sink's reading of one path.
type Subscription struct {
	follow *follow
	start  Start
	sink   source.Sink
	paused atomic.Bool

	past    []past     // guarded by follow.mu: places in files that are closed, the latest last
	deliver sync.Mutex // held while the sink has a batch

	mu     sync.Mutex // guards what follows
	closed bool
	begun  bool // a place was found for it
	live   bool
	pos    ticket.Position
	stats  Stats
}

// Path returns the path as it was subscribed.
func (s *Subscription) Path() string { return s.follow.path }

// Position returns the place up to which every line was judged. Before the first line it is where reading starts.
func (s *Subscription) Position() ticket.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pos
}

// Stats returns the present figures.
func (s *Subscription) Stats() Stats {
	behind, reason, watch := s.follow.progress(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Live = s.live
	st.Path, st.Behind, st.Reason, st.Watch, st.State = s.follow.path, behind, reason, watch, Reading
	switch {
	case s.paused.Load():
		st.State = Idle
	case reason != "":
		st.State = Waiting
	}
	return st
}

// Pause stops handing lines over; nothing is lost, the place is kept. A batch under way is finished.
func (s *Subscription) Pause() { s.paused.Store(true) }

// Resume goes on after Pause.
func (s *Subscription) Resume() {
	s.paused.Store(false)
	s.follow.poke()
}

// Close ends the subscription. When it returns the sink has no batch and gets no more; so it must not be called from the
// sink itself.
func (s *Subscription) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if first {
		s.follow.drop(s)
		s.follow.reader.opt.Log.Info(fmt.Sprintf("Removed logfile: '%s'", s.follow.path))
	}
	s.deliver.Lock()
	//lint:ignore SA2001 this waits for a batch under way
	s.deliver.Unlock()
}

// give hands b to all of group who are not closed, and notes that everything up to its end is judged then.
func give(b *ticket.Batch, group []reading, long int, now time.Time) {
	takers := map[bool][]*Subscription{} // by whether the lines are new to them
	for _, g := range group {
		g.sub.deliver.Lock()
		defer g.sub.deliver.Unlock()
		if closed, live := g.sub.fares(); !closed {
			takers[live] = append(takers[live], g.sub)
		}
	}
	for live, subs := range takers {
		b.Live = live
		source.Deliver(b, sinks(subs))
		for _, s := range subs {
			s.judged(b, long, now)
		}
	}
}

func sinks(subs []*Subscription) []source.Sink {
	all := make([]source.Sink, len(subs))
	for i, s := range subs {
		all[i] = s.sink
	}
	return all
}

func (s *Subscription) fares() (closed, live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed, s.live
}

// judged notes that the lines of b are.
func (s *Subscription) judged(b *ticket.Batch, long int, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pos = b.End
	s.stats.Lines += uint64(len(b.Lines))
	s.stats.Long += uint64(long)
	s.stats.LastLine = now
}

// moved notes that p is the place to go on from though no line was handed over.
func (s *Subscription) moved(p ticket.Position) {
	s.mu.Lock()
	s.pos = p
	s.mu.Unlock()
}

// missed notes that a stretch was gone before it could be read.
func (s *Subscription) missed() {
	s.mu.Lock()
	s.stats.Lost++
	s.mu.Unlock()
}

// goneLive notes that the end of the file was reached.
func (s *Subscription) goneLive() {
	s.mu.Lock()
	s.live = true
	s.mu.Unlock()
}
