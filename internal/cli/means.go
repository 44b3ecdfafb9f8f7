package cli

import (
	"errors"
	"fmt"
	"runtime/debug"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/lazy"
	"gaol/internal/server"
)

// means are what our client takes of the packages below that do a server's work.
func means() client.Means {
	return client.Means{Journal: preferJournal, Compile: compileJail, CheckServer: checkServer, LeaveGarbage: leaveGarbage}
}

// leaveGarbage tells the collector to do nothing unless there is much to do.
func leaveGarbage() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(256 << 20)
}

// compileJail does with a jail's commands what the server does before it acts. Its error begins with the place of the option that is
// wrong, and ends with a hint on a line of its own where there is one.
func compileJail(j *config.Jail) error {
	err := server.Check(j.Commands)
	wrong, ok := errors.AsType[*server.OptionError](err)
	if !ok {
		return err
	}
	place := wrong.Option
	for _, s := range j.Settings() {
		if s.Name == wrong.Option && s.Origin.File != "" {
			place = fmt.Sprintf("%s:%d: %s", s.Origin.File, s.Origin.Line, wrong.Option)
			if text, isText := s.Value.(string); isText && hints.Get()[wrong.Option] != "" {
				place += fmt.Sprintf(": %q", text)
			}
		}
	}
	if hint := hints.Get()[wrong.Option]; hint != "" {
		return fmt.Errorf("%s: %w\nhint: %s", place, wrong.Err, hint)
	}
	return fmt.Errorf("%s: %w", place, wrong.Err)
}

// checkServer judges a setting of the server's own as the server does. Its error ends with a hint where there is one.
func checkServer(option string, value any) error {
	err := server.CheckOption(option, value)
	if hint := hints.Get()[option]; err != nil && hint != "" {
		return fmt.Errorf("%w\nhint: %s", err, hint)
	}
	return err
}

// hints say what to write instead, by option.
var hints = lazy.Value[map[string]string]{Make: func() map[string]string {
	return map[string]string{
		"bantime":         timeHint + "; -1 is for ever",
		"findtime":        timeHint,
		"dbpurgeage":      timeHint,
		"bantime.maxtime": timeHint,
		"bantime.rndtime": timeHint,
		"backend":         "write auto, pyinotify, polling or systemd",
		"logtimezone":     "write an offset such as +0200 or UTC-0330, or an abbreviation such as CET",
		"logencoding":     "write auto, or the name of an encoding such as utf-8 or latin1",
		"logpath":         "one file or pattern a line, or docker:NAME, with head or tail behind it",
		"ignorecache":     `write key="<ip>", max-count=100, max-time=5m`,
	}
}}

const timeHint = "write seconds, or a time such as 10m, 1h 30m, 2d"
