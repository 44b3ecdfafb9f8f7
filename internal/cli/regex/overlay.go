package regex

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// An overlay is a file system with a few more files than the one under it, and without those whose first name begins with hide.
type overlay struct {
	under fs.FS
	files map[string]string
	hide  string // "" hides nothing
}

func (o *overlay) Open(name string) (fs.File, error) {
	if text, ok := o.files[name]; ok {
		return &textFile{name: path.Base(name), Reader: strings.NewReader(text)}, nil
	}
	if o.hide != "" && strings.HasPrefix(name, o.hide) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.under.Open(name)
}

// ReadDir lists a directory, the files of the overlay included.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	var entries []fs.DirEntry
	var err error
	if o.hide == "" || !strings.HasPrefix(name, o.hide) {
		entries, err = fs.ReadDir(o.under, name)
	}
	for file, text := range o.files {
		if path.Dir(file) == name {
			f := &textFile{name: path.Base(file), Reader: strings.NewReader(text)}
			entries, err = append(entries, fs.FileInfoToDirEntry(f)), nil
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// A textFile is an open file that is a text in memory.
type textFile struct {
	name string
	*strings.Reader
}

var _ io.Reader = (*textFile)(nil)

func (f *textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *textFile) Close() error               { return nil }
func (f *textFile) Name() string               { return f.name }
func (f *textFile) Mode() fs.FileMode          { return 0o444 }
func (f *textFile) ModTime() time.Time         { return time.Time{} }
func (f *textFile) IsDir() bool                { return false }
func (f *textFile) Sys() any                   { return nil }
