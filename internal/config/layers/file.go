package layers

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// usualFile holds most files of a configuration, and is no large object yet, which the runtime would make more of.
const usualFile = 28 << 10

// readWhole reads a file of the system into scratch, or into more where that is too small. A configuration is a hundred small
// files, and an os.File costs five system calls that a file which is read and closed at once does not need.
func readWhole(name string, scratch []byte) ([]byte, error) {
	fd, err := retry(func() (int, error) { return syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer syscall.Close(fd)
	data := scratch[:0]
	if cap(data) < usualFile {
		data = make([]byte, 0, usualFile) // slices.Grow would touch all of it
	}
	for {
		n, err := retry(func() (int, error) { return syscall.Read(fd, data[len(data):cap(data)]) })
		switch {
		case err != nil:
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		case n == 0:
			return data, nil
		}
		data = data[:len(data)+n]
		if len(data) > maxFile {
			return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
		}
		if len(data) == cap(data) {
			data = slices.Grow(data, cap(data))
		}
	}
}

// retry calls a system call until no signal interrupts it.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// A listing is what a directory holds, sorted by name. It answers for many files at once: most filters have neither a .local
// file nor a directory of drop-ins.
type listing struct {
	entries []fs.DirEntry
	known   bool // false where the directory cannot be listed, or not be entered
	plain   bool // known, and nothing in it may customise a file of it: no .local file, no directory of drop-ins
}

func (r *Reader) listing(dir string) listing {
	return r.folders.get(dir, func() listing {
		if !r.source.isSystem() || dir == r.source.root {
			return listing{} // asking is cheap in memory, and there is little to ask for one jail or about the root, which is all that a client reads
		}
		entries, err := r.source.entries(dir)
		l := listing{entries: entries, known: err == nil && r.source.exists(join(dir, "."))}
		l.plain = l.known && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
			return strings.HasSuffix(e.Name(), localSuffix) || strings.HasSuffix(e.Name(), dropInSuffix)
		})
		return l
	})
}

// isPlain reports whether there is nothing but the file itself to a file in its directory.
func (r *Reader) isPlain(full string) bool { return r.listing(dirOf(full)).plain }

// exists reports whether there is such a file or directory.
func (r *Reader) exists(full string) bool {
	dir := dirOf(full)
	l := r.listing(dir)
	name := full[strings.LastIndexByte(full, '/')+1:]
	if !l.known || name == "" || name == "." || name == ".." {
		return r.source.exists(full)
	}
	i, ok := slices.BinarySearchFunc(l.entries, name, func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
	return ok && (l.entries[i].Type()&os.ModeSymlink == 0 || r.source.exists(full))
}
