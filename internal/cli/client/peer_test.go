package client

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/control"
	"gaol/internal/control/serve"
	"gaol/internal/pickle"
)

// peerCommand returns the path of one of the original's commands. Tests with it are slow: they need GAOL_FULL=1.
func peerCommand(t *testing.T, name string) string {
	t.Helper()
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("compares with the original: set GAOL_FULL=1")
	}
	path, err := filepath.Abs(filepath.Join("../../../.peer/bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the original is missing: run test/peer/fetch .peer (%v)", err)
	}
	return path
}

// An outcome is what a user sees of a command.
type outcome struct {
	Code   int
	Stdout string
	Stderr [][]string
}

var dateTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)

// visible makes an outcome of a run; what differs from run to run (directory, times) has a fixed text.
func visible(t *testing.T, code int, stdout, stderr, dir string) outcome {
	t.Helper()
	stderr = strings.ReplaceAll(stderr, dir, "DIR")
	return outcome{code, dateTime.ReplaceAllString(strings.ReplaceAll(stdout, dir, "DIR"), "TIME"), logLines(t, stderr)}
}

// runPeer runs the original's client.
func runPeer(t *testing.T, client, dir string, words []string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(client, append([]string{"-c", dir, "-s", dir + "/s"}, words...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return visible(t, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), dir)
}

// runOurs runs our client.
func runOurs(t *testing.T, dir string, words []string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), append([]string{"-c", dir, "-s", dir + "/s"}, words...), Means{}, nil, &stdout, &stderr)
	return visible(t, code, stdout.String(), stderr.String(), dir)
}

// TestBothClientsPrintTheSame has a server answer both clients with values and errors of every shape.
func TestBothClientsPrintTheSame(t *testing.T) {
	peer := peerCommand(t, "fail2ban-client")
	var value any
	var failure error
	dir := confDir(t)
	l, err := serve.Listen(dir+"/s", false)
	if err != nil {
		t.Fatal(err)
	}
	s := serve.Server{Handler: func(context.Context, []any, control.Peer) (any, error) { return value, failure }}
	go s.Serve(t.Context(), l)

	jail := listOf(tupleOf("Filter", listOf(tupleOf("A", 1), tupleOf("B", listOf("x", 2)), tupleOf("C", nil))), tupleOf("Actions", listOf(tupleOf("D", ""))))
	answers := []struct {
		cmds  string // separated by semicolons
		value any
	}{
		{"stop;stop x;stop --all;start x;get dbfile;get dbpurgeage;get x datepattern;sleep 1;get x bantime.factor", nil},
		{"get logtarget;get syslogsocket;get dbfile;get loglevel;set loglevel x;add x;add x polling;flushlogs;ping;version;foo;" +
			"set x usedns;get x logencoding;set x logencoding auto;foo loglevel;get x loglevel;set x addaction a;get x action y actionban", "té\n'x'"},
		{"get x logpath;set x addlogpath f;set x dellogpath f;get x ignoreip;set x addignoreip f;set x delignoreip f;get x failregex;" +
			"set x addfailregex f;set x delfailregex f;get x ignoreregex;set x addignoreregex f;set x delignoreregex f;get x actions;" +
			"get x actionproperties y;get x actionmethods y;get x banip;get x banip --with-time;get x banip ,;set x banip y;" +
			"echo a b;banned;get x banned;get x action y actions;banned a logpath;foo bar actions;get x ignorecache", listOf("a", "it's", "é")},
		{"get x logpath;get x ignoreip;get x failregex;get x ignoreregex;get x journalmatch;get x actions;get x actionproperties y;" +
			"get x actionmethods y;get x banip;get x banip --with-time;echo;banned;status x;status", listOf()},
		{"get x journalmatch;set x addjournalmatch y;set x deljournalmatch y", listOf(listOf("A=1", "+", "B=2"), listOf("C=3"))},
		{"get x datepattern;set x datepattern y", tupleOf(nil, "Epoch")},
		{"get x datepattern;get x ignorecache", tupleOf("a'b", "c")},
		{"get dbpurgeage;set dbpurgeage 1;get x bantime;set x banip y", 86400.0},
		{"get dbpurgeage;get dbmaxmatches;set x banip y;get x maxretry", 86400},
		{"set x idle on;get x ignoreself", true},
		{"status x;status x short", jail},
		{"status", listOf(tupleOf("Number of jail", 2), tupleOf("Jail list", "a, b"))},
		{"get thread", pickle.NewDict("stacksize", 0)},
	}
	errs := []error{
		control.UnknownJail("x"), control.MissingArgument(), control.InvalidCommand("Invalid command"), control.ValueError("it's"),
		control.KeyError("Invalid Action name: nope"), control.NameError("Dog"), control.SyntaxError("1+2 x", 5, 6), control.TypeError("t"),
		control.AttributeError("no attribute"), control.LookupError("unknown encoding: Monkey"), control.RuntimeError("r"),
		control.NotImplementedError("n"), control.FileNotFound("/it's/é"), control.DuplicateJail("x"),
		&control.Exception{Object: &pickle.Object{Module: "builtins", Class: "ValueError", Args: pickle.Tuple{}}},
		&control.Exception{Object: &pickle.Object{Module: "builtins", Class: "ValueError", Args: tupleOf("a", 2)}},
	}
	check := func(words string) {
		t.Helper()
		want, got := runPeer(t, peer, dir, strings.Fields(words)), runOurs(t, dir, strings.Fields(words))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s, %v (-original +ours):\n%s", words, pickle.Repr(value), failure, diff)
		}
	}
	for _, a := range answers {
		value = a.value
		for words := range strings.SplitSeq(a.cmds, ";") {
			check(words)
		}
	}
	for _, failure = range errs {
		check("get x y")
	}
}

