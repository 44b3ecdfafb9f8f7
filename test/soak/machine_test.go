// Package soak kills the server again and again while it works and its log is rotated under it, and looks for what was forgotten or
// counted twice.
package soak

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/control"
	"gaol/internal/failure"
	"gaol/internal/pickle"
	"gaol/internal/store"
	"gaol/test/torture"
)

// full asks for the long form, an hour or so.
var full = os.Getenv("GAOL_FULL") != ""

// randomness returns what makes independent sources of random numbers. SOAK_SEED repeats a run, as far as its timing lets it.
func randomness(t *testing.T) func() *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("SOAK_SEED: %v", err)
		}
	}
	t.Logf("SOAK_SEED=%d", seed)
	n := uint64(0)
	return func() *rand.Rand {
		n++
		return rand.New(rand.NewPCG(seed, n))
	}
}

// A machine is a folder with a server's configuration and state. Jail auth bans who fails; so does jail twin, which is set alike, so that
// the two share what they can; jail count only counts, and that every line.
type machine struct {
	t       *testing.T
	dir     string
	program string
	end     func() string // the condition, in SQL, that a stored place is the end of all that was written
}

// countRetry is more than anybody fails.
const countRetry = 1_000_000_000

const jailsOnFile = "logpath = DIR/auth.log\n"

// newMachine makes one whose jails read what source, lines of the configuration, says.
func newMachine(t *testing.T, source string) *machine {
	program, err := filepath.Abs("../../bin/fail2ban-server")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: run make build", err)
	}
	m := &machine{t: t, dir: t.TempDir(), program: program}
	m.end = endOf(m.log())
	const failure = "sshd\\[\\d+\\]: Failed password for root from <HOST> port"
	for name, text := range map[string]string{
		"auth.log": "",
		"fail2ban.conf": "[Definition]\nloglevel = NOTICE\nlogtarget = DIR/fail2ban.log\nsocket = DIR/s\npidfile = DIR/p\n" +
			"dbfile = DIR/db\n",
		"jail.conf": "[DEFAULT]\nusedns = no\nfindtime = 1h\nbantime = 1d\nignoreself = false\nenabled = true\n" + source +
			"[auth]\nfilter = auth\nmaxretry = " + fmt.Sprint(torture.MaxRetry) + "\n[twin]\nfilter = auth\nmaxretry = " + fmt.Sprint(torture.MaxRetry) + "\n[count]\nfilter = count\nmaxretry = " +
			fmt.Sprint(countRetry) + "\nmaxmatches = 0\n",
		"filter.d/auth.conf":  "[Definition]\nfailregex = " + failure + "\n",
		"filter.d/count.conf": "[Definition]\nfailregex = " + failure + "\n  sshd\\[\\d+\\]: Accepted publickey for guest from <HOST> port\n",
	} {
		path := filepath.Join(m.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", m.dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m *machine) log() string { return m.dir + "/auth.log" }

// A server is one that runs.
type server struct {
	machine *machine
	cmd     *exec.Cmd
	output  bytes.Buffer
}

// start returns when the server has its jails.
func (m *machine) start() *server {
	m.t.Helper()
	s := &server{machine: m, cmd: exec.Command(m.program, "-x", "-f", "-c", m.dir, "start")}
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if _, err := m.ask("get", "count", "maxretry"); err == nil {
			return s
		}
	}
	s.kill()
	s.wait()
	m.t.Fatalf("the server does not answer: %s\n%s", &s.output, m.tail())
	return nil
}

func (s *server) kill() { _ = s.cmd.Process.Kill() } // an error: it is gone already

func (s *server) wait() { _ = s.cmd.Wait() }

// terminate has the server stop in good order.
func (s *server) terminate() {
	s.machine.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.machine.t.Errorf("stop: %v\n%s\n%s", err, &s.output, s.machine.tail())
	}
}

// expected is what the server's log is full of.
var expected = regexp.MustCompile(`[Bb]an |UnknownJailException|No actions were defined|^$`)

// tail returns the end of the server's log, without what is expected there.
func (m *machine) tail() string {
	text, _ := os.ReadFile(m.dir + "/fail2ban.log")
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), expected.MatchString)
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// ask sends one command over a connection of its own.
func (m *machine) ask(words ...string) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := control.Dial(ctx, m.dir+"/s")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	cmd := make([]any, len(words))
	for i, w := range words {
		cmd[i] = w
	}
	return conn.Call(ctx, cmd)
}

