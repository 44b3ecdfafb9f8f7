// Package cases runs the recorded behaviour of the original's server (testdata/server_cases.jsonl, one check a line) against ours:
// what the client prints, what is on the wire, in the log, in the database and in what actions were told.
package cases

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/pickle"
	"gaol/test/lab"
)

// newer is the version of the original that we behave as.
const newer = "1.1.2.dev1"

// A check is one line of the file. Fields that a kind does not have are zero.
type check struct {
	ID, Group, Kind string

	Argv     []string
	RC       int
	Stdout   *string
	StdoutRE string `json:"stdout_re"`
	Stderr   [][3]string
	ByPeer   map[string]json.RawMessage `json:"by_peer"`

	Path    string
	Lines   []string
	Seconds float64
	Regexes []string
	Content string
	Query   string
	Rows    []string

	SendHex string          `json:"send_hex"`
	ReplyPy json.RawMessage `json:"reply_py"`
	Closed  bool
}

// differs lists the checks that we answer differently on purpose, with the reason.
var differs = map[string]string{}

func load(t *testing.T) map[string][]check {
	f, err := os.Open("testdata/server_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	groups := map[string][]check{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c check
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if own, ok := c.ByPeer[newer]; ok {
			if err := json.Unmarshal(own, &c); err != nil {
				t.Fatal(err)
			}
		}
		groups[c.Group] = append(groups[c.Group], c)
	}
	return groups
}

func TestBasicCommands(t *testing.T) { lab.Run(t, func(l *lab.Lab) { runGroup(l, "basic") }) }
func TestOptions(t *testing.T)       { lab.Run(t, func(l *lab.Lab) { runGroup(l, "opts") }) }
func TestBanCommands(t *testing.T)   { lab.Run(t, func(l *lab.Lab) { runGroup(l, "ban") }) }
func TestLogsAndReload(t *testing.T) { lab.Run(t, func(l *lab.Lab) { runGroup(l, "logs") }) }
func TestWire(t *testing.T)          { lab.Run(t, func(l *lab.Lab) { runGroup(l, "wire") }) }

type group struct {
	*lab.Lab
	t *testing.T
}

func runGroup(l *lab.Lab, name string) {
	checks := load(l.T)[name]
	if len(checks) == 0 {
		l.T.Fatalf("no checks in group %s", name)
	}
	os.Setenv("TZ", "UTC")
	os.Setenv("LC_ALL", "C.UTF-8")
	configure(l)
	l.Must(l.Bin+"/fail2ban-client", "start")
	for _, c := range checks {
		l.T.Run(c.ID, func(t *testing.T) {
			if why, ok := differs[c.ID]; ok {
				t.Skip(why)
			}
			g := group{l, t}
			g.run(&c)
		})
	}
}

// configure writes the configuration that all checks were recorded with.
func configure(l *lab.Lab) {
	l.Write("/etc/fail2ban/fail2ban.conf", `[Definition]
loglevel = INFO
logtarget = /var/log/fail2ban.log
syslogsocket = auto
socket = /var/run/fail2ban/fail2ban.sock
pidfile = /var/run/fail2ban/fail2ban.pid
allowipv6 = auto
dbfile = /var/lib/fail2ban/fail2ban.sqlite3
dbmaxmatches = 10
dbpurgeage = 1d
`)
	l.Write("/etc/fail2ban/action.d/rec.conf", `[Definition]
actionstart = echo "<name> start" >> <out>
actionstop = echo "<name> stop" >> <out>
actionreload = echo "<name> reload" >> <out>
actionban = echo "<name> ban <ip> fam=<family> n=<failures> bt=<bantime> bc=<bancount> r=<restored> user=<F-USER>" >> <out>
actionunban = echo "<name> unban <ip> fam=<family>" >> <out>
[Init]
name = default
out = /var/log/actions.log
`)
	l.Write("/etc/fail2ban/filter.d/demo.conf", `[Definition]
failregex = ^ login failure for <F-USER>\S+</F-USER> from <HOST>$
            ^ bad request from <HOST>$
ignoreregex =
datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S
`)
	l.Write("/etc/fail2ban/jail.conf", `[INCLUDES]

[DEFAULT]
backend = polling
usedns = no
maxretry = 3
findtime = 10m
bantime = 10m
ignoreself = false
ignoreip = 127.0.0.1/8 ::1
filter = demo
action = rec[name=%(__name__)s]

[sshd]
enabled = true
logpath = /var/log/auth.log

[web]
enabled = true
logpath = /var/log/web1.log
          /var/log/web2.log
`)
	for _, f := range []string{"auth", "web1", "web2"} {
		l.Write("/var/log/"+f+".log", "")
	}
}

