package control

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/pickle"
)

func TestWaitingIsToldOfASlowServer(t *testing.T) {
	release := make(chan struct{})
	path := start(t, &Server{Handler: func(_ context.Context, cmd []any, _ Peer) (any, error) {
		if len(cmd) > 1 {
			<-release
		}
		return "done", nil
	}})
	c := client(t, path)
	waited := 0
	c.Waiting = func() {
		if waited++; waited == 3 {
			close(release)
		}
	}
	if got, err := c.Call(t.Context(), []any{"slowly", "please"}); got != "done" || err != nil || waited < 3 {
		t.Errorf("got %v, %v after %d waits, want done after 3", got, err, waited)
	}
}

func TestASlowDripDoesNotOutliveTheCall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		for err == nil { // never silent for long, never done
			time.Sleep(time.Millisecond)
			_, err = conn.Write([]byte("x"))
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := client(t, path).Call(ctx, []any{"ping"}); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v, want ErrTimeout", err)
	}
}

func TestLongRequestWaitsForAServerThatIsSlowToRead(t *testing.T) {
	var size atomic.Int64
	path := start(t, &Server{Handler: func(_ context.Context, cmd []any, _ Peer) (any, error) {
		size.Store(int64(len(cmd[1].(string))))
		return nil, nil
	}})
	long := strings.Repeat("x", 4<<20) // much more than a socket holds
	if _, err := client(t, path).Call(t.Context(), []any{"echo", long}); err != nil || size.Load() != int64(len(long)) {
		t.Errorf("%d bytes came, %v, want %d", size.Load(), err, len(long))
	}
}

// fullQueue listens at path with a queue of one connection, and fills it.
func fullQueue(t *testing.T, path string) (listener int) {
	t.Helper()
	listener, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(listener) })
	if err := errors.Join(unix.Bind(listener, &unix.SockaddrUnix{Name: path}), unix.Listen(listener, 0)); err != nil {
		t.Fatal(err)
	}
	waiting, err := open(path, func(bool) error { return errors.New("the queue has no room for one") })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { waiting.Close() })
	return listener
}

func TestDialWaitsForAFullQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener := fullQueue(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, path); !errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v, want ErrTimeout", err)
	}
	time.AfterFunc(10*time.Millisecond, func() {
		if conn, _, err := unix.Accept(listener); err == nil {
			defer unix.Close(conn)
		}
	})
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestLongReplyComesWhole(t *testing.T) {
	want := make([]any, 50_000)
	for i := range want {
		want[i] = "2001:db8::1"
	}
	path := start(t, &Server{Handler: func(context.Context, []any, Peer) (any, error) { return want, nil }})
	got, err := client(t, path).Call(t.Context(), []any{"list"})
	if err != nil || pickle.Repr(got) != pickle.Repr(want) {
		t.Errorf("another list: %v", err)
	}
}
