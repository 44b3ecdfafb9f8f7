package logging

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// undated cuts the time off lines and puts N for the process number.
func undated(s string) string {
	s = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} `).ReplaceAllString(s, "")
	return strings.ReplaceAll(s, fmt.Sprintf("[%d]", os.Getpid()), "[N]")
}

func TestClassicLine(t *testing.T) {
	var out bytes.Buffer
	log := NewOutput(nil, &out, "1.1.0").Logger("fail2ban.actions").With("jail", "sshd")
	Notice(log, "Ban 192.0.2.10")
	log.Error("no way", "code", 3)
	log.Debug("not shown at INFO")
	log.Warn("said by another", KeyLogger, "fail2ban.ipdns", KeyJail, "mail")
	want := "fail2ban.actions        [N]: NOTICE  [sshd] Ban 192.0.2.10\n" +
		"fail2ban.actions        [N]: ERROR   [sshd] no way code=3\n" +
		"fail2ban.ipdns          [N]: WARNING [mail] said by another\n"
	if got := undated(out.String()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} fail2ban`).MatchString(out.String()) {
		t.Errorf("no time in front: %s", out.String())
	}
}

func TestLevels(t *testing.T) {
	for text, want := range map[string]int{"debug": 10, "NOTICE": 25, "15": 15, "HeavyDebug": 5} {
		if got, err := ParseLevel(text); got != want || err != nil {
			t.Errorf("ParseLevel(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	if _, err := ParseLevel("Bird"); err == nil || err.Error() != "Invalid log level 'BIRD'" {
		t.Errorf("a level that is none: %v", err)
	}
	var out bytes.Buffer
	o := NewOutput(nil, &out, "1.1.0")
	o.SetLevel("15") // between MSG and DEBUG
	log := o.Logger("x")
	log.Log(context.Background(), LevelMsg, "shown")
	log.Log(context.Background(), -4, "not shown")
	if got := undated(out.String()); got != "x                       [N]: MSG     shown\n" {
		t.Errorf("at level 15: %q", got)
	}
}

func TestFileTarget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	o := NewOutput(nil, nil, "1.1.0")
	if err := o.SetTarget(path, map[string]string{"datetime": "off", "padding": "off"}); err != nil {
		t.Fatal(err)
	}
	log := o.Logger("fail2ban.actions")
	log.Info("before")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if got := o.Reopen(); got != "rolled over" {
		t.Errorf("Reopen answers %q", got)
	}
	log.Info("after")
	if err := o.SetTarget("/nowhere/at/all", nil); err == nil || o.Target() != path {
		t.Errorf("an impossible target: %v, and the target is %s", err, o.Target())
	}
	old, _ := os.ReadFile(path + ".1")
	now, _ := os.ReadFile(path)
	if !strings.HasSuffix(undated(string(old)), "fail2ban.actions[N]: INFO before\n") {
		t.Errorf("old file:\n%s", old)
	}
	if got, want := undated(string(now)), "fail2ban.server[N]: INFO rollover performed on "+path+"\nfail2ban.actions[N]: INFO after\n"; got != want {
		t.Errorf("new file:\n%swant\n%s", got, want)
	}
	if info, _ := os.Stat(path); info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the log is readable by others: %v", info.Mode())
	}
}

// syslogOutput returns an output that knows the socket of a syslog daemon, and what the daemon reads from.
func syslogOutput(t *testing.T) (*Output, *net.UnixConn) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "log")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { daemon.Close() })
	o := NewOutput(nil, nil, "1.1.0")
	o.SetSyslogSocket(socket)
	return o, daemon
}

func TestSyslogTarget(t *testing.T) {
	o, daemon := syslogOutput(t)
	o.SetLevel("NOTICE") // without the greeting
	if err := o.SetTarget("SYSLOG", map[string]string{"facility": "local3", "padding": "on"}); err != nil {
		t.Fatal(err)
	}
	Notice(o.Logger("fail2ban.actions"), "Ban 192.0.2.2")
	buf := make([]byte, 200)
	n, err := daemon.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := undated(string(buf[:n])), "<157>fail2ban.actions        [N]: NOTICE  Ban 192.0.2.2\x00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormatOption(t *testing.T) {
	var out bytes.Buffer
	o := NewOutput(&out, nil, "1.1.0")
	o.SetLevel("NOTICE")
	err := o.SetTarget("STDOUT", map[string]string{"format": "%(name)-20s|%(levelname)s|%(levelno)d|%(message)s|100%%"})
	if err != nil {
		t.Fatal(err)
	}
	Notice(o.Logger("fail2ban.actions"), "x")
	if got, want := out.String(), "fail2ban.actions    |NOTICE|25|x|100%\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, bad := range []string{"%(nosuch)s", "%s", "%(name", "%(name)", "%(name)-99999999999999s"} {
		if _, err := parseFormat(bad); err == nil {
			t.Errorf("format %q was accepted", bad)
		}
	}
}

