package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrExists says that something stands at the socket's path: a server that runs, or what one left behind.
var ErrExists = errors.New("socket exists")

// maxPath is how many bytes the kernel allows a socket's path.
const maxPath = len(unix.RawSockaddrUnix{}.Path) - 1

// A Listener is the server's end of a socket file.
type Listener struct {
	*net.UnixListener
	// Inherited is true for a socket that systemd made; its file is systemd's and stays.
	Inherited bool

	path   string
	made   fs.FileInfo // the file we made, nil if inherited
	remove sync.Once
}

// Listen makes the socket at path with mode 0600, whatever the umask, and its directory if that alone is missing. If
// something stands there already it fails with ErrExists, unless force is true: then it takes its place. A socket that
// systemd handed over comes first.
func Listen(path string, force bool) (*Listener, error) {
	if l, err := inherit(handedOver()); l != nil || err != nil {
		return l, err
	}
	if len(path) > maxPath {
		return nil, fmt.Errorf("socket path of %d bytes is longer than %d: %s", len(path), maxPath, path)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("socket directory: %w", err)
	}
	if err := makeRoom(path, force); err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: ownerOnly}
	l, err := config.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	made, err := os.Lstat(path)
	if err != nil {
		l.Close()
		return nil, err
	}
	u := l.(*net.UnixListener)
	u.SetUnlinkOnClose(false)
	return &Listener{UnixListener: u, path: path, made: made}, nil
}

// makeRoom sees to it that nothing stands at path.
func makeRoom(path string, force bool) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !force:
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	return os.Remove(path)
}

// ownerOnly gives the socket its mode before it gets its name, so that there is no moment when others could connect.
func ownerOnly(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) { failed = unix.Fchmod(int(fd), 0o600) })
	return errors.Join(err, failed)
}

// ShareWith lets the members of a group connect to the socket at path. See Server.ReadOnlyOthers for what they may do.
func ShareWith(path string, gid int) error {
	if err := os.Chown(path, -1, gid); err != nil {
		return err
	}
	return os.Chmod(path, 0o660)
}

// Close stops listening and removes the socket's file, unless it was inherited or another server has taken its place.
func (l *Listener) Close() error {
	l.remove.Do(func() {
		if l.made == nil {
			return
		}
		if now, err := os.Lstat(l.path); err == nil && os.SameFile(now, l.made) {
			os.Remove(l.path)
		}
	})
	return l.UnixListener.Close()
}

// firstHandedOver is the number of the first descriptor that systemd passes on.
const firstHandedOver = 3

// handedOver returns the descriptor of the socket that systemd made for us, or -1: the one called "fail2ban", else the
// first. The variables are taken out of the environment, so that our children do not think they are meant.
func handedOver() int {
	pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID"))
	count, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	if pid != os.Getpid() || count < 1 {
		return -1
	}
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	for i, name := range names {
		if name == "fail2ban" && i < count {
			return firstHandedOver + i
		}
	}
	return firstHandedOver
}

// inherit listens on a descriptor; a negative one gives nothing.
func inherit(fd int) (*Listener, error) {
	if fd < 0 {
		return nil, nil
	}
	unix.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "socket of systemd")
	defer f.Close() // FileListener has a descriptor of its own
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("inherited socket: %w", err)
	}
	u, ok := l.(*net.UnixListener)
	if !ok {
		l.Close()
		return nil, fmt.Errorf("inherited socket %s is no unix socket; write a path after ListenStream=", l.Addr())
	}
	u.SetUnlinkOnClose(false)
	return &Listener{UnixListener: u, Inherited: true}, nil
}