func (m *machine) banned(jail string) []string {
	m.t.Helper()
	reply, err := m.ask("get", jail, "banned")
	if err != nil {
		m.t.Fatal(err)
	}
	var names []string
	all, ok := pickle.Items(reply)
	if !ok {
		m.t.Fatalf("banned: %s is no list", pickle.Repr(reply))
	}
	for _, v := range all {
		names = append(names, fmt.Sprint(v))
	}
	slices.Sort(names)
	return names
}

// query asks the database.
func (m *machine) query(sql string) (string, error) {
	out, err := exec.Command("sqlite3", "-cmd", ".timeout 20000", m.dir+"/db", sql).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// atEnd reports whether it is in the database that all jails are through with the log.
func (m *machine) atEnd() bool {
	n, err := m.query("SELECT count(*) FROM logs WHERE " + m.end())
	return err == nil && n == "3"
}

// endOf returns the condition that a stored place in a file is its end.
func endOf(path string) func() string {
	return func() string {
		info, err := os.Stat(path)
		if err != nil {
			return "false"
		}
		return fmt.Sprintf("lastfilepos = %d", info.Size())
	}
}

// awaitEnd waits until all jails are through with the log.
func (m *machine) awaitEnd() {
	m.t.Helper()
	if !within(2*time.Minute, m.atEnd) {
		places, err := m.query("SELECT jail, firstlinemd5, lastfilepos FROM logs")
		m.t.Errorf("the server does not get to the end, %s: %s (%v)\n%s", m.end(), places, err, m.tail())
	}
}

// within waits for cond, and reports whether it has come true.
func within(d time.Duration, cond func() bool) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if cond() {
			return true
		}
	}
	return false
}

// account starts the server for the last time, has it judge what is left, and compares bans, counts and database with what was written.
func (m *machine) account(c *torture.Crowd) {
	m.t.Helper()
	s := m.start()
	m.awaitEnd()
	for _, jail := range []string{"auth", "twin"} {
		if diff := cmp.Diff(c.Due(), m.banned(jail)); diff != "" {
			m.t.Errorf("banned by %s (-want +got)\n%s", jail, diff)
		}
	}
	s.terminate()
	m.checkCounts(c)
	m.checkDatabase()
}

// checkCounts compares what jail count has counted with what was written, after the server has been stopped.
func (m *machine) checkCounts(c *torture.Crowd) {
	m.t.Helper()
	counted := m.counted()
	lost, doubled := 0, 0
	for address, n := range c.Lines {
		id, _ := addr.Parse(address.String())
		_, found, _ := counted.Pending(id)
		lost += max(0, n-found)
		doubled += max(0, found-n)
	}
	m.t.Logf("%d lines of %d addresses: %d lost, %d counted twice", c.Total(), len(c.Lines), lost, doubled)
	if lost+doubled > 0 || counted.Len() != len(c.Lines) {
		m.t.Errorf("%d lines lost, %d counted twice; %d addresses instead of %d\n%s", lost, doubled, counted.Len(), len(c.Lines), m.tail())
	}
}

// counted returns what is stored of the failures in jail count.
func (m *machine) counted() *failure.Table {
	m.t.Helper()
	db, err := store.Open(context.Background(), m.dir+"/db", slog.New(slog.DiscardHandler))
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	pieces, err := db.Failures("count")
	if err != nil {
		m.t.Fatal(err)
	}
	table := failure.New(failure.Settings{MaxRetry: countRetry, FindTime: 3600})
	if err := table.Restore(pieces); err != nil {
		m.t.Fatal(err)
	}
	return table
}

// checkDatabase looks for bans that were stored twice, and damage.
func (m *machine) checkDatabase() {
	m.t.Helper()
	for sql, want := range map[string]string{
		"SELECT ip, count(*) FROM bans WHERE ip LIKE '10.%' GROUP BY jail, ip HAVING count(*) > 1": "",
		"PRAGMA integrity_check": "ok",
	} {
		if got, err := m.query(sql); err != nil || got != want {
			m.t.Errorf("%s: %s (%v)", sql, got, err)
		}
	}
}
