package logging

import (
	"context"
	"log/slog"
	"runtime"
	"time"
)

// A Series logs lines of one sort that come by the thousands, like those about the failures in a flood or about ten thousand bans that
// end together. They are written together: with the next line of whatever sort, by Flush, or when there are many. So the log holds
// all lines in their order, but those of a Series reach it late unless Flush is called, which whoever logs them does before he turns to
// something else. A Series is safe for concurrent use.
type Series struct {
	log   *slog.Logger
	out   *Output // nil: log is not ours, and knows nothing of this
	entry entry
}

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
	e := s.entry
	e.time, e.lead = time.Now(), text
	_ = s.out.gather(e) // like slog, which has nobody to tell either
}

// Flush writes what has been logged.
func (s *Series) Flush() {
	if s.out != nil {
		_ = s.out.flush()
	}
}
