package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver

	"gaol/internal/control"
	"gaol/test/bench/logs"
)

// A daemon is a server in a folder of its own: configuration, logs, database, socket.
type daemon struct {
	side   *side
	dir    string
	first  string    // jail
	cmd    *exec.Cmd // nil: not running
	output bytes.Buffer
	begin  time.Time // of the last start
}

// A jailSpec is a jail to configure: its name, its filter, and the file it reads, in the daemon's folder.
type jailSpec struct{ name, filter, log string }

var sshdJail = []jailSpec{{"sshd", "sshd", "auth.log"}}

// fiveJails are a small server's.
var fiveJails = []jailSpec{
	{"sshd", "sshd", "auth.log"}, {"nginx-http-auth", "nginx-http-auth", "error.log"}, {"postfix", "postfix", "mail.log"},
	{"dovecot", "dovecot", "mail.log"}, {"recidive", "recidive", "f2b.log"},
}

// sshdJails are n jails on one file.
func sshdJails(n int) (jails []jailSpec) {
	for i := range n {
		jails = append(jails, jailSpec{fmt.Sprintf("sshd%d", i), "sshd", "auth.log"})
	}
	return jails
}

// setup is what a configuration sets beside the jails.
type setup struct {
	jails    []jailSpec
	action   string // "": none
	maxRetry int
}

// newDaemon writes the configuration of a server; nothing runs yet.
func (b *bench) newDaemon(s *side, c setup) (*daemon, error) {
	dir, err := os.MkdirTemp(b.dir, s.name)
	if err != nil {
		return nil, err
	}
	d := &daemon{side: s, dir: dir, first: c.jails[0].name}
	if err := os.CopyFS(d.path("conf"), os.DirFS(s.stock)); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(d.path("conf/jail.d")); err != nil {
		return nil, err
	}
	return d, errors.Join(d.write("conf/fail2ban.local", d.serverText()), d.write("conf/jail.local", d.jailText(c)), d.makeLogs(c))
}

func (d *daemon) path(name string) string { return filepath.Join(d.dir, name) }

func (d *daemon) write(name, text string) error {
	return os.WriteFile(d.path(name), []byte(text), 0o600)
}

func (d *daemon) serverText() string {
	return fmt.Sprintf("[DEFAULT]\nloglevel = NOTICE\nlogtarget = %s\nsocket = %s\npidfile = %s\ndbfile = %s\nsyslogsocket = auto\n",
		d.path("server.log"), d.path("sock"), d.path("pid"), d.path("db.sqlite3"))
}

func (d *daemon) jailText(c setup) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[DEFAULT]\nmaxretry = %d\nfindtime = 1h\nbantime = 2h\nusedns = no\nignoreself = false\nignoreip =\n", max(1, c.maxRetry))
	fmt.Fprintf(&b, "backend = pyinotify\nbanaction = %s\nbanaction_allports = %[1]s\n", c.action)
	if c.action == "" {
		b.WriteString("action =\n")
	}
	for _, j := range c.jails {
		fmt.Fprintf(&b, "[%s]\nenabled = true\nfilter = %s\nport = ssh\nbackend = pyinotify\nlogpath = %s\n", j.name, j.filter, d.path(j.log))
	}
	return b.String()
}

func (d *daemon) makeLogs(c setup) error {
	for _, j := range c.jails {
		if err := d.write(j.log, ""); err != nil {
			return err
		}
	}
	return nil
}

// options tell the commands where everything is.
func (d *daemon) options(args ...string) []string {
	return append([]string{"-c", d.path("conf"), "-s", d.path("sock"), "-p", d.path("pid")}, args...)
}

// client runs fail2ban-client.
func (d *daemon) client(args ...string) (outcome, error) {
	return d.side.run("fail2ban-client", d.options(args...)...)
}

// call has the server carry out one command over its socket, without a client's process.
func (d *daemon) call(ctx context.Context, words ...string) (any, error) {
	c, err := control.Dial(ctx, d.path("sock"))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	cmd := make([]any, len(words))
	for i, w := range words {
		cmd[i] = w
	}
	return c.Call(ctx, cmd)
}

// start starts the server in the foreground and returns how long it took until it answered ping, and until its last jail did.
func (d *daemon) start(ctx context.Context, lastJail string) (pong, ready float64, err error) {
	if err := d.launch(); err != nil {
		return 0, 0, err
	}
	if pong, err = d.until(ctx, "ping"); err != nil {
		return 0, 0, err
	}
	ready, err = d.until(ctx, "status", lastJail)
	return pong, ready, err
}

func (d *daemon) launch() error {
	d.output.Reset()
	d.cmd = d.side.command("fail2ban-server", d.options("-xf", "start")...)
	d.cmd.Stdout, d.cmd.Stderr = &d.output, &d.output
	d.begin = time.Now()
	return d.cmd.Start()
}

// until asks until there is an answer that is no error, and returns the seconds since the start.
func (d *daemon) until(ctx context.Context, words ...string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		_, err := d.call(ctx, words...)
		switch {
		case err == nil:
			return time.Since(d.begin).Seconds(), nil
		case ctx.Err() != nil:
			log, _ := os.ReadFile(d.path("server.log"))
			return 0, fmt.Errorf("%s: server does not answer %q: %w\n%s\n%s", d.side.name, words, err, &d.output, last(string(log), 2000))
		}
		time.Sleep(time.Millisecond)
	}
}

// stop stops the server by its client, and returns how long that took, the process being gone included.
func (d *daemon) stop() (float64, error) {
	begin := time.Now()
	if _, err := d.client("stop"); err != nil {
		return 0, err
	}
	err := d.cmd.Wait()
	d.cmd = nil
	return time.Since(begin).Seconds(), err
}

// remove ends the server, if need be by force, and removes its folder.
func (d *daemon) remove() {
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(syscall.SIGKILL) // gone already is as good
		_ = d.cmd.Wait()
	}
	os.RemoveAll(d.dir)
}

// pid returns the process id of the running server.
func (d *daemon) pid() int { return d.cmd.Process.Pid }

// append adds text to a log file in one write and returns when that was.
func (d *daemon) append(log, text string) (time.Time, error) {
	f, err := os.OpenFile(d.path(log), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	at := time.Now()
	_, err = f.WriteString(text)
	return at, err
}

// fillDatabase puts n running bans of jail into the database that the server has made.
func (d *daemon) fillDatabase(jail string, n int) error {
	db, err := sql.Open("sqlite", d.path("db.sqlite3"))
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	now := time.Now().Unix()
	for _, table := range []string{"bans", "bips"} {
		insert := "INSERT INTO " + table + " (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, 86400, 1, ?)"
		for i := range n {
			if _, err := tx.Exec(insert, jail, logs.IPv4(i).String(), now-100, `{"matches": [], "failures": 5}`); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
