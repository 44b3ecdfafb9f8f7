// Package soak kills the server again and again while it works, and looks for what was forgotten or counted twice.
package soak

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/control"
)

// rounds is how often the server is killed: 200 times with GAOL_FULL=1.
func rounds() int {
	if os.Getenv("GAOL_FULL") != "" {
		return 200
	}
	return 10
}

// TestKill9 kills the server at random moments under attack. In the end exactly those must be banned who failed three times, however
// their failures fell around the kills, and what an operator was told to be banned or free must be so.
func TestKill9(t *testing.T) { killAgainAndAgain(t, 0) }

// TestKill9AndRotation also rotates the log several times a minute, under the server and while it is down.
func TestKill9AndRotation(t *testing.T) { killAgainAndAgain(t, 700*time.Millisecond) }

func killAgainAndAgain(t *testing.T, rotate time.Duration) {
	m := newMachine(t)
	a := newAttack(t, m.log, rotate)
	o := &operator{machine: m, wants: map[string]bool{}, unsure: map[string]bool{}}
	stop := a.run()
	for range rounds() {
		server := m.start()
		kill := time.AfterFunc(time.Duration(20+rand.IntN(200))*time.Millisecond, func() { server.Process.Kill() })
		o.work()
		kill.Stop()
		server.Process.Kill()
		server.Wait()
	}
	stop()
	server := m.start()
	want := slices.Concat(a.banned(), o.banned())
	slices.Sort(want)
	got := slices.DeleteFunc(m.settled(len(want)), func(name string) bool { return o.unsure[name] })
	t.Logf("%d lines, %d offenders banned, %d acknowledged commands, %d kills", a.lines, len(want), o.done, rounds())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	server.Process.Signal(syscall.SIGTERM)
	server.Wait()
	m.checkDatabase()
}

// A machine is a folder with a server's configuration and state.
type machine struct {
	t        *testing.T
	dir, log string
	program  string
}

func newMachine(t *testing.T) *machine {
	program, err := filepath.Abs("../../bin/fail2ban-server")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: run make build", err)
	}
	m := &machine{t: t, dir: t.TempDir(), program: program}
	m.log = m.dir + "/auth.log"
	for name, text := range map[string]string{
		"auth.log": "",
		"fail2ban.conf": "[Definition]\nloglevel = INFO\nlogtarget = DIR/fail2ban.log\nsocket = DIR/s\npidfile = DIR/p\n" +
			"dbfile = DIR/db\n",
		"jail.conf": "[DEFAULT]\nusedns = no\nmaxretry = 3\nfindtime = 1h\nbantime = 1d\nignoreself = false\n[auth]\nenabled = true\nfilter = auth\n" +
			"logpath = DIR/auth.log\n",
		"filter.d/auth.conf": "[Definition]\nfailregex = ^ login failure from <HOST>$\ndatepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\n",
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

// start returns when the server has its jail.
func (m *machine) start() *exec.Cmd {
	m.t.Helper()
	cmd := exec.Command(m.program, "-x", "-f", "-c", m.dir, "start")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if _, err := m.ask("get", "auth", "maxretry"); err == nil {
			return cmd
		}
	}
	cmd.Process.Kill()
	m.t.Fatalf("the server does not answer: %s\n%s", &out, m.tail())
	return nil
}

func (m *machine) tail() string {
	text, _ := os.ReadFile(m.dir + "/fail2ban.log")
	return string(text[max(0, len(text)-3000):])
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

// settled waits until n are banned, and a little longer in case there are more; then it says who.
func (m *machine) settled(n int) []string {
	var names []string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if names = m.banned(); len(names) >= n {
			break
		}
	}
	time.Sleep(2 * time.Second)
	return m.banned()
}

func (m *machine) banned() []string {
	m.t.Helper()
	reply, err := m.ask("get", "auth", "banned")
	if err != nil {
		m.t.Fatal(err)
	}
	var names []string
	for _, v := range reply.([]any) {
		names = append(names, fmt.Sprint(v))
	}
	slices.Sort(names)
	return names
}

