package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/logging"
	"gaol/internal/server"
	"gaol/internal/source/journal"
)

// configOptions says where the configuration is and what the command line says about it.
func configOptions(o *options) config.Options {
	return config.Options{
		Source: defaultSource(o.conf), Socket: o.socket, PidFile: o.pidFile,
		LogLevel: o.logLevel, LogTarget: o.logTarget, SyslogSocket: o.syslogSocket,
		Version: EmulatedVersion, Verbosity: o.verbosity,
	}
}

// readStream reads the configuration for a server to work by: what -d prints, and for jails whose log files are all missing,
// the files to wait for. One missing log must stop neither its jail nor the others.
func readStream(o config.Options) (*config.Config, error) {
	o.AllowNoLogs, o.PreferJournal = true, true
	c, err := config.Read(o)
	if err != nil {
		return c, err
	}
	if c.Failed {
		return c, errors.New("no jail is usable")
	}
	var stream []any
	for _, cmd := range c.Stream {
		switch words := cmd.([]any); words[0] {
		case "add":
			if j := jailCalled(c, words[1]); j != nil && neitherFilesNorJournal(j) {
				cmd = []any{"add", j.Name, writtenBackend(j)}
			}
		case "start":
			stream = append(stream, awaited(c, words[1])...)
		}
		stream = append(stream, cmd)
	}
	c.Stream = stream
	return c, nil
}

func jailCalled(c *config.Config, name any) *config.Jail {
	for _, j := range c.Jails {
		if j.Name == name {
			return j
		}
	}
	return nil
}

// neitherFilesNorJournal reports whether a jail was to read the journal for want of log files, on a machine that has no journal
// either: then it waits for the files.
func neitherFilesNorJournal(j *config.Jail) bool {
	return jail.UsesJournal(j.Backend) && !jail.UsesJournal(writtenBackend(j)) && !journal.Exists()
}

// writtenBackend returns the backend that the configuration names.
func writtenBackend(j *config.Jail) string {
	for _, s := range j.Settings {
		if text, ok := s.Value.(string); ok && s.Name == "backend" {
			return text
		}
	}
	return "auto"
}

// awaited returns the commands that let a jail wait for its log files, none where it has some or reads the journal.
func awaited(c *config.Config, name any) (commands []any) {
	j := jailCalled(c, name)
	if j == nil || len(j.LogPaths) > 0 || jail.UsesJournal(j.Backend) && !neitherFilesNorJournal(j) {
		return nil
	}
	for _, l := range logPatterns(j) {
		commands = append(commands, []any{"set", j.Name, "addlogpath", l.Path, l.Mode})
	}
	return commands
}

// logPatterns returns the log paths of a jail as they are written.
func logPatterns(j *config.Jail) (out []config.LogPath) {
	for _, s := range j.Settings {
		text, ok := s.Value.(string)
		if s.Name != "logpath" || !ok {
			continue
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			path, mode := line, "head"
			if i := strings.LastIndexByte(line, ' '); i >= 0 {
				path, mode = line[:i], line[i+1:]
			}
			if path != "" {
				out = append(out, config.LogPath{Path: path, Mode: mode})
			}
		}
	}
	return out
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
