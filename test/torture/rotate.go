package torture

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A Rotation is a way to begin a log anew.
type Rotation struct {
	Name string
	do   func(*Log)
}

// Rotate begins l anew.
func (r Rotation) Rotate(l *Log) { r.do(l) }

// Rotations are all the ways there are.
var Rotations = []Rotation{
	{"rename and create", (*Log).RenameAndCreate},
	{"rename and create, writer notices late", (*Log).renameUnderWriter},
	{"rename, create and compress", (*Log).renameAndCompress},
	{"copy and truncate", (*Log).copyAndTruncate},
	{"copy and truncate, writer keeps its offset", (*Log).copyAndTruncateUnderOffset},
	{"compressed copy and truncate", (*Log).packAndTruncate},
	{"delete and create", (*Log).deleteAndCreate},
	{"overwrite in place", (*Log).overwrite},
	{"switch a symbolic link", (*Log).switchLink},
}

// few is the number of lines written in the middle of a rotation.
const few = 10

// RenameAndCreate does what logrotate does, to a writer that reopens its log at once.
func (l *Log) RenameAndCreate() {
	l.shift()
	l.must(os.Rename(l.Path, l.old(1, "")))
	l.burst(few) // still into the old file
	l.Open()
}

func (l *Log) renameUnderWriter() {
	l.shift()
	l.must(os.Rename(l.Path, l.old(1, "")))
	l.must(os.WriteFile(l.Path, nil, 0o600))
	l.Write(time.Now().Add(5 * beat))
	l.Open()
}

func (l *Log) renameAndCompress() {
	l.RenameAndCreate()
	l.must(pack(l.old(1, "")))
}

// pack compresses a file and removes the plain one.
func pack(name string) error {
	l := Log{Path: name}
	l.copyTo(name+".gz", gzipped)
	l.must(os.Remove(name))
	return l.Err
}

func gzipped(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

func plain(w io.Writer) io.WriteCloser { return nopCloser{w} }

type nopCloser struct{ io.Writer }

// Close implements io.Closer.
func (nopCloser) Close() error { return nil }

// copyAndTruncate loses nothing since nothing is written in between.
func (l *Log) copyAndTruncate() {
	l.shift()
	l.copyTo(l.old(1, ""), plain)
	l.must(os.Truncate(l.Path, 0))
}

// copyAndTruncateUnderOffset leaves the next file with a hole at its start.
func (l *Log) copyAndTruncateUnderOffset() {
	l.reopen(0)
	_, err := l.file.Seek(0, io.SeekEnd)
	l.must(err)
	l.copyAndTruncate()
	l.burst(few)
	l.Open()
}

func (l *Log) packAndTruncate() {
	l.shift()
	l.copyTo(l.old(1, ".gz"), gzipped)
	l.must(os.Truncate(l.Path, 0))
}

func (l *Log) deleteAndCreate() {
	l.attend(func() {
		l.must(os.Remove(l.Path))
		l.burst(few) // readers have the old file open
		l.Open()
		l.burst(few)
	})
}

func (l *Log) overwrite() {
	l.attend(func() {
		l.reopen(os.O_APPEND | os.O_TRUNC)
		l.burst(few)
	})
}

// switchLink ends with a file behind the path, since what comes next renames it, and nobody rotates a link.
func (l *Log) switchLink() {
	l.replace(func(name string) error {
		target := l.beside(fmt.Sprintf("target-%d", l.Crowd.Total()))
		return errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, name))
	})
	l.replace(func(name string) error { return os.WriteFile(name, nil, 0o600) })
}

// replace puts what create makes in the place of the log.
func (l *Log) replace(create func(name string) error) {
	l.attend(func() {
		l.must(create(l.Path + ".new"))
		l.must(os.Rename(l.Path+".new", l.Path))
		l.burst(few) // still into the old file
		l.Open()
		l.burst(few)
	})
}

// attend has rotate attended. A failure before and after it makes the server store how far it is, which it does seldom while
// everybody behaves.
func (l *Log) attend(rotate func()) {
	l.fail()
	l.Attend(func() {
		rotate()
		l.fail()
	})
}
