package control

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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
