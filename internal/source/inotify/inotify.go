// Package inotify wraps one inotify instance of the kernel.
//
// In go paths to watch; out come events, gathered under load so that a busy writer does not wake us for each line. It does
// not look at files and keeps no table of paths.
package inotify

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// An Event is one change. Name is empty for events of the watched inode itself.
type Event struct {
	Watch int32
	Mask  uint32
	Name  string
}

// An Instance is safe for concurrent use, except that Close must be the last call.
type Instance struct {
	file *os.File
	fd   int
}

// Open returns a new instance. It fails if the user has too many (fs.inotify.max_user_instances).
func Open() (*Instance, error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	return &Instance{file: os.NewFile(uintptr(fd), "inotify"), fd: fd}, nil
}

// Close gives the descriptor back.
func (n *Instance) Close() error { return n.file.Close() }

// Add watches path for the events of mask and returns the watch; watching an inode again gives the same one.
func (n *Instance) Add(path string, mask uint32) (int32, error) {
	wd, err := unix.InotifyAddWatch(n.fd, path, mask)
	if err != nil {
		return 0, fmt.Errorf("inotify: watch %s: %w", path, err)
	}
	return int32(wd), nil
}

// Remove ends a watch. One whose inode is gone has ended already, which is as good.
func (n *Instance) Remove(watch int32) { _, _ = unix.InotifyRmWatch(n.fd, uint32(watch)) }

// Run calls handle for each event until ctx is done. Nothing it has begun outlives it.
func (n *Instance) Run(ctx context.Context, handle func(Event)) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = n.file.SetReadDeadline(time.Unix(1, 0)) // ends the read below
	})
	defer func() {
		if !stop() {
			<-ended
		}
	}()
	buf := make([]byte, 64<<10)
	var p pacer
	for {
		got, err := n.file.Read(buf)
		if err != nil {
			return
		}
		for rest := buf[:got]; len(rest) >= unix.SizeofInotifyEvent; {
			var e Event
			e, rest = next(rest)
			handle(e)
		}
		time.Sleep(p.pause(time.Now()))
	}
}

// next takes one event off buf, as the kernel writes them.
func next(buf []byte) (Event, []byte) {
	const head = unix.SizeofInotifyEvent
	end := min(head+int(binary.NativeEndian.Uint32(buf[12:])), len(buf))
	name, _, _ := bytes.Cut(buf[head:end], []byte{0})
	return Event{
		Watch: int32(binary.NativeEndian.Uint32(buf)),
		Mask:  binary.NativeEndian.Uint32(buf[4:]),
		Name:  string(name),
	}, buf[end:]
}

const (
	shortPause = 250 * time.Microsecond
	longPause  = 5 * time.Millisecond
	silence    = 3 * time.Millisecond
)

// A pacer tells how long to leave events alone, so that the kernel folds equal ones and lines gather: not at all after silence,
// then longer and longer while they keep coming. Where they come so seldom that none has come by the end of a pause, and for a while
// longer, a pause would only wake us once more.
type pacer struct {
	last time.Time
	wait time.Duration
}

// pause returns the pause after events that came at now.
func (p *pacer) pause(now time.Time) time.Duration {
	if now.Sub(p.last) > p.wait+silence {
		p.wait = 0
	} else {
		p.wait = min(max(2*p.wait, shortPause), longPause)
	}
	p.last = now
	return p.wait
}
