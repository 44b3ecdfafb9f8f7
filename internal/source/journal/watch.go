package journal

import (
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/source/inotify"
)

// What is heard of a directory with journal files, and of one in which such a directory may come up.
const (
	events = unix.IN_MODIFY | unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_DELETE | unix.IN_ONLYDIR
	comeUp = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_ONLYDIR | unix.IN_MASK_ADD
)

// watch watches the directories in which something may happen; watching one again does nothing. It returns how long nobody need look
// for files without having heard anything.
func (r *Reader) watch(n *inotify.Instance) time.Duration {
	if n == nil {
		return tick
	}
	sure := true
	for range 2 { // what came up in a directory just before that was watched is found the second time
		sure = true
		for _, dir := range r.opt.watched() {
			sure = watchDir(n, dir) && sure
		}
	}
	if !sure {
		return tick
	}
	return calmTick
}

// watchDir watches dir, or the nearest directory above that is there, and reports whether the kernel tells of all that happens.
func watchDir(n *inotify.Instance, dir string) bool {
	if _, err := n.Add(dir, events); err == nil {
		return !inotify.IsRemoteDir(dir)
	}
	for dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		if _, err := n.Add(dir, comeUp); err == nil {
			return !inotify.IsRemoteDir(dir)
		}
	}
	return false
}
