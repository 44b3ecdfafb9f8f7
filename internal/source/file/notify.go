package file

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"gaol/internal/source/inotify"
)

const (
	fileEvents = unix.IN_MODIFY
	dirEvents  = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_DELETE | unix.IN_ONLYDIR |
		unix.IN_DELETE_SELF | unix.IN_MOVE_SELF
)

// A notifier is one inotify instance. It only pokes those who follow a file; they look for themselves, so that a lost or a
// needless event does no harm. A nil notifier watches nothing.
type notifier struct {
	inotify *inotify.Instance

	mu    sync.Mutex // guards what follows
	wds   map[int32]*watch
	files map[identity]*watch
	dirs  map[string]*watch
}

// A watch is one inode that somebody is interested in.
type watch struct {
	wd    int32
	names map[*follow]map[string]int // how often a follow wants events of a name; "" is the inode itself
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

// poke pokes the follows that want name; for the empty name all. moved tells that the way to their files may be another now.
func (w *watch) poke(name string, moved bool) {
	for f, names := range w.names {
		if name == "" || names[name] > 0 {
			if moved {
				f.moved.Store(true)
			}
			f.poke()
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
	w.want(f, "")
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
	w := &watch{wd: wd, names: map[*follow]map[string]int{}}
	n.wds[w.wd] = w
	return w
}

func (w *watch) want(f *follow, name string) {
	if w.names[f] == nil {
		w.names[f] = map[string]int{}
	}
	w.names[f][name]++
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

// leave ends f's interest in w, and the watch with the last one's.
func (n *notifier) leave(w *watch, f *follow) {
	delete(w.names, f)
	if len(w.names) == 0 {
		n.inotify.Remove(w.wd)
		n.forget(w)
	}
}

// watchDirs watches for f the directories in which its path, or a link on the way, can be replaced; of one that is not there,
// the nearest that is. Those that were watched before and are not on the way any more are left.
func (n *notifier) watchDirs(f *follow) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	wanted := map[*watch]bool{}
	for _, name := range linkChain(f.path) {
		for dir := filepath.Dir(name); ; name, dir = dir, filepath.Dir(dir) {
			if w := n.watchDir(dir); w != nil {
				w.want(f, filepath.Base(name))
				wanted[w] = true
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	n.leaveDirs(f, wanted)
}

// watchDir returns the watch of dir, nil if there can be none.
func (n *notifier) watchDir(dir string) *watch {
	w := n.dirs[dir]
	if w == nil {
		if w = n.arm(dir, dirEvents); w != nil {
			n.dirs[dir] = w
		}
	}
	return w
}

// unwatchDirs ends f's interest in directories.
func (n *notifier) unwatchDirs(f *follow) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leaveDirs(f, nil)
}

func (n *notifier) leaveDirs(f *follow, except map[*watch]bool) {
	for _, w := range n.dirs {
		if _, has := w.names[f]; has && !except[w] {
			n.leave(w, f)
		}
	}
}

// linkChain returns the links on the way to what path stands for, in the order in which they are followed, and then the
// path without links.
func linkChain(path string) []string {
	var chain []string
	for range 16 {
		link, target, rest := firstLink(path)
		if link == "" {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(link), target)
		}
		chain = append(chain, link)
		path = filepath.Join(target, rest)
	}
	return append(chain, path)
}

// firstLink returns the first part of path that is a link, what it says, and what of path comes behind it.
func firstLink(path string) (link, target, rest string) {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		if target, err := os.Readlink(path[:i]); err == nil {
			return path[:i], target, path[i:]
		}
	}
	return "", "", ""
}
