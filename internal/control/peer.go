package control

// A Peer is the process at the other end, as the kernel knew it when it connected.
type Peer struct {
	UID, GID uint32
	PID      int32
}
