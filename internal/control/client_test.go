package control

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gaol/internal/pickle"
)

func TestDialTellsWhyNot(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "left")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: left, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	tests := []struct {
		name, path string
		want       error
	}{
		{"nothing there", filepath.Join(dir, "nope"), ErrNoSocket},
		{"a plain file", file, ErrRefused},
		{"socket of a dead server", left, ErrRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Dial(t.Context(), tt.path); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDialErrors(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, path string
		err, want  error
	}{
		{"not writable", dir, syscall.EACCES, ErrPermission},
		{"cannot be seen", filepath.Join(dir, "nope"), syscall.EACCES, ErrNoSocket},
		{"busy", dir, os.ErrDeadlineExceeded, ErrTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := dialError(tt.path, tt.err); !errors.Is(got, tt.want) || !errors.Is(got, tt.err) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// answerOnce is a server that answers the first request with raw bytes and hangs up.
func answerOnce(t *testing.T, raw string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := Framer{R: conn, Limit: 1 << 20}
		in.Next()
		conn.Write([]byte(raw))
	}()
	return path
}

func TestCallUnderstandsAnswers(t *testing.T) {
	pack := func(v any) string {
		b, err := pickle.Encode(v, pickle.ForReply)
		if err != nil {
			t.Fatal(err)
		}
		return string(b) + EndMark
	}
	tests := []struct {
		name, answer string
		value        any
		want         error
	}{
		{"a value", pack(pickle.Tuple{0, "pong"}), "pong", nil},
		{"a list instead of the tuple", pack([]any{0, "pong"}), "pong", nil},
		{"nothing", "", nil, ErrClosed},
		{"half an answer", "\x80\x04", nil, ErrClosed},
		{"junk", "junk" + EndMark, nil, ErrProtocol},
		{"bare text", pack("ERROR: no"), nil, ErrProtocol},
		{"shutting down", pack([]any{"SHUTDOWN"}), nil, ErrProtocol},
		{"an error that is no exception", pack(pickle.Tuple{1, "no"}), nil, ErrProtocol},
		{"three parts", pack(pickle.Tuple{0, 1, 2}), nil, ErrProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := client(t, answerOnce(t, tt.answer)).Call(t.Context(), []any{"ping"})
			if got != tt.value || !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v, want %v, %v", got, err, tt.value, tt.want)
			}
		})
	}
}

func client(t *testing.T, path string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
