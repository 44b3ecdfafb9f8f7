package journal

import (
	"sync"
	"sync/atomic"
	"time"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// Start says where a subscriber begins. The later of the two counts; without both the journal is read from its first entry.
type Start struct {
	// Stored is where an earlier run stopped: entries up to and including it are not read again. A place in the future, after the
	// clock was put back, does not count.
	Stored ticket.Position
	// Since skips entries that are older.
	Since ticket.Unix
	// Live, if set, is called once, from the reader's goroutine: what comes from then on is new.
	Live func()
}

// future is how far ahead a stored place may be.
const future = 60e6

// from returns the time, in microseconds, of the last entry that is not wanted.
func (s Start) from(now time.Time) uint64 {
	stored, ok := parseISO(s.Stored.Hash)
	if !ok && s.Stored.Offset > 0 {
		stored = uint64(s.Stored.Offset) * 1e6
	}
	if stored > uint64(now.UnixMicro())+future {
		stored = 0
	}
	var since uint64
	if s.Since > 0 {
		since = uint64(float64(s.Since)*1e6) - 1
	}
	return max(stored, since)
}

// Stats tell how a subscription fares.
type Stats struct {
	Lines    uint64    // handed over
	Long     uint64    // of these, cut at the longest line allowed
	LastLine time.Time // when the last line was handed over; zero for never
	Live     bool      // the end of the journal was reached, so that lines are new
	Idle     bool      // paused
	Files    int       // journal files that are open
	Fallback bool      // the journal is read by way of journalctl
}

// A Subscription is one sink's reading of the entries that its matches choose.
type Subscription struct {
	reader *Reader
	sink   source.Sink
	onLive func() // nil: nobody wants to know
	paused atomic.Bool

	// Used by the reader's goroutine only.
	expr  expression
	lines []span
	from  uint64

	deliver sync.Mutex // held while the sink has a batch

	mu      sync.Mutex // guards what follows
	matches [][]string
	changed bool // expr is older than matches
	closed  bool
	pos     ticket.Position
	stats   Stats
}

// A span is one line in the text of a pass.
type span struct {
	start, end int
	time       uint64
	long       bool // and cut
}

// Position returns the place up to which every entry was judged.
func (s *Subscription) Position() ticket.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pos
}

// Stats returns the present figures.
func (s *Subscription) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Idle = s.paused.Load()
	st.Files, st.Fallback = int(s.reader.open.Load()), s.reader.fallback.Load()
	return st
}

// SetMatches chooses other entries from now on. It fails, and changes nothing, if a match is none.
func (s *Subscription) SetMatches(matches [][]string) error {
	if err := checkMatches(matches); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.matches, s.changed = matches, true
	return nil
}

// Pause stops handing lines over; nothing is lost, the place is kept.
func (s *Subscription) Pause() { s.paused.Store(true) }

// Resume goes on after Pause, from where that was.
func (s *Subscription) Resume() {
	s.paused.Store(false)
	s.reader.poke()
}

// Close ends the subscription. When it returns the sink has no batch and gets no more; so it must not be called from the
// sink itself.
func (s *Subscription) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.reader.poke()
	s.deliver.Lock()
	//lint:ignore SA2001 this waits for a batch under way
	s.deliver.Unlock()
}

func (s *Subscription) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// refresh compiles changed matches.
func (s *Subscription) refresh(m *matcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed {
		s.expr, s.changed = m.compile(s.matches), false
	}
}

// give hands the lines in text over and notes that everything up to end is judged.
func (s *Subscription) give(b *ticket.Batch, text []byte, loc *time.Location, end ticket.Position, now time.Time) {
	s.deliver.Lock()
	defer s.deliver.Unlock()
	s.mu.Lock()
	closed := s.closed
	b.Live = s.stats.Live
	s.mu.Unlock()
	if closed {
		return
	}
	b.Source, b.End, b.Lines = SourceName, end, b.Lines[:0]
	long := 0
	for _, l := range s.lines {
		if l.long {
			long++
		}
		b.Lines = append(b.Lines, ticket.Line{Text: text[l.start:l.end], Time: unixTime(l.time), Date: isoTime(l.time, loc) + " "})
	}
	n := len(s.lines)
	s.lines = s.lines[:0]
	if n > 0 {
		s.sink.Lines(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pos = end
	s.stats.Lines += uint64(n)
	s.stats.Long += uint64(long)
	if n > 0 {
		s.stats.LastLine = now
	}
}

// goLive notes that lines are new from now on.
func (s *Subscription) goLive() {
	s.mu.Lock()
	first := !s.stats.Live
	s.stats.Live = true
	s.mu.Unlock()
	if first && s.onLive != nil {
		s.onLive()
	}
}

func (s *Subscription) live() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats.Live
}
