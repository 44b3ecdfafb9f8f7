package shell

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/action"
	"gaol/internal/logging"
	"gaol/internal/pickle"
)

// The names under which the original logs what commands do; scripts look for them.
const (
	loggerUtils   = "fail2ban.utils"
	loggerCommand = "fail2ban.CommandAction"
	loggerActions = "fail2ban.actions"
)

// report logs one finished command: everything at ERROR when it failed, at DEBUG and below when it succeeded. ok lists the exit
// statuses that are no failure.
func report(log *slog.Logger, s action.Script, timeout time.Duration, r Result, ok ...int) {
	good := r.OK() || r.Err == nil && !r.TimedOut && slices.Contains(ok, r.Code)
	command, output := slog.LevelError, slog.LevelError
	if good {
		command, output = logging.LevelCommand, slog.LevelDebug
	}
	ctx := context.Background()
	if !log.Enabled(ctx, output) {
		return
	}
	log = logging.Named(log, loggerUtils)
	id := commandID(s)
	say := func(l slog.Level, format string, args ...any) {
		log.Log(ctx, l, id+" -- "+fmt.Sprintf(format, args...))
	}
	say(command, "exec: %s", s.Text)
	for _, e := range s.Env {
		name, value, _ := strings.Cut(e, "=")
		say(command, "with: %s=%s", name, pickle.Repr(shorten(value)))
	}
	if r.TimedOut {
		say(output, "timed out after %v seconds.", timeout.Seconds())
	}
	for _, line := range lines(r.Stdout) {
		say(output, "stdout: %s", pickle.Repr(line))
	}
	for _, line := range lines(r.Stderr) {
		say(output, "stderr: %s", pickle.Repr(line))
	}
	say(output, "%s", ending(r, good))
	if r.Code == 127 && !good {
		log.Info(hint(s))
	}
}

// ending says how the command ended. A status of 128+n is how a shell reports that signal n ended its child.
func ending(r Result, good bool) string {
	switch {
	case r.Err != nil:
		return "failed: " + r.Err.Error()
	case good:
		return fmt.Sprintf("returned successfully %d", r.Code)
	case r.Code < 0:
		return fmt.Sprintf("killed with %s (return code: %d)", signalName(-r.Code), r.Code)
	case r.Code > 128 && signalName(r.Code-128) != "":
		return fmt.Sprintf("killed with %s (return code: %d)", signalName(r.Code-128), r.Code)
	}
	return fmt.Sprintf("returned %d", r.Code)
}

func signalName(n int) string { return unix.SignalName(unix.Signal(n)) }

func hint(s action.Script) string {
	return fmt.Sprintf("HINT on 127: \"Command not found\".  Make sure that every command in %s is installed and "+
		"within the server's PATH (%s)", pickle.Repr(s.Text), os.Getenv("PATH"))
}

// commandID is a short name for a command in the log: the same for each run of the same text.
func commandID(s action.Script) string {
	h := fnv.New64a()
	h.Write([]byte(s.Text)) // never fails
	return fmt.Sprintf("%012x", h.Sum64()&(1<<48-1))
}

// lines cuts output at line ends; bytes that are no UTF-8 are replaced.
func lines(output []byte) []string {
	if len(output) == 0 {
		return nil
	}
	text := strings.ToValidUTF8(string(bytes.TrimSuffix(output, []byte("\n"))), "\uFFFD")
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// shorten keeps log entries readable: values may hold many log lines.
func shorten(s string) string {
	const most = 1000
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