// checkDatabase looks for bans that were stored twice, and damage.
func (m *machine) checkDatabase() {
	m.t.Helper()
	for query, want := range map[string]string{
		"SELECT ip, count(*) FROM bans WHERE ip LIKE '10.%' GROUP BY ip HAVING count(*) > 1": "",
		"PRAGMA integrity_check": "ok",
	} {
		out, err := exec.Command("sqlite3", m.dir+"/db", query).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			m.t.Errorf("%s: %s (%v)", query, got, err)
		}
	}
}

// An attack is a log that offenders fail in: many at the same time, some of them twice, the others three times.
type attack struct {
	t     *testing.T
	log   string
	file  *os.File
	every time.Duration // how often the log is rotated, 0 for never
	last  time.Time     // rotation
	open  []*offender
	all   []*offender
	lines int
}

type offender struct {
	name string
	left int // failures to come
	all  int
}

func newAttack(t *testing.T, log string, rotate time.Duration) *attack {
	a := &attack{t: t, log: log, every: rotate, last: time.Now()}
	a.openLog()
	return a
}

func (a *attack) openLog() {
	f, err := os.OpenFile(a.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		a.t.Error(err)
	}
	a.file = f
}

// rotate does what logrotate does, keeping some old files.
func (a *attack) rotate() {
	const kept = 500 // a server that is killed all the time falls behind
	for n := kept - 1; n > 0; n-- {
		os.Rename(fmt.Sprintf("%s.%d", a.log, n), fmt.Sprintf("%s.%d", a.log, n+1))
	}
	os.Rename(a.log, a.log+".1")
	a.file.Close()
	a.openLog()
	a.last = time.Now()
}

// run writes until stop is called, which lets everybody finish what they have begun.
func (a *attack) run() (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				a.write(8, true)
				if a.every > 0 && time.Since(a.last) > a.every {
					a.rotate()
				}
			case <-quit:
				for len(a.open) > 0 {
					a.write(100, false)
				}
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		a.file.Close()
	}
}

// write writes n lines; newcomers take the place of those who are through.
func (a *attack) write(n int, newcomers bool) {
	const crowd = 150
	var b bytes.Buffer
	for range n {
		for newcomers && len(a.open) < crowd {
			n := len(a.all)
			o := &offender{name: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}).String(), left: 2 + rand.IntN(2)}
			o.all = o.left
			a.all, a.open = append(a.all, o), append(a.open, o)
		}
		if len(a.open) == 0 {
			break
		}
		i := rand.IntN(len(a.open))
		o := a.open[i]
		fmt.Fprintf(&b, "%s login failure from %s\n", time.Now().Format("2006-01-02T15:04:05"), o.name)
		a.lines++
		if o.left--; o.left == 0 {
			a.open = slices.Delete(a.open, i, i+1)
		}
	}
	if _, err := a.file.Write(b.Bytes()); err != nil {
		a.t.Error(err)
	}
}

func (a *attack) banned() (names []string) {
	for _, o := range a.all {
		if o.all == 3 {
			names = append(names, o.name)
		}
	}
	return names
}

// An operator bans and unbans, and remembers what was acknowledged.
type operator struct {
	machine *machine
	wants   map[string]bool
	unsure  map[string]bool // no answer came: it may have happened or not
	next    int
	done    int
}

// work gives commands until the server is gone.
func (o *operator) work() {
	for {
		name := fmt.Sprintf("172.16.%d.%d", o.next>>8&255, o.next&255)
		word := "banip"
		if o.wants[name] {
			word = "unbanip"
		}
		if _, err := o.machine.ask("set", "auth", word, name); err != nil {
			delete(o.wants, name)
			o.unsure[name] = true
			o.next++
			return
		}
		o.done++
		o.wants[name] = word == "banip"
		if word == "unbanip" || rand.IntN(2) == 0 {
			o.next++
		}
	}
}

func (o *operator) banned() (names []string) {
	for name, banned := range o.wants {
		if banned {
			names = append(names, name)
		}
	}
	return names
}
