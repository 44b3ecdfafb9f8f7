package layers

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// A Source is where configuration files come from. The zero Source is the directory "".
type Source struct {
	root string // as printed, without trailing slashes
	fsys fs.FS  // nil for the file system
}

// Dir is a directory of the system; dir is printed as given, less trailing slashes.
func Dir(dir string) Source {
	if trimmed := strings.TrimRight(dir, "/"); trimmed != "" || dir == "" {
		dir = trimmed
	} else {
		dir = "/"
	}
	return Source{root: dir}
}

// Embedded is a file system in memory. Name is printed where a directory would be.
func Embedded(fsys fs.FS, name string) Source { return Source{root: name, fsys: fsys} }

// Root returns the name of the directory.
func (s Source) Root() string { return s.root }

// IsSystem reports whether s is a directory of the system.
func (s Source) IsSystem() bool { return s.fsys == nil }

// Exists reports whether there is such a directory.
func (s Source) Exists() bool {
	if s.fsys != nil {
		return true
	}
	_, err := os.Stat(s.root)
	return err == nil
}

// Path returns the full name of a file below the directory; an absolute name stays as it is.
func (s Source) Path(name string) string { return join(s.root, name) }

// join puts a file name behind a directory and does not clean the outcome: messages show names as users wrote them.
func join(dir, name string) string {
	switch {
	case strings.HasPrefix(name, "/") || dir == "":
		return name
	case strings.HasSuffix(dir, "/"):
		return dir + name
	}
	return dir + "/" + name
}

// inside returns the name within the embedded file system.
func (s Source) inside(full string) (string, bool) {
	rest, ok := strings.CutPrefix(full, s.root+"/")
	rest = path.Clean(rest)
	return rest, s.fsys != nil && ok && fs.ValidPath(rest)
}

// maxFile bounds what is read of one file.
const maxFile = 64 << 20

// readFile reads a file, and no more than maxFile bytes of it, were it a device.
func (s Source) readFile(full string) ([]byte, error) {
	if name, ok := s.inside(full); ok {
		return fs.ReadFile(s.fsys, name)
	}
	f, err := os.Open(full)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Size() < maxFile {
		b.Grow(int(info.Size()) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(f, maxFile+1))
	if n > maxFile {
		err = &fs.PathError{Op: "read", Path: full, Err: fs.ErrInvalid}
	}
	return b.Bytes(), err
}

func (s Source) exists(full string) bool {
	var err error
	if name, ok := s.inside(full); ok {
		_, err = fs.Stat(s.fsys, name)
	} else {
		_, err = os.Stat(full)
	}
	return err == nil
}

// dropIns lists the .conf and the .local files of a directory, each sorted, hidden ones left out.
func (s Source) dropIns(dir string) (confs, locals []string) {
	var entries []fs.DirEntry
	if name, ok := s.inside(dir); ok {
		entries, _ = fs.ReadDir(s.fsys, name)
	} else {
		entries, _ = os.ReadDir(filepath.Clean(dir))
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."):
		case strings.HasSuffix(name, ".conf"):
			confs = append(confs, join(dir, name))
		case strings.HasSuffix(name, ".local"):
			locals = append(locals, join(dir, name))
		}
	}
	sort.Strings(confs)
	sort.Strings(locals)
	return confs, locals
}

// layersOf lists the existing files of the logical configuration called base, lowest first.
func (s Source) layersOf(base string) []string {
	full := s.Path(base)
	confs, locals := s.dropIns(full + ".d")
	files := append([]string{full + ".conf"}, confs...)
	files = append(append(files, full+".local"), locals...)
	return slices.DeleteFunc(files, func(f string) bool { return !s.exists(f) })
}

// localOf returns the name of the file that customises a file: the same with the extension .local.
func localOf(file string) string {
	base := path.Base(file)
	stem := strings.TrimSuffix(file, path.Ext(base))
	if strings.TrimLeft(base, ".") == strings.TrimPrefix(path.Ext(base), ".") {
		stem = file // a leading dot starts no extension
	}
	return stem + ".local"
}

func dirOf(file string) string {
	i := strings.LastIndexByte(file, '/')
	switch {
	case i < 0:
		return ""
	case i == 0:
		return "/"
	}
	return file[:i]
}
