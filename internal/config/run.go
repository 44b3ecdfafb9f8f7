package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Exit codes of the original's client.
const (
	exitGood = 0
	exitBad  = 255
)

// Declined is what RunDump returns when it has done nothing; see Options.FewJails.
const Declined = -1

// RunDump is the client's -d (and --dp, when pretty): it prints the command stream to w, messages to errw, and returns the
// exit code, or Declined. Jails without log files are kept, and Compile is not asked.
func RunDump(w, errw io.Writer, o Options, pretty bool) int {
	o.AllowNoLogs = true
	read := readPrinted
	if pretty {
		read = Read
	}
	c, err := read(o)
	if errors.Is(err, errMany) {
		return Declined
	}
	c.Messages.print(errw, o.Verbosity)
	if early(w, errw, err) {
		return exitBad
	}
	if err != nil {
		failure(errw, o, err)
		fmt.Fprintln(w, "ERROR: The configuration stream failed because of the invalid syntax.")
	}
	dump(w, c, pretty)
	if err != nil || c.Failed {
		logLine(errw, Message{clientLog, Errors, "Init of command line failed"})
		return exitBad
	}
	return exitGood
}

// A DumpMode says whether RunTest prints the stream, too.
type DumpMode int

// The dump modes.
const (
	NoDump DumpMode = iota
	PlainDump
	PrettyDump
)

// RunTest is the client's -t: it reads strictly, prints the stream if asked to, and says whether all is well.
func RunTest(w, errw io.Writer, o Options, mode DumpMode) int {
	o.StrictJails = true
	c, err := Read(o)
	c.Messages.print(errw, o.Verbosity)
	if early(w, errw, err) {
		return exitBad
	}
	if err != nil {
		failure(errw, o, err)
	}
	if mode != NoDump {
		dump(w, c, mode == PrettyDump)
	}
	if err != nil || c.Failed {
		fmt.Fprintln(w, "ERROR: test configuration failed")
		return exitBad
	}
	fmt.Fprintln(w, "OK: configuration test is successful")
	return exitGood
}

// failure prints a fatal error. The original says no more than that, and scripts compare; who asks for more gets advice.
func failure(errw io.Writer, o Options, err error) {
	logLine(errw, Message{clientLog, Errors, "Failed during configuration: " + err.Error()})
	if o.Verbosity > 0 {
		fmt.Fprint(errw, Advice(err))
	}
}

// early prints an error in what the client itself needs to know, and reports whether it was one.
func early(w, errw io.Writer, err error) bool {
	var e *earlyError
	if !errors.As(err, &e) {
		return false
	}
	fmt.Fprintln(w, "ERROR: "+e.Error())
	logLine(errw, Message{clientLog, Errors, "Init of command line failed"})
	return true
}

func dump(w io.Writer, c *Config, pretty bool) {
	switch {
	case pretty:
		_ = DumpPretty(w, c.Stream)
	case c.printed != nil:
		_ = write(w, c.printed)
	default:
		_ = write(w, [][]byte{new(sheet).lay(c.Stream)})
	}
}

// print writes the messages that a client of that verbosity shows.
func (l Log) print(w io.Writer, verbosity int) {
	threshold := Warning
	switch {
	case verbosity < 0:
		threshold = Errors
	case verbosity == 1:
		threshold = Info
	case verbosity >= debugging:
		threshold = 0
	}
	now, pid := time.Now(), os.Getpid()
	var lines []byte // written at once: who reads them is woken once
	for _, m := range l {
		if m.Level >= threshold {
			lines = appendLine(lines, now, pid, m)
		}
	}
	if len(lines) > 0 {
		_, _ = w.Write(lines)
	}
}

// logLine prints a message as the original's client logs it.
func logLine(w io.Writer, m Message) {
	_, _ = w.Write(appendLine(nil, time.Now(), os.Getpid(), m))
}

func appendLine(lines []byte, at time.Time, pid int, m Message) []byte {
	lines = at.AppendFormat(lines, "2006-01-02 15:04:05,000")
	return fmt.Appendf(lines, " %-24s[%d]: %-7s %s\n", m.Logger, pid, m.Level, m.Text)
}
