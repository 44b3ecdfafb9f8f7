package layers

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// A Source is where configuration files come from. The zero Source is the directory "".
type Source struct {
	root  string // as printed, without trailing slashes
	fsys  fs.FS  // nil for the file system
	patch *patch // nil for none
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

// isSystem reports whether s is a directory of the system as it stands.
func (s Source) isSystem() bool { return s.fsys == nil && s.patch == nil }

// Exists reports whether there is such a directory.
func (s Source) Exists() bool {
	if !s.isSystem() {
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
	rest, ok := s.below(full)
	return rest, s.fsys != nil && ok
}

// below returns a file's name below the directory, cleaned, and whether it is there.
func (s Source) below(full string) (string, bool) {
	rest, ok := strings.CutPrefix(full, join(s.root, ""))
	rest = path.Clean(rest)
	return rest, ok && fs.ValidPath(rest)
}

// maxFile bounds what is read of one file.
const maxFile = 64 << 20

// readFile reads a file, and no more than maxFile bytes of it, were it a device. What it returns may lie in scratch.
func (s Source) readFile(full string, scratch []byte) ([]byte, error) {
	if text, is, patched := s.patched(full); patched {
		if !is {
			return nil, &fs.PathError{Op: "open", Path: full, Err: fs.ErrNotExist}
		}
		return append(scratch[:0], text...), nil
	}
	if name, ok := s.inside(full); ok {
		return fs.ReadFile(s.fsys, name)
	}
	return readWhole(full, scratch)
}

func (s Source) exists(full string) bool {
	if _, is, patched := s.patched(full); patched {
		return is
	}
	var err error
	if name, ok := s.inside(full); ok {
		_, err = fs.Stat(s.fsys, name)
	} else {
		_, err = os.Stat(full)
	}
	return err == nil
}

// names lists a directory, sorted.
func (s Source) names(dir string) (names []string) {
	entries, _ := s.entries(dir) // what could be listed of it
	for _, e := range entries {
		if _, is, patched := s.patched(join(dir, e.Name())); is || !patched {
			names = append(names, e.Name())
		}
	}
	if inside, ok := s.below(dir); ok && s.patch != nil {
		names = s.patch.among(names, inside)
	}
	return names
}

func (s Source) entries(dir string) ([]fs.DirEntry, error) {
	if name, ok := s.inside(dir); ok {
		return fs.ReadDir(s.fsys, name)
	}
	return os.ReadDir(path.Clean(dir))
}

// localOf returns the name of the file that customises a file: the same with the extension .local.
func localOf(file string) string {
	base := path.Base(file)
	stem := strings.TrimSuffix(file, path.Ext(base))
	if strings.TrimLeft(base, ".") == strings.TrimPrefix(path.Ext(base), ".") {
		stem = file // a leading dot starts no extension
	}
	return stem + localSuffix
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
