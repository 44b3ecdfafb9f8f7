package control

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A socket is the client's end of a connection. It waits for the server by itself, since a connection of package net would start the
// runtime's poller and with it threads that take longer to begin than most commands take to be answered.
type socket struct {
	fd int
	// goOn is asked after each wait, which takes patience at most, whether to try again; its error ends the operation. expired says that
	// the wait was in vain.
	goOn func(expired bool) error
}

// patience is how long a socket waits before it asks whether it shall wait longer.
const patience = 20 * time.Millisecond

// open connects to the socket at path.
func open(path string, goOn func(expired bool) error) (*socket, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &socket{fd, goOn}
	address := &unix.SockaddrUnix{Name: path}
	// A server whose queue is full cannot be waited for by poll: the socket is not connected yet.
	later := func() error { time.Sleep(patience); return s.goOn(true) }
	if _, err = retry(func() (int, error) { return 0, unix.Connect(fd, address) }, later); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	return s, nil
}

// Read implements io.Reader.
func (s *socket) Read(p []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(s.fd, p) }, func() error { return s.wait(unix.POLLIN) })
	switch {
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write implements io.Writer.
func (s *socket) Write(p []byte) (int, error) {
	for done := 0; ; {
		n, err := retry(func() (int, error) { return unix.Write(s.fd, p[done:]) }, func() error { return s.wait(unix.POLLOUT) })
		if err != nil {
			return done, os.NewSyscallError("write", err)
		}
		if done += n; done == len(p) {
			return done, nil
		}
	}
}

func (s *socket) Close() error { return os.NewSyscallError("close", unix.Close(s.fd)) }

// retry makes a system call until no signal interrupts it and it need not wait for the server, or until wait fails.
func retry(call func() (int, error), wait func() error) (int, error) {
	for {
		n, err := call()
		switch err {
		case unix.EINTR:
		case unix.EAGAIN:
			if err := wait(); err != nil {
				return 0, err
			}
		default:
			return n, err
		}
	}
}

// wait waits until one of events comes, but not for long.
func (s *socket) wait(events int16) error {
	ready, err := unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: events}}, int(patience/time.Millisecond))
	if err != nil && err != unix.EINTR {
		return err
	}
	return s.goOn(ready == 0)
}
