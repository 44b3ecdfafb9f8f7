package client

import (
	"context"
	"io"
	"log/slog"

	"gaol/internal/config"
	"gaol/internal/logging"
)

// clientLogger is the logger's name in the client's own lines.
const clientLogger = "fail2ban"

// newClientLog returns a log on stderr that shows warnings and errors, more for each -v and less for -q.
func newClientLog(stderr io.Writer, verbosity int) *slog.Logger {
	out := logging.NewOutput(stderr, stderr, EmulatedVersion)
	// Neither call can fail: level and format are ours. The level is high while the format changes, because a new target is
	// greeted at level INFO.
	_ = out.SetLevel("ERROR")
	if format := clientFormat(verbosity); format != "" {
		_ = out.SetTarget("stderr", map[string]string{"format": format})
	}
	_ = out.SetLevel(clientLevel(verbosity))
	return out.Logger(clientLogger)
}

func clientLevel(verbosity int) string {
	switch {
	case verbosity < 0:
		return "ERROR"
	case verbosity == 0:
		return "WARNING"
	case verbosity == 1:
		return "INFO"
	case verbosity == 2:
		return "DEBUG"
	}
	return "HEAVYDEBUG"
}

// clientFormat returns how lines look when much is said; "" is the usual form.
func clientFormat(verbosity int) string {
	switch {
	case verbosity < 2:
		return ""
	case verbosity == 2:
		return " %(asctime)s %(thread)d %(levelname)-5.5s %(message)s"
	}
	return " +%(relativeCreated)5.0f %(thread)d %(name)-25.25s %(levelname)-5.5s %(message)s"
}

// showMessages logs what the reading of the configuration gave rise to.
func showMessages(log *slog.Logger, messages config.Log) {
	for _, m := range messages {
		logging.Named(log, m.Logger).Log(context.Background(), slogLevel(m.Level), m.Text)
	}
}

func slogLevel(l config.Level) slog.Level {
	switch {
	case l >= config.Errors:
		return slog.LevelError
	case l >= config.Warning:
		return slog.LevelWarn
	case l >= config.Notice:
		return logging.LevelNotice
	case l >= config.Info:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}