func TestHandlerKeepsCallersAttributes(t *testing.T) {
	var out bytes.Buffer
	log := NewOutput(nil, &out, "1.1.0").Logger("a")
	log.With("x", 1).WithGroup("g").Info("m", slog.Int("y", 2))
	if got, want := undated(out.String()), "a                       [N]: INFO    m g.x=1 g.y=2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSeriesIsInOrder compares lines of a series, with others between them, with the same lines logged one by one, and counts the writes.
func TestSeriesIsInOrder(t *testing.T) {
	const n = 3000
	var single, many countedWrites
	one := NewOutput(nil, &single, "1.1.0").Logger("fail2ban.actions").With("jail", "sshd", "x", 1)
	o := NewOutput(nil, &many, "1.1.0")
	log := o.Logger("fail2ban.actions").With("jail", "sshd", "x", 1)
	s := NewSeries(log, LevelNotice)
	for i := range n {
		text := fmt.Sprint("Unban ", i)
		Notice(one, text)
		s.Log([]byte(text))
		if i%500 == 0 {
			one.Warn("something else")
			log.Warn("something else")
			if want, got := undated(single.String()), undated(many.String()); got != want {
				t.Errorf("after %d: %d bytes, want %d", i, len(got), len(want))
			}
		}
	}
	s.Flush()
	if want, got := undated(single.String()), undated(many.String()); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
	if single.writes < n || many.writes > n/100 {
		t.Errorf("%d writes one by one, %d together", single.writes, many.writes)
	}
	o.SetLevel("ERROR")
	many.Reset()
	if s.Log([]byte("x")); s.Enabled() {
		t.Error("enabled below the level")
	}
	if s.Flush(); many.Len() > 0 {
		t.Error("written below the level")
	}
}

// TestSeriesSideBySide has goroutines log, each by a series of its own and by a logger, and looks whether each one's lines are in order.
func TestSeriesSideBySide(t *testing.T) {
	const n, lines = 4, 4000
	var out bytes.Buffer
	o := NewOutput(nil, &out, "1.1.0")
	var wg sync.WaitGroup
	for i := range n {
		log := o.Logger("x").With("jail", fmt.Sprint("j", i))
		s := NewSeries(log, slog.LevelInfo)
		wg.Go(func() {
			for k := range lines {
				switch text := fmt.Sprint("line ", k); {
				case k%300 == 299:
					log.Warn(text)
				case k%100 == 99:
					s.Log([]byte(text))
					s.Flush()
				default:
					s.Log([]byte(text))
				}
			}
			s.Flush()
		})
	}
	wg.Wait()
	next := map[string]int{}
	for line := range strings.Lines(out.String()) {
		f := strings.Fields(line)
		jail, number := f[len(f)-3], f[len(f)-1]
		if want := fmt.Sprint(next[jail]); number != want {
			t.Fatalf("%s: line %s, want %s", jail, number, want)
		}
		next[jail]++
	}
	for jail, got := range next {
		if len(next) != n || got != lines {
			t.Errorf("%s has %d lines of %d", jail, got, lines)
		}
	}
}

// TestSeriesGoesWhereItWasLogged rotates the log, and changes the target, after a line that was not flushed.
func TestSeriesGoesWhereItWasLogged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var stdout bytes.Buffer
	o := NewOutput(&stdout, nil, "1.1.0")
	if err := o.SetTarget(path, map[string]string{"format": "%(message)s"}); err != nil {
		t.Fatal(err)
	}
	s := NewSeries(o.Logger("x"), slog.LevelInfo)
	s.Log([]byte("first"))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	o.Reopen()
	s.Log([]byte("second"))
	if err := o.SetTarget("STDOUT", nil); err != nil {
		t.Fatal(err)
	}
	s.Log([]byte("third"))
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadFile(path + ".1")
	now, _ := os.ReadFile(path)
	want := []string{"first\n", "rollover performed on " + path + "\nsecond\n"}
	if string(old) != want[0] || string(now) != want[1] || !strings.Contains(stdout.String(), "third\n") {
		t.Errorf("old file %q, new file %q, standard output %q", old, now, stdout.String())
	}
}

// TestSeriesOfOthers checks that any logger will do, and targets that take one line at a time.
func TestSeriesOfOthers(t *testing.T) {
	var out bytes.Buffer
	other := NewSeries(slog.New(slog.NewTextHandler(&out, nil)), slog.LevelInfo)
	other.Log([]byte("hello"))
	if other.Flush(); !strings.Contains(out.String(), "msg=hello") {
		t.Errorf("got %q", out.String())
	}
	o, daemon := syslogOutput(t)
	if err := o.SetTarget("SYSLOG", nil); err != nil {
		t.Fatal(err)
	}
	s := NewSeries(o.Logger("x").With("jail", "sshd"), LevelNotice)
	s.Log([]byte("Ban 192.0.2.2"))
	s.Flush()
	buf := make([]byte, 200)
	n, err := daemon.Read(buf)
	if want := "<29>x[N]: NOTICE [sshd] Ban 192.0.2.2\x00"; err != nil || undated(string(buf[:n])) != want {
		t.Errorf("got %q, %v, want %q", buf[:n], err, want)
	}
}

type countedWrites struct {
	bytes.Buffer
	writes int
}

func (c *countedWrites) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

func BenchmarkFound(b *testing.B) {
	o := NewOutput(nil, nil, "1.1.0")
	if err := o.SetTarget(filepath.Join(b.TempDir(), "log"), nil); err != nil {
		b.Fatal(err)
	}
	log := o.Logger("fail2ban.filter").With("jail", "sshd")
	text := "Found 192.0.2.7 - 2026-11-26 04:20:00"
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			log.Info(text)
		}
	})
	b.Run("series", func(b *testing.B) {
		s, line := NewSeries(log, slog.LevelInfo), []byte(text)
		for b.Loop() {
			s.Log(line)
		}
	})
}
