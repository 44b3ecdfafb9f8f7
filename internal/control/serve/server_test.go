package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gaol/internal/control"
	"gaol/internal/pickle"
)

// start serves s on a socket of its own until the test ends, and returns the socket's path.
func start(t *testing.T, s *Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen(path, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return path
}

func connect(t *testing.T, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func client(t *testing.T, path string) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// echo answers a command with itself.
func echo(_ context.Context, cmd []any, _ control.Peer) (any, error) { return cmd, nil }

// fake answers what the recorded exchanges ask.
func fake(_ context.Context, cmd []any, _ control.Peer) (any, error) {
	switch words := pickle.Str(cmd); {
	case cmd[0] == "ping":
		return "pong", nil
	case cmd[0] == "echo":
		return cmd[1:], nil
	case strings.HasPrefix(words, "['set', 'sshd', 'banip'"):
		return 1, nil
	case words == "['get', 'sshd', 'bantime.evformula']":
		return nil, nil
	case words == "['status', 'sshd']":
		count := func(name string, n int) pickle.Tuple { return pickle.Tuple{name, n} }
		return []any{
			pickle.Tuple{"Filter", []any{count("Currently failed", 0), count("Total failed", 0),
				pickle.Tuple{"File list", []string{"/var/log/auth.log"}}}},
			pickle.Tuple{"Actions", []any{count("Currently banned", 1), count("Total banned", 1),
				pickle.Tuple{"Banned IP list", []string{"192.0.2.7"}}}},
		}, nil
	}
	return nil, control.InvalidCommand("Invalid command")
}

type rawCase struct {
	ID, Kind string
	SendHex  string `json:"send_hex"`
	ReplyPy  any    `json:"reply_py"`
	Closed   bool
}

func rawCases(t *testing.T) []rawCase {
	t.Helper()
	f, err := os.Open("../../pickle/testdata/server_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []rawCase
	for scan := bufio.NewScanner(f); scan.Scan(); {
		var c rawCase
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Kind == "raw" {
			cases = append(cases, c)
		}
	}
	return cases
}

// TestRecordedExchanges sends what was sent to the original and expects the values that it answered; of the errors that
// are bare text only the beginning must match.
func TestRecordedExchanges(t *testing.T) {
	path := start(t, &Server{Handler: fake})
	cases := rawCases(t)
	if len(cases) != 15 {
		t.Fatalf("%d recorded exchanges, want 15", len(cases))
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			conn := connect(t, path)
			send, err := hex.DecodeString(c.SendHex)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(send); err != nil {
				t.Fatal(err)
			}
			in := control.Framer{R: conn, Limit: maxRequest}
			for _, want := range c.ReplyPy.([]any) {
				if got := answerText(t, &in); !sameAnswer(got, want.(string)) {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			checkOpen(t, conn, !c.Closed)
		})
	}
}

func answerText(t *testing.T, in *control.Framer) string {
	t.Helper()
	body, err := in.Next()
	if err != nil {
		t.Fatal(err)
	}
	v, err := pickle.Decode(body, pickle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return pickle.Repr(v)
}

func sameAnswer(got, want string) bool {
	bare := func(s string) bool { return strings.HasPrefix(strings.Trim(s, `"'`), "ERROR: ") }
	return got == want || bare(got) && bare(want)
}

// checkOpen sends a ping to see whether the server still listens to this connection.
func checkOpen(t *testing.T, conn net.Conn, want bool) {
	t.Helper()
	ping, err := pickle.Encode([]any{"ping"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(append(ping, control.EndMark...))
	in := control.Framer{R: conn, Limit: maxRequest}
	if _, err := in.Next(); (err == nil) != want {
		t.Errorf("connection open: %v, want %v (%v)", err == nil, want, err)
	}
}

func TestTenThousandCommandsOnOneConnection(t *testing.T) {
	c := client(t, start(t, &Server{Handler: echo}))
	for i := range int64(10_000) {
		got, err := c.Call(t.Context(), []any{"echo", i})
		if want := fmt.Sprintf("['echo', %d]", i); err != nil || pickle.Repr(got) != want {
			t.Fatalf("got %s, %v, want %s", pickle.Repr(got), err, want)
		}
	}
}

func TestPipelinedCommandsAreAnsweredInOrder(t *testing.T) {
	conn := connect(t, start(t, &Server{Handler: echo}))
	const count = 2000
	go func() {
		for i := range count {
			request, _ := pickle.Encode([]any{"echo", i}, pickle.ForRequest)
			if _, err := conn.Write(append(request, control.EndMark...)); err != nil {
				return
			}
		}
	}()
	in := control.Framer{R: conn, Limit: maxRequest}
	for i := range count {
		if got, want := answerText(t, &in), fmt.Sprintf("(0, ['echo', %d])", i); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestClientsDoNotShareAnswers(t *testing.T) {
	path := start(t, &Server{Handler: echo})
	var clients sync.WaitGroup
	for id := range 50 {
		clients.Go(func() {
			c := client(t, path)
			for i := range 100 {
				got, err := c.Call(t.Context(), []any{"echo", id, i})
				if want := fmt.Sprintf("['echo', %d, %d]", id, i); err != nil || pickle.Repr(got) != want {
					t.Errorf("got %s, %v, want %s", pickle.Repr(got), err, want)
					return
				}
			}
		})
	}
	clients.Wait()
}

func TestRequestInSingleBytes(t *testing.T) {
	conn := connect(t, start(t, &Server{Handler: fake}))
	request, err := pickle.Encode([]any{"ping"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range append(request, control.EndMark...) {
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if got := answerText(t, &control.Framer{R: conn, Limit: maxRequest}); got != "(0, 'pong')" {
		t.Errorf("got %s", got)
	}
}

func TestHalfClosedClientStillGetsItsAnswer(t *testing.T) {
	conn := connect(t, start(t, &Server{Handler: fake})).(*net.UnixConn)
	request, err := pickle.Encode([]any{"ping"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(append(request, control.EndMark...))
	conn.CloseWrite()
	in := control.Framer{R: conn, Limit: maxRequest}
	if got := answerText(t, &in); got != "(0, 'pong')" {
		t.Errorf("got %s", got)
	}
	if _, err := in.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end of the connection", err)
	}
}

func TestSlowClientsDelayNobody(t *testing.T) {
	path := start(t, &Server{Handler: func(_ context.Context, cmd []any, _ control.Peer) (any, error) {
		if cmd[0] == "much" {
			return strings.Repeat("x", 8<<20), nil
		}
		return "pong", nil
	}})
	half := connect(t, path)
	half.Write([]byte("half a request"))
	deaf := connect(t, path)
	request, err := pickle.Encode([]any{"much"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	deaf.Write(append(request, control.EndMark...))

	begin := time.Now()
	if got, err := client(t, path).Call(t.Context(), []any{"ping"}); got != "pong" || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("answer took %v", took)
	}
	if got := answerText(t, &control.Framer{R: deaf, Limit: maxRequest}); len(got) < 8<<20 {
		t.Errorf("the deaf client was answered %d bytes", len(got))
	}
}

func TestShutdownFinishesCommandsUnderWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen(path, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	s := &Server{Handler: func(ctx context.Context, cmd []any, _ control.Peer) (any, error) {
		close(begun)
		<-ctx.Done()
		return "finished", nil
	}}
	served := make(chan error)
	go func() { served <- s.Serve(ctx, l) }()

	idle := connect(t, path)
	busy := connect(t, path)
	request, err := pickle.Encode([]any{"stop"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	request = append(request, control.EndMark...)
	busy.Write(append(request, request...)) // the second one comes too late
	<-begun
	cancel()

	in := control.Framer{R: busy, Limit: maxRequest}
	got := []string{answerText(t, &in), answerText(t, &in)}
	if got[0] != "(0, 'finished')" || got[1] != "['SHUTDOWN']" {
		t.Errorf("got %v", got)
	}
	if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("idle connection: %v, want the end", err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket's file is still there: %v", err)
	}
}

func TestTooLongRequestIsRefused(t *testing.T) {
	conn := connect(t, start(t, &Server{Handler: fake}))
	go func() {
		for {
			if _, err := conn.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}()
	if got := answerText(t, &control.Framer{R: conn, Limit: maxRequest}); got != "'ERROR: message too long: more than 67108864 bytes'" {
		t.Errorf("got %s", got)
	}
}

func TestErrorsTravelAsExceptions(t *testing.T) {
	_, notFound := os.Open("/nope/x")
	tests := []struct {
		name string
		err  error
		want string // repr of the exception, and its message
	}{
		{"unknown jail", control.UnknownJail("x"), "UnknownJailException('x') 'x'"},
		{"wrapped", fmt.Errorf("while reloading: %w", control.DuplicateJail("x")), "DuplicateJailException('x') x"},
		{"plain", errors.New("disk full"), "Exception('disk full') disk full"},
		{"file", notFound, "FileNotFoundError(2, 'No such file or directory') [Errno 2] No such file or directory: '/nope/x'"},
		{"directory in the way", &fs.PathError{Op: "read", Path: "/x", Err: syscall.EISDIR}, "IsADirectoryError(21, 'Is a directory') [Errno 21] Is a directory: '/x'"},
		{"name in a duration", control.NameError("Dog"), `NameError("name 'Dog' is not defined") name 'Dog' is not defined`},
		{"syntax of a duration", control.SyntaxError("1+2 x", 5, 6), "SyntaxError('invalid syntax', ('<string>', 1, 5, '1+2 x', 1, 6)) invalid syntax (<string>, line 1)"},
		{"key", control.KeyError("Invalid Action name: nope"), "KeyError('Invalid Action name: nope') 'Invalid Action name: nope'"},
		{"too few words", control.MissingArgument(), "IndexError('list index out of range') list index out of range"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := client(t, start(t, &Server{Handler: func(context.Context, []any, control.Peer) (any, error) { return nil, tt.err }}))
			_, err := c.Call(t.Context(), []any{"x"})
			e, ok := errors.AsType[*control.Exception](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if got := pickle.Repr(e.Object) + " " + e.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestValueThatCannotTravel(t *testing.T) {
	var log bytes.Buffer
	s := &Server{Log: slog.New(slog.NewTextHandler(&log, nil)), Handler: func(context.Context, []any, control.Peer) (any, error) {
		return make(chan int), nil
	}}
	conn := connect(t, start(t, s))
	request, err := pickle.Encode([]any{"x"}, pickle.ForRequest)
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(append(request, control.EndMark...))
	if got := answerText(t, &control.Framer{R: conn, Limit: maxRequest}); got != "'ERROR: cannot pickle chan int'" {
		t.Errorf("got %s", got)
	}
	if !strings.Contains(log.String(), "Caught unhandled exception: cannot pickle chan int") {
		t.Errorf("log: %s", log.String())
	}
}

func TestOthersOnlyLook(t *testing.T) {
	stranger, owner := control.Peer{UID: 65534}, control.Peer{UID: uint32(os.Geteuid())}
	tests := []struct {
		name     string
		readOnly bool
		peer     control.Peer
		cmd      string
		want     bool
	}{
		{"the file's mode decides alone", false, stranger, "stop", true},
		{"owner controls", true, owner, "stop", true},
		{"root controls", true, control.Peer{UID: 0}, "stop", true},
		{"others look", true, stranger, "status", true},
		{"others ask for settings", true, stranger, "get", true},
		{"others change nothing", true, stranger, "set", false},
		{"others stop nothing", true, stranger, "stop", false},
		{"others do not reload", true, stranger, "reload", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := session{server: &Server{ReadOnlyOthers: tt.readOnly, Handler: echo}, peer: tt.peer}
			_, err := c.dispatch(t.Context(), []any{tt.cmd})
			if got := err == nil; got != tt.want {
				t.Errorf("allowed: %v (%v), want %v", got, err, tt.want)
			}
		})
	}
}

func TestHandlerLearnsWhoAsks(t *testing.T) {
	path := start(t, &Server{Handler: func(_ context.Context, _ []any, p control.Peer) (any, error) {
		return []any{int(p.UID), int(p.GID), int(p.PID)}, nil
	}})
	got, err := client(t, path).Call(t.Context(), []any{"who"})
	want := fmt.Sprintf("[%d, %d, %d]", os.Getuid(), os.Getgid(), os.Getpid())
	if err != nil || pickle.Repr(got) != want {
		t.Errorf("got %s, %v, want %s", pickle.Repr(got), err, want)
	}
}

func TestOthersAskOnlyShortQuestions(t *testing.T) {
	ours, theirs := net.Pipe()
	s := session{
		server: &Server{ReadOnlyOthers: true, Handler: echo}, conn: theirs,
		log: slog.New(slog.DiscardHandler), peer: control.Peer{UID: 65534},
	}
	done := make(chan error, 1)
	go func() { done <- s.run(t.Context()); theirs.Close() }()
	go ours.Write(make([]byte, maxQuestion+100))
	if got, want := answerText(t, &control.Framer{R: ours, Limit: maxRequest}), "'ERROR: message too long: more than 65536 bytes'"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := <-done; !errors.Is(err, control.ErrTooLong) {
		t.Errorf("session ended with %v", err)
	}
}
