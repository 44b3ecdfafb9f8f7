package control

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// A Peer is the process at the other end, as the kernel knew it when it connected.
type Peer struct {
	UID, GID uint32
	PID      int32
}

// peerOf asks the kernel who connected.
func peerOf(conn net.Conn) (Peer, error) {
	c, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, errors.New("not a unix socket, so nobody knows who connects")
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var cred *unix.Ucred
	var asked error
	err = raw.Control(func(fd uintptr) {
		cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, asked); err != nil {
		return Peer{}, fmt.Errorf("credentials of the client: %w", err)
	}
	return Peer{UID: cred.Uid, GID: cred.Gid, PID: cred.Pid}, nil
}
