package file

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"gaol/internal/source/inotify"
)

const fileEvents = unix.IN_MODIFY

// A listener is told that something it depends on may have changed; moved tells that the way to its files may be another now. It
// is called with the notifier locked, so it must neither wait nor call back.
type listener interface {
	hear(moved bool)
}

// A notifier is one inotify instance. It only pokes its listeners; they look for themselves, so that a lost or a needless event
// does no harm. A nil notifier watches nothing.
type notifier struct {
	inotify *inotify.Instance

	mu    sync.Mutex // guards what follows
	wds   map[int32]*watch
	files map[identity]*watch
	dirs  map[string]*watch
}

// A watch is one inode that somebody is interested in.
type watch struct {
	wd     int32
	remote bool                        // a directory that others may change without our kernel knowing
	names  map[listener]map[string]int // how often a listener wants events of a name; "" is the inode itself
}

func newNotifier() (*notifier, error) {
	in, err := inotify.Open()
	if err != nil {
		return nil, err
	}
	return &notifier{inotify: in, wds: map[int32]*watch{}, files: map[identity]*watch{}, dirs: map[string]*watch{}}, nil
}

// close gives the descriptor back; nobody may watch or unwatch from then on.
func (n *notifier) close() {
	if n != nil {
		n.inotify.Close()
	}
}

// event pokes whoever waits for e.
func (n *notifier) event(e inotify.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if e.Mask&unix.IN_Q_OVERFLOW != 0 {
		for _, w := range n.wds {
			w.poke("", true)
		}
		return
	}
	w := n.wds[e.Watch]
	if w == nil {
		return
	}
	w.poke(e.Name, e.Mask&fileEvents == 0)
	switch {
	case e.Mask&unix.IN_IGNORED != 0: // the inode is gone, and the kernel has dropped the watch
		n.forget(w)
	case e.Mask&unix.IN_MOVE_SELF != 0: // the watch went away with a directory that has another name now
		n.inotify.Remove(w.wd)
		n.forget(w)
	}
}

// poke tells the listeners that want name; for the empty name all.
func (w *watch) poke(name string, moved bool) {
	for l, names := range w.names {
		if name == "" || names[name] > 0 || names[anyName] > 0 {
			l.hear(moved)
		}
	}
}

// forget takes w out of the tables.
func (n *notifier) forget(w *watch) {
	delete(n.wds, w.wd)
	for id, x := range n.files {
		if x == w {
			delete(n.files, id)
		}
	}
	for dir, x := range n.dirs {
		if x == w {
			delete(n.dirs, dir)
		}
	}
}

// watchFile watches the inode behind file for f and reports whether that works.
func (n *notifier) watchFile(f *follow, file *os.File, id identity) bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.files[id]
	if w == nil {
		// By way of the open descriptor, because the path may be another file by now.
		if w = n.arm(fmt.Sprintf("/proc/self/fd/%d", file.Fd()), fileEvents); w == nil {
			return false
		}
		n.files[id] = w
	}
	if w.names[f] == nil {
		w.names[f] = map[string]int{}
	}
	w.names[f][""]++
	return true
}

// arm adds a watch, nil if the system refuses: then the tick alone sees the changes.
func (n *notifier) arm(path string, mask uint32) *watch {
	wd, err := n.inotify.Add(path, mask)
	if err != nil {
		return nil
	}
	if w := n.wds[wd]; w != nil {
		return w
	}
	w := &watch{wd: wd, names: map[listener]map[string]int{}}
	n.wds[w.wd] = w
	return w
}

// unwatchFile undoes one watchFile.
func (n *notifier) unwatchFile(f *follow, id identity) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.files[id]
	if w == nil {
		return
	}
	if w.names[f][""]--; w.names[f][""] <= 0 {
		n.leave(w, f)
	}
}

// leave ends l's interest in w, and the watch with the last one's.
func (n *notifier) leave(w *watch, l listener) {
	delete(w.names, l)
	if len(w.names) == 0 {
		n.inotify.Remove(w.wd)
		n.forget(w)
	}
}
