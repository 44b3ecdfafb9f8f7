package serve

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

	"gaol/internal/control"
)

// peerOf asks the kernel who connected.
func peerOf(conn net.Conn) (control.Peer, error) {
	c, ok := conn.(*net.UnixConn)
	if !ok {
		return control.Peer{}, errors.New("not a unix socket, so nobody knows who connects")
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return control.Peer{}, err
	}
	var cred *unix.Ucred
	var asked error
	err = raw.Control(func(fd uintptr) {
		cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, asked); err != nil {
		return control.Peer{}, fmt.Errorf("credentials of the client: %w", err)
	}
	return control.Peer{UID: cred.Uid, GID: cred.Gid, PID: cred.Pid}, nil
}