// peerConfiguration writes a configuration of two jails whose actions only take notes.
func peerConfiguration(t *testing.T) string {
	t.Helper()
	dir := confDir(t)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"auth.log", "web1.log", "web2.log"} {
		write(name, "")
	}
	write("fail2ban.conf", `[Definition]
loglevel = INFO
logtarget = DIR/fail2ban.log
syslogsocket = auto
socket = DIR/s
pidfile = DIR/p
allowipv6 = auto
dbfile = DIR/db
dbmaxmatches = 10
dbpurgeage = 1d
`)
	write("action.d/note.conf", `[Definition]
actionstart = echo start >> DIR/notes
actionban = echo ban <ip> >> DIR/notes
actionunban = echo unban <ip> >> DIR/notes
[Init]
name = default
`)
	write("filter.d/demo.conf", `[Definition]
failregex = ^ refused <HOST>$
            ^ unknown <F-USER>\S+</F-USER> at <HOST>$
ignoreregex =
datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S
`)
	write("jail.conf", `[INCLUDES]
[DEFAULT]
backend = polling
usedns = no
maxretry = 3
findtime = 10m
bantime = 10m
ignoreself = false
ignoreip = 127.0.0.1/8 ::1
filter = demo
action = note[name=%(__name__)s]
[sshd]
enabled = true
logpath = DIR/auth.log
[web]
enabled = true
logpath = DIR/web1.log
          DIR/web2.log
`)
	return dir
}

// startPeer runs the original's server in the foreground until the test ends.
func startPeer(t *testing.T) (dir string) {
	t.Helper()
	server := peerCommand(t, "fail2ban-server")
	dir = peerConfiguration(t)
	cmd := exec.Command(server, "-f", "-c", dir, "-s", dir+"/s", "-p", dir+"/p", "start")
	cmd.Env = append(os.Environ(), "PYTHONHASHSEED=0", "TZ=UTC", "LC_ALL=C.UTF-8")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-done:
		case <-time.After(15 * time.Second):
			cmd.Process.Kill()
			<-done
		}
	})
	for range 200 {
		if r := runOurs(t, dir, []string{"status", "web"}); r.Code == 0 {
			return dir
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the original's server does not start: %s", output.String())
	return ""
}

// TestBothClientsOnTheOriginalsServer gives the same commands to two servers of the original, to one by its own client, to the
// other by ours. What users see must be the same all the way.
func TestBothClientsOnTheOriginalsServer(t *testing.T) {
	peer := peerCommand(t, "fail2ban-client")
	theirs, ours := startPeer(t), startPeer(t)
	commands, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(string(commands)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		count++
		in := func(dir string) []string {
			words, err := splitLine(strings.ReplaceAll(line, "DIR", dir))
			if err != nil {
				t.Fatal(err)
			}
			return words
		}
		want, got := runPeer(t, peer, theirs, in(theirs)), runOurs(t, ours, in(ours))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-original +ours):\n%s", line, diff)
		}
	}
	if count < 140 {
		t.Errorf("only %d commands were compared", count)
	}
}
