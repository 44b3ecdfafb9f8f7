package file

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"gaol/internal/source/inotify"
)

const dirEvents = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_DELETE | unix.IN_ONLYDIR |
	unix.IN_DELETE_SELF | unix.IN_MOVE_SELF

// A spot is a place where a file may come up or go away: a name in a directory.
type spot struct{ dir, name string }

// anyName as the name of a spot means every name in its directory; no file can have it.
const anyName = "/"

// watchSpots makes l hear of what happens at spots, and no longer of the spots it named before. Of a directory that is not there
// the nearest one that is stands in. sure tells that the kernel will tell of all that can happen there; fresh that there are
// spots l did not hear of up to now, so that something may have happened since it looked.
func (n *notifier) watchSpots(l listener, spots []spot) (sure, fresh bool) {
	if n == nil {
		return false, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	sure = true
	wanted := map[*watch]map[string]int{}
	for _, s := range spots {
		w, name := n.nearest(s)
		if w == nil {
			sure = false
			continue
		}
		if wanted[w] == nil {
			wanted[w] = map[string]int{}
		}
		wanted[w][name] = 1
		sure = sure && !w.remote
		fresh = fresh || w.names[l][name] == 0
	}
	for w, names := range wanted {
		w.names[l] = names
	}
	n.leaveDirs(l, wanted)
	return sure, fresh
}

// nearest returns the watch of the directory of s, or of the nearest one above it that can be watched, and the name in there
// that leads to s; nil if there is none.
func (n *notifier) nearest(s spot) (w *watch, name string) {
	for dir := s.dir; ; dir = filepath.Dir(dir) {
		if w := n.watchDir(dir); w != nil {
			return w, s.name
		}
		if dir == filepath.Dir(dir) {
			return nil, ""
		}
		s.name = filepath.Base(dir)
	}
}

// watchDir returns the watch of dir, nil if there can be none.
func (n *notifier) watchDir(dir string) *watch {
	w := n.dirs[dir]
	if w == nil {
		if w = n.arm(dir, dirEvents); w != nil {
			w.remote = inotify.IsRemoteDir(dir)
			n.dirs[dir] = w
		}
	}
	return w
}

// unwatchSpots ends l's interest in directories.
func (n *notifier) unwatchSpots(l listener) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leaveDirs(l, nil)
}

func (n *notifier) leaveDirs(l listener, except map[*watch]map[string]int) {
	for _, w := range n.dirs {
		if _, has := w.names[l]; has && except[w] == nil {
			n.leave(w, l)
		}
	}
}

// wayTo returns the spots where path, or a link on the way to it, can be replaced.
func wayTo(path string) []spot {
	var spots []spot
	for _, name := range linkChain(path) {
		spots = append(spots, spot{filepath.Dir(name), filepath.Base(name)})
	}
	return spots
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
