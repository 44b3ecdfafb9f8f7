package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/logging"
	"gaol/internal/server"
)

// configOptions says where the configuration is and what the command line says about it.
func configOptions(o *options) config.Options {
	return config.Options{
		Source: defaultSource(o.conf), Socket: o.socket, PidFile: o.pidFile,
		LogLevel: o.logLevel, LogTarget: o.logTarget, SyslogSocket: o.syslogSocket,
		Version: EmulatedVersion, Verbosity: o.verbosity,
	}
}

// readStream reads the configuration for a server to work by: what -d prints, but that patterns of log files stay patterns, that
// missing files are waited for, since one missing log must stop neither its jail nor the others, and that jails which may read
// the journal do where that is better.
func readStream(o config.Options) (*config.Config, error) {
	o.AllowNoLogs, o.LivePatterns, o.Journal = true, true, preferJournal
	return readPlainStream(o)
}

// readPlainStream reads the configuration for any server: what -d prints, or an error where the original's client has one.
func readPlainStream(o config.Options) (*config.Config, error) {
	c, err := config.Read(o)
	if err == nil && c.Failed {
		err = errors.New("no jail is usable")
	}
	return c, err
}

// configureFrom makes a server work by a configuration, in its own process.
func configureFrom(ctx context.Context, s *server.Server, o config.Options, output *logging.Output) error {
	c, err := readStream(o)
	if c != nil {
		reportMessages(output, c.Messages)
	}
	if err != nil {
		return fmt.Errorf("Failed during configuration: %w", err) //nolint:staticcheck // a text that tools know
	}
	for _, text := range slips(c) {
		output.Logger("fail2ban").Warn(text)
	}
	// A jail that is wrong has been logged; the others run.
	if _, err := s.Handle(ctx, []any{"server-stream", c.Stream}, control.Peer{}); err != nil {
		for _, text := range diagnose(o) {
			output.Logger("fail2ban").Error(text)
		}
		if !s.Works() {
			return err
		}
	}
	return nil
}

// reportMessages passes on what the configuration reader has to say, warnings and above.
func reportMessages(output *logging.Output, messages config.Log) {
	for _, m := range messages {
		level := slog.LevelWarn
		if m.Level >= config.Errors {
			level = slog.LevelError
		}
		if m.Level >= config.Warning {
			output.Logger(m.Logger).Log(context.Background(), level, m.Text)
		}
	}
}
