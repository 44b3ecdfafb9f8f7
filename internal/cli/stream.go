package cli

import (
	"context"
	"fmt"
	"log/slog"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/logging"
	"gaol/internal/server"
)

// configureFrom makes a server work by a configuration, in its own process.
func configureFrom(ctx context.Context, s *server.Server, o config.Options, output *logging.Output) error {
	c, err := means().Read(o)
	if c != nil {
		reportMessages(output, c.Messages)
	}
	if err != nil {
		return fmt.Errorf("Failed during configuration: %w", err) //nolint:staticcheck // a text that tools know
	}
	for _, text := range client.Slips(c) {
		output.Logger("fail2ban").Warn(text)
	}
	// A jail that is wrong has been logged; the others run.
	if _, err := s.Handle(ctx, []any{"server-stream", c.Stream}, control.Peer{}); err != nil {
		for _, text := range means().Diagnose(o) {
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
