package serve

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestListenMakesDirectoryAndPrivateSocket(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	path := filepath.Join(t.TempDir(), "run", "s")
	l, err := Listen(path, false)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), fs.ModeSocket|0o600; got != want {
		t.Errorf("mode %v, want %v", got, want)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestListenOnAnExistingPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	first, err := Listen(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := Listen(path, false); !errors.Is(err, ErrExists) {
		t.Fatalf("got %v, want ErrExists", err)
	}
	second, err := Listen(path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	// The first server must not take away its successor's file.
	first.Close()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestListenRefusesTooLongPath(t *testing.T) {
	path := "/" + strings.Repeat("x", 107)
	const want = "socket path of 108 bytes is longer than 107: "
	if _, err := Listen(path, false); err == nil || err.Error() != want+path {
		t.Errorf("got %v", err)
	}
}

func TestListenMakesOnlyOneDirectory(t *testing.T) {
	if _, err := Listen(filepath.Join(t.TempDir(), "a", "b", "s"), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestShareWithGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := ShareWith(path, os.Getgid()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o660 {
		t.Errorf("mode %v", got)
	}
}

// inheritVariable makes the test binary be the server that systemd starts.
const inheritVariable = "GAOL_TEST_INHERIT"

func TestSocketOfSystemdIsInherited(t *testing.T) {
	if os.Getenv(inheritVariable) != "" {
		beInheritor(t)
		return
	}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSocketOfSystemdIsInherited$")
	cmd.Env = append(os.Environ(), inheritVariable+"="+path, "LISTEN_FDS=2", "LISTEN_FDNAMES=other:fail2ban")
	cmd.ExtraFiles = []*os.File{other, f}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the inheritor removed the socket's file: %v", err)
	}
}

func beInheritor(t *testing.T) {
	t.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid())) // systemd sets it between fork and exec, which exec.Cmd cannot
	l, err := Listen("/nowhere", false)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := l.Addr().String(), os.Getenv(inheritVariable); got != want || !l.Inherited {
		t.Errorf("listens on %s, inherited %v; want %s", got, l.Inherited, want)
	}
	if _, left := os.LookupEnv("LISTEN_FDS"); left {
		t.Error("LISTEN_FDS is still set")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