func (g *group) run(c *check) {
	switch c.Kind {
	case "cmd":
		g.command(c)
	case "append":
		g.append(c)
	case "sleep":
		time.Sleep(time.Duration(c.Seconds * float64(time.Second)))
	case "logre":
		for _, re := range c.Regexes {
			if !regexp.MustCompile("(?m)" + strings.ReplaceAll(re, `\'`, `'`)).MatchString(g.Read(c.Path)) {
				g.t.Errorf("no line of %s matches %s:\n%s", c.Path, re, g.Read(c.Path))
			}
		}
	case "file":
		if diff := cmp.Diff(perJail(c.Content), perJail(g.Read(c.Path))); diff != "" {
			g.t.Error(diff)
		}
	case "sql":
		rows := strings.Split(strings.TrimSpace(g.Must("sqlite3", "/var/lib/fail2ban/fail2ban.sqlite3", c.Query)), "\n")
		if diff := cmp.Diff(c.Rows, rows); diff != "" {
			g.t.Error(diff)
		}
	case "raw":
		g.raw(c)
	default:
		g.t.Fatalf("unknown kind %s", c.Kind)
	}
}

// perJail sorts lines by their first word, because jails work side by side.
func perJail(content string) []string {
	lines := strings.Split(content, "\n")
	slices.SortStableFunc(lines, func(a, b string) int {
		x, _, _ := strings.Cut(a, " ")
		y, _, _ := strings.Cut(b, " ")
		return strings.Compare(x, y)
	})
	return lines
}

var classicLine = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (\S+)\s*\[\d+\]: (\S+)\s+(.*)$`)

func (g *group) command(c *check) {
	var stdout, stderr bytes.Buffer
	rc := g.Exec(&stdout, &stderr, g.Bin+"/fail2ban-client", c.Argv...)
	if rc != c.RC {
		g.t.Errorf("exit status %d, want %d", rc, c.RC)
	}
	out := stdout.String()
	switch {
	case c.StdoutRE != "":
		if !regexp.MustCompile(c.StdoutRE).MatchString(out) {
			g.t.Errorf("stdout %q does not match %s", out, c.StdoutRE)
		}
	case c.Stdout != nil:
		want := strings.ReplaceAll(*c.Stdout, newer, "1.1.0")
		if diff := cmp.Diff(want, out); diff != "" {
			g.t.Errorf("stdout: %s", diff)
		}
	}
	got := [][3]string{}
	for _, m := range classicLine.FindAllStringSubmatch(stderr.String(), -1) {
		got = append(got, [3]string{m[1], m[2], m[3]})
	}
	want := append([][3]string{}, c.Stderr...)
	if diff := cmp.Diff(want, got); diff != "" {
		g.t.Errorf("stderr: %s", diff)
	}
}

func (g *group) append(c *check) {
	f, err := os.OpenFile(c.Path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	defer f.Close()
	now := time.Now().UTC().Format("2006-01-02T15:04:05")
	for _, line := range c.Lines {
		if _, err := io.WriteString(f, strings.ReplaceAll(line, "{T}", now)+"\n"); err != nil {
			g.t.Fatal(err)
		}
	}
}

const endMark = "<F2B_END_COMMAND>"

// raw writes bytes to the socket and compares the replies as Python values.
func (g *group) raw(c *check) {
	conn, err := net.Dial("unix", "/var/run/fail2ban/fail2ban.sock")
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	send, err := hex.DecodeString(c.SendHex)
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := conn.Write(send); err != nil {
		g.t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(1200 * time.Millisecond))
	all, err := io.ReadAll(conn)
	if closed := err == nil; closed != c.Closed {
		g.t.Errorf("closed: %v, want %v", closed, c.Closed)
	}
	want, got := []string{}, []string{}
	if err := json.Unmarshal(c.ReplyPy, &want); err != nil {
		g.t.Fatal(err)
	}
	for _, body := range strings.Split(string(all), endMark) {
		if body == "" {
			continue
		}
		v, err := pickle.Decode([]byte(body), pickle.Limits{})
		if err != nil {
			g.t.Fatal(err)
		}
		got = append(got, reason(pickle.Repr(v)))
	}
	for i := range want {
		want[i] = reason(want[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		g.t.Error(diff)
	}
}

// reason cuts off why a message could not be read, which is in everybody's own words.
func reason(reply string) string {
	if strings.HasPrefix(reply, "'ERROR: ") || strings.HasPrefix(reply, `"ERROR: `) {
		return "ERROR"
	}
	return reply
}
