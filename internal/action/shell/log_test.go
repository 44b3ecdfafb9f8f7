package shell

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/logging"
)

// A logRecorder keeps what is logged, as "LEVEL logger text".
type logRecorder struct {
	mu    sync.Mutex
	lines []string
	min   slog.Level
}

func (r *logRecorder) logger() *slog.Logger { return slog.New(recording{r, ""}) }

func (r *logRecorder) want(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func (r *logRecorder) mustContain(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range want {
		if !slices.Contains(r.lines, w) {
			t.Errorf("log lacks %q; it has %q", w, r.lines)
		}
	}
}

type recording struct {
	*logRecorder
	logger string
}

func (h recording) Enabled(_ context.Context, l slog.Level) bool { return l >= h.min }
func (h recording) WithGroup(string) slog.Handler                { return h }

func (h recording) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		if a.Key == logging.KeyLogger {
			h.logger = a.Value.String()
		}
	}
	return h
}

func (h recording) Handle(_ context.Context, r slog.Record) error {
	level := map[slog.Level]string{
		logging.LevelCritical: "CRITICAL", slog.LevelError: "ERROR", logging.LevelNotice: "NOTICE", slog.LevelInfo: "INFO",
		slog.LevelDebug: "DEBUG", logging.LevelCommand: "#09",
	}[r.Level]
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, level+" "+h.logger+" "+r.Message)
	return nil
}
