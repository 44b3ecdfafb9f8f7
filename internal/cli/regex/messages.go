package regex

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"gaol/internal/logging"
)

// A logHandler prints log messages between the other output, in the form that the original gives them in its tester.
type logHandler struct {
	out     io.Writer
	level   slog.Level
	verbose int
	logger  string
	jail    string
}

func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *logHandler) WithGroup(string) slog.Handler { return h }

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	for _, a := range attrs {
		switch a.Key {
		case logging.KeyLogger:
			c.logger = a.Value.String()
		case logging.KeyJail:
			c.jail = "[" + a.Value.String() + "] "
		}
	}
	return &c
}

func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	logger, text := h.logger, h.jail+r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == logging.KeyLogger {
			logger = a.Value.String()
		}
		return true
	})
	level := levelWord(r.Level)
	if h.verbose > 1 {
		_, err := fmt.Fprintf(h.out, " %s %-7s %s\n", clock(r.Time), level, text)
		return err
	}
	_, err := fmt.Fprintf(h.out, "%s %-24s[%d]: %-7s%s: %s\n", clock(r.Time), logger, os.Getpid(), level, level[:1], text)
	return err
}

func clock(t time.Time) string { return t.Format("2006-01-02 15:04:05,000") }

// levels are the words for -l, from the highest level down.
var levels = []struct {
	word  string
	level slog.Level
}{
	{"CRITICAL", logging.LevelCritical},
	{"ERROR", slog.LevelError},
	{"WARNING", slog.LevelWarn},
	{"NOTICE", logging.LevelNotice},
	{"INFO", slog.LevelInfo},
	{"MSG", logging.LevelMsg},
	{"DEBUG", slog.LevelDebug},
	{"TRACEDEBUG", logging.LevelTrace},
	{"HEAVYDEBUG", logging.LevelHeavy},
}

func levelWord(l slog.Level) string {
	for _, x := range levels {
		if l >= x.level {
			return x.word
		}
	}
	return levels[len(levels)-1].word
}

func logLevel(word string) (slog.Level, error) {
	for _, x := range levels {
		if strings.EqualFold(word, x.word) {
			return x.level, nil
		}
	}
	return 0, fmt.Errorf("no such log level: %s; write critical, error, warning, notice, info or debug", word)
}
