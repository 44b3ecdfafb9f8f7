package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/control"
	"gaol/internal/control/serve"
	"gaol/internal/pickle"
)

// A fakeServer stands in for the server: it notes what it is asked and answers with answer, or "pong" for nil.
type fakeServer struct {
	socket string
	answer func(cmd []any) (any, error)

	mu    sync.Mutex // guards asked
	asked []string
}

func (f *fakeServer) handle(_ context.Context, cmd []any, _ control.Peer) (any, error) {
	f.mu.Lock()
	f.asked = append(f.asked, pickle.Repr(cmd))
	f.mu.Unlock()
	if f.answer == nil {
		return "pong", nil
	}
	return f.answer(cmd)
}

func (f *fakeServer) questions() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

// startFake serves until the test ends or the function it returns is called.
func startFake(t *testing.T, answer func(cmd []any) (any, error)) (f *fakeServer, stop func()) {
	t.Helper()
	f = &fakeServer{socket: filepath.Join(t.TempDir(), "s"), answer: answer}
	l, err := serve.Listen(f.socket, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- (&serve.Server{Handler: f.handle}).Serve(ctx, l) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("fake server: %v", err)
		}
	})
	t.Cleanup(stop)
	return f, stop
}

// confDir writes a configuration of two jails.
func confDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("fail2ban.conf", "[Definition]\nloglevel = INFO\nlogtarget = /dev/null\nsyslogsocket = auto\nsocket = "+dir+"/s\npidfile = "+dir+"/p\n"+
		"allowipv6 = auto\ndbfile = None\ndbpurgeage = 1d\n")
	write("jail.conf", "[INCLUDES]\n[DEFAULT]\nbackend = polling\nfilter = demo\naction = note\n[web]\nenabled = true\nlogpath = "+dir+"/log\n"+
		"[mail]\nenabled = true\nlogpath = "+dir+"/log\n")
	write("log", "")
	write("filter.d/demo.conf", "[Definition]\nfailregex = ^bad <HOST>$\n")
	write("action.d/note.conf", "[Definition]\nactionban = true\n")
	return dir
}

// A result is what a run of the client left.
type result struct {
	Code   int
	Stdout string
	Stderr []string // level and text of each line
}

// runWith runs the client on a socket.
func runWith(t *testing.T, socket, stdin string, words ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	argv := append([]string{"-c", confDir(t), "-s", socket}, words...)
	code := Run(t.Context(), argv, Means{}, strings.NewReader(stdin), &stdout, &stderr)
	r := result{Code: code, Stdout: stdout.String()}
	for _, line := range logLines(t, stderr.String()) {
		r.Stderr = append(r.Stderr, strings.Join(line[1:], " "))
	}
	return r
}

