package torture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A Log is a log file that a crowd writes to. It is not safe for concurrent use. The first error of any of its methods stays in Err,
// and makes the others do nothing.
type Log struct {
	Path  string
	Crowd *Crowd
	// Rate is the number of lines a second.
	Rate int
	// Attend does a rotation that leaves nothing on disk to find later, at a moment when the reader is up and through with all that
	// was written before, and lets nobody stop it until it is through with all that is written by then.
	Attend func(rotate func())
	// Err is what went wrong.
	Err error

	file *os.File
	kept int // rotated files
	pace pace
	buf  []byte
}

// Open creates the log, or goes on with one that is there.
func (l *Log) Open() { l.reopen(os.O_APPEND) }

// Close closes the file.
func (l *Log) Close() { l.must(l.file.Close()) }

// Write writes lines at the log's rate until end.
func (l *Log) Write(end time.Time) {
	l.pace.run(end, l.Rate, func(n int) bool {
		l.burst(n)
		return l.Err == nil
	})
}

// Finish lets the offenders who are under way do what they have still to do.
func (l *Log) Finish() {
	l.buf = l.Crowd.Finish(l.buf[:0])
	l.put(l.buf)
}

// burst writes n lines, one time in seven torn in two.
func (l *Log) burst(n int) {
	l.buf = l.Crowd.Append(l.buf[:0], n)
	cut := len(l.buf)
	if cut > 0 && l.Crowd.rand.IntN(7) == 0 {
		cut = l.Crowd.rand.IntN(cut)
	}
	l.put(l.buf[:cut])
	l.put(l.buf[cut:])
}

// fail writes one failure.
func (l *Log) fail() {
	l.buf = l.Crowd.fail(l.buf[:0], time.Now())
	l.put(l.buf)
}

func (l *Log) put(b []byte) {
	if l.Err == nil && len(b) > 0 {
		_, err := l.file.Write(b)
		l.must(err)
	}
}

func (l *Log) must(err error) {
	if l.Err == nil {
		l.Err = err
	}
}

// reopen opens what is behind the path now.
func (l *Log) reopen(flag int) {
	if l.Err != nil {
		return
	}
	if l.file != nil {
		l.must(l.file.Close())
	}
	f, err := os.OpenFile(l.Path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	l.must(err)
	l.file = f
}

// old returns the name of the n-th rotated file.
func (l *Log) old(n int, ext string) string { return fmt.Sprintf("%s.%d%s", l.Path, n, ext) }

// shift makes room for a new first rotated file, the oldest first.
func (l *Log) shift() {
	for n := l.kept; n > 0 && l.Err == nil; n-- {
		for _, ext := range []string{"", ".gz"} {
			if err := os.Rename(l.old(n, ext), l.old(n+1, ext)); !errors.Is(err, os.ErrNotExist) {
				l.must(err)
			}
		}
	}
	l.kept++
}

// copyTo copies the log as it is.
func (l *Log) copyTo(name string, pack func(io.Writer) io.WriteCloser) {
	from, err := os.Open(l.Path)
	if err != nil {
		l.must(err)
		return
	}
	defer from.Close()
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		l.must(err)
		return
	}
	packed := pack(to)
	_, err = io.Copy(packed, from)
	l.must(errors.Join(err, packed.Close(), to.Close()))
}

// beside returns the path of another file in the log's folder.
func (l *Log) beside(name string) string { return filepath.Join(filepath.Dir(l.Path), name) }
