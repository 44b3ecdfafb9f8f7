package logging

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// A Series logs lines of one sort that come by the thousands, like those about the failures in a flood or about ten thousand bans that
// end together. They are written together: with the next line that is of no Series, by Flush, or when there are many. So the log holds
// the lines of a Series and all others in their order, but the former reach it late unless Flush is called, which whoever logs them does
// before he turns to something else, such as another Series. They bear the time at which they are written. A Series is safe for concurrent
// use, and several of them do not wait for each other while lines are logged.
type Series struct {
	log   *slog.Logger
	out   *Output // nil: log is not ours, and knows nothing of this
	entry entry

	mu   sync.Mutex // guards what follows; taken within that of out
	text []byte     // of lines that are not written yet
	ends []int      // where they end
}

// pageSize is the length from which on the lines of a Series do not wait any longer.
const pageSize = 16 << 10

// NewSeries returns a series of lines of log at a level.
func NewSeries(log *slog.Logger, level slog.Level) *Series {
	s := &Series{log: log, entry: entry{level: level}}
	if h, ok := log.Handler().(*handler); ok {
		var here [1]uintptr
		runtime.Callers(2, here[:])
		s.out, s.entry = h.out, h.entry(slog.NewRecord(time.Time{}, level, "", here[0]))
	}
	return s
}

// Enabled reports whether the lines are wanted at all.
func (s *Series) Enabled() bool { return s.log.Enabled(context.Background(), s.entry.level) }

// Log logs text, which is borrowed.
func (s *Series) Log(text []byte) {
	if s.out == nil {
		s.log.Log(context.Background(), s.entry.level, string(text))
		return
	}
	if !s.Enabled() {
		return
	}
	s.mu.Lock()
	s.text = append(s.text, text...)
	s.ends = append(s.ends, len(s.text))
	first, full := len(s.ends) == 1, len(s.text) >= pageSize
	s.mu.Unlock()
	switch {
	case full:
		s.Flush()
	case first:
		s.out.expect(s)
	}
}

// Flush writes what has been logged.
func (s *Series) Flush() {
	if s.out != nil {
		_ = s.out.take(s) // like slog, which has nobody to tell either
	}
}

// hand gives the lines that are not written yet to a target.
func (s *Series) hand(to gatherer) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, begin := s.entry, 0
	if len(s.ends) > 0 {
		e.time = time.Now()
	}
	for _, end := range s.ends {
		e.lead = s.text[begin:end]
		begin = end
		if bad := to.gather(e); err == nil {
			err = bad
		}
	}
	s.text, s.ends = s.text[:0], s.ends[:0]
	return err
}