func TestServerThatCannotBeReached(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "left")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: left, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	missing := filepath.Join(dir, "missing")
	tests := []struct{ name, socket, cmd, want string }{
		{"no socket", missing, "status", "Failed to access socket path: " + missing + ". Is fail2ban running?"},
		{"dead socket", left, "status", "[[Errno 111] Connection refused] Unable to contact server. Is it running?"},
		{"ping of a dead socket", left, "ping", "[Errno 111] Connection refused"},
		{"reload without a server", missing, "reload", "Could not find server"},
		{"start over a dead socket", left, "start", "Fail2ban seems to be in unexpected state (not running but the socket exists)"},
		{"too many jails to reload", missing, "reload --unban a b", "Unexpected argument(s) for reload: ['a', 'b']"},
		{"too many jails to restart", missing, "restart a b", "Unexpected argument(s) for reload: ['a', 'b']"},
		{"timeout that is no number", missing, "ping foo", "could not convert string to float: 'foo'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := result{Code: failed, Stderr: []string{"ERROR " + tt.want}}
			if diff := cmp.Diff(want, runWith(t, tt.socket, "", strings.Fields(tt.cmd)...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"not ours", control.ErrPermission, "Permission denied to socket: /s, (you must be root)"},
		{"too slow", control.ErrTimeout, "timed out"},
		{"gone", fmt.Errorf("%w: EOF", control.ErrClosed), "[Errno 104] Connection reset by peer"},
		{"anything else", errors.New("odd"), "odd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := unreachable([]string{"status"}, "/s", tt.err); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCommandsReachTheServerAsTheyAre(t *testing.T) {
	tests := []struct {
		name, cmd string
		want      []string
	}{
		{"one word", "status", []string{"['status']"}},
		{"words that look like options", "get sshd banip --with-time", []string{"['get', 'sshd', 'banip', '--with-time']"}},
		{"ping with a timeout", "ping 5", []string{"['ping', '5']"}},
		{"ping for ever", "ping -1", []string{"['ping', '-1']"}},
		{"start of a jail", "start sshd", []string{"['start', 'sshd']"}},
		{"unknown words", "frobnicate", []string{"['frobnicate']"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := startFake(t, nil)
			if r := runWith(t, f.socket, "", strings.Fields(tt.cmd)...); r.Code != 0 {
				t.Errorf("got %+v", r)
			}
			if diff := cmp.Diff(tt.want, f.questions()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPingGivesUp(t *testing.T) {
	release := make(chan struct{})
	f, _ := startFake(t, func([]any) (any, error) { <-release; return "pong", nil })
	defer close(release)
	want := result{Code: failed, Stderr: []string{"ERROR timed out"}}
	if diff := cmp.Diff(want, runWith(t, f.socket, "", "ping", "0.05")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReload(t *testing.T) {
	tests := []struct {
		name, cmd string
		want      []string // what is sent in the end, cut behind the flags
		jails     int      // how many of them are in the stream
	}{
		{"everything", "reload", []string{"['reload', '--all', []"}, 2},
		{"everything by name", "reload --all", []string{"['reload', '--all', []"}, 2},
		{"one jail", "reload web", []string{"['reload', 'web', []"}, 1},
		{"with flags", "reload --unban --if-exists web", []string{"['reload', 'web', ['--unban', '--if-exists']"}, 1},
		{"restart of a jail", "restart --unban web", []string{"['reload', 'web', ['--restart', '--unban']"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := startFake(t, func(cmd []any) (any, error) {
				if cmd[0] == "ping" {
					return "pong", nil
				}
				return "OK", nil
			})
			r := runWith(t, f.socket, "", strings.Fields(tt.cmd)...)
			if diff := cmp.Diff(result{Stdout: "OK\n"}, r); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			asked := f.questions()
			if len(asked) != 3 || asked[0] != "['ping']" || !strings.HasPrefix(asked[2], tt.want[0]+", [['set', 'syslogsocket'") {
				t.Errorf("asked %q", asked)
			}
			if got := strings.Count(asked[len(asked)-1], "['add', "); got != tt.jails {
				t.Errorf("%d jails were sent, want %d", got, tt.jails)
			}
		})
	}
}

func TestReloadOfAnUnknownJailSendsNothing(t *testing.T) {
	f, _ := startFake(t, nil)
	want := result{Code: failed, Stderr: []string{"ERROR Failed during configuration: No section: 'nosuch'"}}
	if diff := cmp.Diff(want, runWith(t, f.socket, "", "reload", "--if-exists", "nosuch")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"['ping']", "['get', 'maxlinelength']"}, f.questions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReloadOfTheOriginalsServer sends it the files that are there, and not the pattern.
func TestReloadOfTheOriginalsServer(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.log", "")
	write("fail2ban.conf", "[Definition]\n")
	write("jail.conf", "[a]\nenabled = true\nlogpath = "+dir+"/*.log\n")
	for _, ours := range []bool{false, true} {
		f, _ := startFake(t, func(cmd []any) (any, error) {
			if cmd[0] == "get" && !ours {
				return nil, control.InvalidCommand("Invalid command")
			}
			return "OK", nil
		})
		c := newCommander(&Options{Conf: dir, Socket: f.socket, Timeout: 5}, Means{}, strings.NewReader(""), io.Discard, io.Discard)
		if !c.findServer() {
			t.Fatal("the configuration is not read")
		}
		if code := c.reload(t.Context(), nil); code != 0 {
			t.Fatalf("exit status %d", code)
		}
		asked := f.questions()
		want := "'addlogpath', '" + dir + "/a.log', 'head']"
		if ours {
			want = "'addlogpath', '" + dir + "/*.log', 'head', 'live']"
		}
		if last := asked[len(asked)-1]; !strings.Contains(last, want) {
			t.Errorf("ours %v: sent %s", ours, last)
		}
	}
}

func TestCommandLineThatCannotBeActedUpon(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"-c", "/nope", "status"}, Means{}, nil, &stdout, &stderr)
	if want := "ERROR: Base configuration directory /nope does not exist \n"; code != failed || stdout.String() != want {
		t.Errorf("got %d, %q, want %q", code, stdout.String(), want)
	}
	if diff := cmp.Diff([][]string{{"fail2ban", "ERROR", initFailed}}, logLines(t, stderr.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := runWith(t, "/nope", ""); r.Code != failed || !strings.HasPrefix(r.Stdout, "Usage: ") {
		t.Errorf("without a command: got %d, %.20q", r.Code, r.Stdout)
	}
}

func TestTestingComesBeforeTheCommand(t *testing.T) {
	f, _ := startFake(t, nil)
	const ok = "OK: configuration test is successful\n"
	if diff := cmp.Diff(result{Stdout: ok + "Server replied: pong\n"}, runWith(t, f.socket, "", "-t", "ping")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(result{Stdout: ok}, runWith(t, f.socket, "", "-t")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := runWith(t, f.socket, "", "-d", "ping"); r.Code != 0 || !strings.HasPrefix(r.Stdout, "['set', 'syslogsocket', 'auto']\n") {
		t.Errorf("got %+v", r)
	}
	if diff := cmp.Diff([]string{"['ping']"}, f.questions()); diff != "" {
		t.Errorf("only the first run asks (-want +got):\n%s", diff)
	}
}

func TestPrompt(t *testing.T) {
	const intro = "Gaol, in place of Fail2Ban v1.1.0: watches logs for failed logins and other abuse,\n" +
		"and shuts the addresses that cause them out for a while.\n\n"
	tests := []struct {
		name, stdin, cmd string
		want             result
		asked            []string
	}{
		{"until exit", "ping\nexit\nping\n", "", result{Stdout: intro + "fail2ban> Server replied: pong\nfail2ban> "}, []string{"['ping']"}},
		{"until the input ends", "\n", "", result{Code: failed, Stdout: intro + "fail2ban> fail2ban> \n", Stderr: []string{"ERROR EOF when reading a line"}}, nil},
		{"failures do not end it", "bad\nping 'x\nquit", "", result{Stdout: intro + "fail2ban> no\nfail2ban> fail2ban> ",
			Stderr: []string{"ERROR NOK: ('no',)", "ERROR No closing quotation"}}, []string{"['bad']"}},
		{"after a command", "quit\n", "echo a", result{Stdout: "['echo', 'a']\n" + intro + "fail2ban> "}, []string{"['echo', 'a']"}},
		{"not after a command that failed", "quit\n", "bad", result{Code: failed, Stdout: "no\n", Stderr: []string{"ERROR NOK: ('no',)"}}, []string{"['bad']"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := startFake(t, func(cmd []any) (any, error) {
				switch cmd[0] {
				case "bad":
					return nil, control.ValueError("no")
				case "echo":
					return pickle.Repr(cmd), nil
				}
				return "pong", nil
			})
			r := runWith(t, f.socket, tt.stdin, append([]string{"-i"}, strings.Fields(tt.cmd)...)...)
			if diff := cmp.Diff(tt.want, r); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.asked, f.questions()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPromptTellsProgress(t *testing.T) {
	f, _ := startFake(t, nil)
	r := runWith(t, f.socket, "reload web\nexit\n", "-i")
	if !strings.Contains(r.Stdout, "fail2ban>   ## reload ... \npong\nfail2ban> ") {
		t.Errorf("got %q", r.Stdout)
	}
}

func TestPromptHelps(t *testing.T) {
	r := runWith(t, "/nope", "help\nexit\n", "-i")
	if r.Code != 0 || !strings.Contains(r.Stdout, "fail2ban> Usage: fail2ban-client [OPTIONS] <COMMAND>\n") {
		t.Errorf("got %+v", r)
	}
}

func TestSignalEndsTheClient(t *testing.T) {
	f, _ := startFake(t, func([]any) (any, error) { time.Sleep(time.Second); return "pong", nil })
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("terminated signal received")) })
	for _, words := range [][]string{{"status"}, {"-i"}} {
		var stdout, stderr bytes.Buffer
		argv := append([]string{"-c", confDir(t), "-s", f.socket}, words...)
		silent, open := io.Pipe()
		defer open.Close()
		if code := Run(ctx, argv, Means{}, silent, &stdout, &stderr); code != failed || !strings.HasSuffix(stdout.String(), "\n") {
			t.Errorf("got %d, %q", code, stdout.String())
		}
		if diff := cmp.Diff([][]string{{"fail2ban", "WARNING", "Caught signal 15. Exiting"}}, logLines(t, stderr.String())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestVerbosity(t *testing.T) {
	f, _ := startFake(t, nil)
	socket := "Using socket file " + f.socket
	tests := []struct {
		option, form string
		want         bool
	}{
		{"-q", socket, false},
		{"-v", "fail2ban                [%d]: INFO    " + socket, true},
		{"-vv", "1 INFO  " + socket, true},
		{"-vvv", "fail2ban                  INFO  " + socket, true},
	}
	for _, tt := range tests {
		t.Run(tt.option, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			Run(t.Context(), []string{tt.option, "-c", confDir(t), "-s", f.socket, "ping"}, Means{}, nil, &stdout, &stderr)
			want := strings.ReplaceAll(tt.form, "%d", fmt.Sprint(os.Getpid()))
			if got := strings.Contains(stderr.String(), want); got != tt.want {
				t.Errorf("%q in the log: %v, want %v:\n%s", want, got, tt.want, stderr.String())
			}
		})
	}
}

func TestUTF8Locale(t *testing.T) {
	tests := []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", true},
		{"C", "", "de_DE.ISO-8859-1", true},
		{"", "de_DE.utf8@euro", "C", true},
		{"", "", "en_US.UTF-8", true},
		{"", "", "en_US.ISO-8859-1", false},
		{"de_DE", "", "en_US.UTF-8", false},
	}
	for _, tt := range tests {
		t.Setenv("LC_ALL", tt.all)
		t.Setenv("LC_CTYPE", tt.ctype)
		t.Setenv("LANG", tt.lang)
		if got := utf8Locale(); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}

// programVariable makes TestBeTheServer be the program that start runs.
const programVariable = "GAOL_TEST_SERVER"

// starting returns a commander whose server is played by TestBeTheServer in the given way.
func starting(t *testing.T, part string) (c *commander, stdout, stderr *bytes.Buffer) {
	t.Helper()
	dir := confDir(t)
	script := filepath.Join(dir, "server")
	text := fmt.Sprintf("#!/bin/sh\n%s=%s exec %s -test.run='^TestBeTheServer$' -- \"$@\"\n", programVariable, part, os.Args[0])
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	o, err := ParseOptions([]string{"-c", dir, "--timeout", "20"})
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	c = newCommander(o, Means{}, nil, stdout, stderr)
	c.program = func() (string, error) { return script, nil }
	if !c.findServer() {
		t.Fatal(stderr.String())
	}
	t.Cleanup(func() { c.call(context.Background(), []any{"stop"}) })
	return c, stdout, stderr
}

func TestBeTheServer(t *testing.T) {
	part := os.Getenv(programVariable)
	if part == "" || part == "fails" {
		if part != "" {
			t.Fatal("as asked")
		}
		t.Skip("plays the server for other tests")
	}
	words := os.Args
	for i, w := range words {
		if w == "--" {
			words = words[i+1:]
			break
		}
	}
	o, err := ParseOptions(words)
	if err != nil || !o.Async || o.Foreground || o.LogTarget != "/dev/null" || o.PidFile == "" {
		t.Fatalf("called with %q: %v", words, err)
	}
	l, err := serve.Listen(o.Socket, o.Force)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var stopping atomic.Bool
	s := serve.Server{Handler: func(_ context.Context, cmd []any, _ control.Peer) (any, error) {
		switch {
		case cmd[0] == "stop" && part == "lingers":
			stopping.Store(true)
			time.AfterFunc(300*time.Millisecond, cancel)
		case stopping.Load():
			return nil, control.ValueError("about to go")
		case cmd[0] == "stop":
			cancel()
		case cmd[0] == "server-stream" && part == "refuses":
			return nil, control.ValueError("bad regex")
		case cmd[0] == "server-status":
			return "Server ready", nil
		}
		return nil, nil
	}}
	if err := s.Serve(ctx, l); err != nil {
		t.Fatal(err)
	}
}

func TestStart(t *testing.T) {
	c, stdout, stderr := starting(t, "works")
	if code := c.do(t.Context(), []string{"start"}); code != 0 || stdout.String() != "Server ready\n" || stderr.Len() > 0 {
		t.Fatalf("got %d, %q, %q", code, stdout.String(), stderr.String())
	}
	if code := c.do(t.Context(), []string{"start"}); code != failed || !strings.Contains(stderr.String(), "Server already running") {
		t.Errorf("second start: got %d, %q", code, stderr.String())
	}
	stdout.Reset()
	if code := c.do(t.Context(), []string{"restart"}); code != 0 || stdout.String() != "Shutdown successful\nServer ready\n" {
		t.Errorf("restart: got %d, %q, %q", code, stdout.String(), stderr.String())
	}
}

func TestRestartOfAServerThatTakesItsTimeToGo(t *testing.T) {
	c, stdout, stderr := starting(t, "lingers")
	if code := c.do(t.Context(), []string{"start"}); code != 0 {
		t.Fatalf("got %d, %q", code, stderr.String())
	}
	if code := c.do(t.Context(), []string{"restart"}); code != 0 || !strings.HasSuffix(stdout.String(), "Shutdown successful\nServer ready\n") {
		t.Errorf("got %d, %q, %q", code, stdout.String(), stderr.String())
	}
}

func TestStartOfAServerThatDies(t *testing.T) {
	c, _, stderr := starting(t, "fails")
	begin := time.Now()
	if code := c.do(t.Context(), []string{"start"}); code != failed || !strings.Contains(stderr.String(), "Could not start server. Maybe an old socket file") {
		t.Errorf("got %d, %q", code, stderr.String())
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("noticed after %v only", took)
	}
}

func TestStartWithAConfigurationThatTheServerRefuses(t *testing.T) {
	c, stdout, stderr := starting(t, "refuses")
	if code := c.do(t.Context(), []string{"start"}); code != failed || stdout.String() != "bad regex\n" || !strings.Contains(stderr.String(), "NOK: ('bad regex',)") {
		t.Errorf("got %d, %q, %q", code, stdout.String(), stderr.String())
	}
	for range 100 {
		if _, err := os.Lstat(c.server.Socket); errors.Is(err, os.ErrNotExist) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the server still runs")
}

func TestServerCommandIsASessionOfItsOwn(t *testing.T) {
	c, _, _ := starting(t, "works")
	c.options.Force, c.options.Verbosity = true, 2
	argv, attr := c.serverProcess()
	s := c.server
	want := []string{"fail2ban-server", "--async", "-b", "-c", c.options.Conf, "-s", s.Socket, "-p", s.PidFile, "--loglevel", "INFO",
		"--logtarget", "/dev/null", "--syslogsocket", "auto", "--timeout", "20", "-x", "-v", "-v"}
	if diff := cmp.Diff(want, argv); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&syscall.SysProcAttr{Setsid: true}, attr.Sys); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRunAloneLeavesWhatTakesMeans has to start nothing and print nothing where it says that it did nothing.
func TestRunAloneLeavesWhatTakesMeans(t *testing.T) {
	f, _ := startFake(t, nil)
	dir := confDir(t)
	for words, alone := range map[string]bool{
		"ping": true, "status web": true, "-d": true, "--dp": true, "-V": true, "-h": true, "--nonsense": true, "": true,
		"start": false, "restart": false, "reload": false, "reload web": false, "restart web": false, "-t": false, "-t ping": false,
		"-d -t": false, "-i": false, "-i ping": false,
	} {
		var stdout, stderr bytes.Buffer
		argv := append([]string{"-c", dir, "-s", f.socket}, strings.Fields(words)...)
		_, done := RunAlone(t.Context(), argv, nil, &stdout, &stderr)
		if said := stdout.Len()+stderr.Len() > 0; done != alone || said != alone {
			t.Errorf("%q: done %v, printed %v; want %v", words, done, said, alone)
		}
	}
	if want := []string{"['ping']", "['status', 'web']"}; len(f.questions()) != len(want) {
		t.Errorf("the server was asked %q, not %q", f.questions(), want)
	}
}

// TestManyJailsAreNotShownAlone has Run show what RunAlone, which cannot leave garbage alone, makes no beginning of.
func TestManyJailsAreNotShownAlone(t *testing.T) {
	dir := confDir(t)
	var many strings.Builder
	for i := range 300 {
		fmt.Fprintf(&many, "[j%d]\nenabled = true\nlogpath = %s/log\n", i, dir)
	}
	if err := os.WriteFile(filepath.Join(dir, "jail.local"), []byte(many.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{"-d", "--dp"} {
		var stdout, stderr bytes.Buffer
		if _, done := RunAlone(t.Context(), []string{"-c", dir, option}, nil, &stdout, &stderr); done || stdout.Len()+stderr.Len() > 0 {
			t.Errorf("%s: done %v, printed %q, %q", option, done, stdout.String(), stderr.String())
		}
		left := false
		means := Means{LeaveGarbage: func() { left = true }}
		code := Run(t.Context(), []string{"-c", dir, option}, means, nil, &stdout, &stderr)
		if starts := strings.Count(stdout.String(), "['start', "); code != 0 || starts != 302 || !left {
			t.Errorf("%s: got %d, %d jails, garbage left %v", option, code, starts, left)
		}
	}
}
