package logging

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Output is where a program's log goes, and from which level on; both can change at any time.
type Output struct {
	level atomic.Int32 // lowest number written

	mu     sync.Mutex // guards the rest
	target target
	name   string // as set, without options
	word   string // loglevel as set, upper case
	socket string // syslogsocket option
	chosen bool   // the target has been set
	// expected are the series with lines that are to be written before anything else is.
	expected []*Series

	stdout, stderr io.Writer
	version        string // for the greeting a new target gets
}

// A target takes finished entries.
type target interface {
	write(*entry) error
	reopen() error
	io.Closer
}

// A gatherer takes many entries, whose text is borrowed, and writes them at once.
type gatherer interface {
	gather(entry) error
	flush() error
}

// singly is a gatherer for a target that takes one line at a time.
type singly struct{ target }

func (s singly) gather(e entry) error { return s.write(&e) }
func (s singly) flush() error         { return nil }

// An entry is one record on its way to a target.
type entry struct {
	time    time.Time
	level   slog.Level
	logger  string
	jail    string // stands in front of the text, if there is one
	lead    []byte // in front of the message; borrowed
	message string
	pc      uintptr
}

// appendText appends what the entry says.
func (e *entry) appendText(b []byte) []byte {
	if e.jail != "" {
		b = append(append(append(b, '['), e.jail...), "] "...)
	}
	return append(append(b, e.lead...), e.message...)
}

// NewOutput returns an Output that writes to stderr at level INFO until it is told otherwise. stdout and stderr stand behind
// the targets of those names; version is what the greeting in a new log says.
func NewOutput(stdout, stderr io.Writer, version string) *Output {
	o := &Output{stdout: stdout, stderr: stderr, version: version, socket: "auto", name: "STDERR", word: "INFO"}
	o.target = &stream{w: stderr, printer: printer{layout: layout{padding: true, datetime: true}}}
	o.level.Store(20)
	return o
}

// Logger returns a logger whose name column says name.
func (o *Output) Logger(name string) *slog.Logger {
	return slog.New(&handler{out: o, logger: name})
}

// SetLevel sets the lowest level that is written; text as ParseLevel takes it.
func (o *Output) SetLevel(text string) error {
	n, err := ParseLevel(text)
	if err != nil {
		return err
	}
	o.level.Store(int32(n))
	o.mu.Lock()
	o.word = strings.ToUpper(text)
	o.mu.Unlock()
	return nil
}

// Level returns the level as it was set, in upper case.
func (o *Output) Level() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.word
}

// Target returns the name of the target in use.
func (o *Output) Target() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.name
}

// SyslogSocket returns the syslogsocket option in force.
func (o *Output) SyslogSocket() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.socket
}

// SetSyslogSocket sets the socket for target SYSLOG: a path or "auto". A syslog target in use moves over at once.
func (o *Output) SetSyslogSocket(path string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	old := o.socket
	o.socket = path
	if !strings.EqualFold(o.name, "SYSLOG") {
		return nil
	}
	t, err := o.open(o.name, layoutFor(o.name))
	if err != nil {
		o.socket = old
		return err
	}
	o.swap(t, o.name)
	return nil
}

// SetTarget sends the log elsewhere: STDOUT, STDERR, SYSOUT, SYSLOG, SYSTEMD-JOURNAL in any case, or a file that is
// appended to; with options as parsed from NAME[opt=…] (format, datetime, padding, facility). On error the previous
// target stays. Setting the target in use again changes nothing.
func (o *Output) SetTarget(name string, options map[string]string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if name == o.name {
		return nil
	}
	l, err := layoutFor(name).with(options)
	if err != nil {
		return err
	}
	t, err := o.open(name, l)
	if err != nil {
		return err
	}
	o.swap(t, name)
	// A program greets in its own words where it begins to log.
	if o.chosen {
		o.greetLocked()
	}
	o.chosen = true
	return nil
}

func (o *Output) swap(t target, name string) {
	_ = o.settleLocked() // lines that cannot be written are lost: nobody shall wait for a log
	o.target.Close()
	o.target, o.name = t, name
}

// greetLocked marks the beginning of a new log, so that a reader knows who writes here.
func (o *Output) greetLocked() {
	shown := o.name
	if s, ok := o.target.(*syslog); ok {
		shown += " (" + s.path + ")"
	}
	for _, text := range []string{
		"Start Fail2ban v" + o.version,
		fmt.Sprintf("Changed logging target to %s for Fail2ban v%s", shown, o.version),
	} {
		if o.level.Load() <= 20 {
			o.target.write(&entry{time: time.Now(), level: slog.LevelInfo, logger: "fail2ban.server", message: text})
		}
	}
}

// open makes the target called name.
func (o *Output) open(name string, l layout) (target, error) {
	switch strings.ToUpper(name) {
	case "STDOUT", "SYSOUT":
		return &stream{w: o.stdout, printer: printer{layout: l}}, nil
	case "STDERR":
		return &stream{w: o.stderr, printer: printer{layout: l}}, nil
	case "SYSLOG":
		return dialSyslog(o.socket, l)
	case "SYSTEMD-JOURNAL":
		return dialJournal(l)
	}
	f, err := openLog(name)
	if err != nil {
		return nil, fmt.Errorf("log to %s: %w", name, err)
	}
	return &file{path: name, f: f, printer: printer{layout: l}}, nil
}

// Reopen is what flushlogs asks for: a file is opened anew, so that a renamed one can be rotated. It returns the word of the
// reply, "rolled over" for files and "flushed" for everything else.
func (o *Output) Reopen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.settleLocked()
	say := func(text string) {
		o.target.write(&entry{time: time.Now(), level: slog.LevelInfo, logger: "fail2ban.server", message: text})
	}
	if f, ok := o.target.(*file); ok {
		if err := f.reopen(); err != nil {
			say(fmt.Sprintf("cannot open %s anew: %v; going on with the old file", f.path, err))
		}
		say("rollover performed on " + f.path)
		return "rolled over"
	}
	say("flush performed on " + o.name)
	return "flushed"
}

func (o *Output) write(e *entry) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return errors.Join(o.settleLocked(), o.target.write(e))
}

// expect notes that s has lines that are to be written before anything else is.
func (o *Output) expect(s *Series) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.expected = append(o.expected, s)
}

// take writes the lines of s.
func (o *Output) take(s *Series) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.expected = slices.DeleteFunc(o.expected, func(e *Series) bool { return e == s })
	to := o.gathererLocked()
	return errors.Join(s.hand(to), to.flush())
}

// settleLocked writes the lines of all series.
func (o *Output) settleLocked() error {
	if len(o.expected) == 0 {
		return nil
	}
	to := o.gathererLocked()
	var all []error
	for _, s := range o.expected {
		all = append(all, s.hand(to))
	}
	clear(o.expected)
	o.expected = o.expected[:0]
	return errors.Join(append(all, to.flush())...)
}

func (o *Output) gathererLocked() gatherer {
	if g, ok := o.target.(gatherer); ok {
		return g
	}
	return singly{o.target}
}

// Close closes the target and goes back to stderr.
func (o *Output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := errors.Join(o.settleLocked(), o.target.Close())
	o.target, o.name = &stream{w: o.stderr, printer: printer{layout: layoutFor("STDERR")}}, "STDERR"
	return err
}

// openLog opens a log file for appending; a new one is readable by its owner only.
func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}
