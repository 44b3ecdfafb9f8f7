package torture

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Remote is the program of systemd that makes journal files of what it is told.
const Remote = "/lib/systemd/systemd-journal-remote"

// A Journal is a folder of real journal files that a crowd writes to: one in use, and those that rotation has archived. It is not
// safe for concurrent use. The first error of any of its methods stays in Err, and makes the others do nothing.
type Journal struct {
	Dir   string
	Crowd *Crowd
	// Rate is the number of entries a second.
	Rate int
	// Last is the time of the latest entry.
	Last time.Time
	// Err is what went wrong.
	Err error

	pace   pace
	in     *os.File
	remote *exec.Cmd
	buf    []byte
}

// Open begins a file.
func (j *Journal) Open() {
	if j.Err != nil {
		return
	}
	r, w, err := os.Pipe()
	if j.must(err); err != nil {
		return
	}
	j.in, j.remote = w, exec.Command(Remote, "-o", j.active(), "-")
	j.remote.Stdin = r
	j.must(j.remote.Start())
	j.must(r.Close())
}

// Close ends the file that is in use; when it returns all entries are there.
func (j *Journal) Close() {
	if j.remote != nil && j.remote.Process != nil {
		j.must(errors.Join(j.in.Close(), j.remote.Wait()))
	}
}

// Write writes entries at the journal's rate until end.
func (j *Journal) Write(end time.Time) {
	j.pace.run(end, j.Rate, func(n int) bool {
		j.put(j.Crowd.Append(j.buf[:0], n))
		return j.Err == nil
	})
}

// Finish lets the offenders who are under way do what they have still to do.
func (j *Journal) Finish() { j.put(j.Crowd.Finish(j.buf[:0])) }

// Fail writes one failure.
func (j *Journal) Fail() { j.put(j.Crowd.fail(j.buf[:0], time.Now())) }

// Rotate archives the file in use and begins another.
func (j *Journal) Rotate() {
	j.Close()
	j.must(os.Rename(j.active(), filepath.Join(j.Dir, fmt.Sprintf("torture@%016x.journal", j.Last.UnixMicro()))))
	j.Open()
}

// Vacuum deletes all archived files but the youngest.
func (j *Journal) Vacuum(keep int) {
	files, err := filepath.Glob(j.Dir + "/torture@*")
	j.must(err)
	slices.Sort(files)
	for _, f := range files[:max(0, len(files)-keep)] {
		j.must(os.Remove(f))
	}
}

func (j *Journal) active() string { return filepath.Join(j.Dir, "torture.journal") }

// put writes lines of a log as entries, each a microsecond after the one before at least.
func (j *Journal) put(lines []byte) {
	j.buf = lines
	if j.Err != nil {
		return
	}
	var b bytes.Buffer
	for line := range bytes.Lines(lines) {
		j.Last = time.UnixMicro(max(time.Now().UnixMicro(), j.Last.UnixMicro()+1))
		_, message, _ := bytes.Cut(line, []byte("]: "))
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%[1]d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"+
			"_HOSTNAME=web01\nSYSLOG_IDENTIFIER=sshd\n_PID=4711\nPRIORITY=6\nMESSAGE=%s\n", j.Last.UnixMicro(), message)
	}
	_, err := j.in.Write(b.Bytes())
	j.must(err)
}

func (j *Journal) must(err error) {
	if j.Err == nil {
		j.Err = err
	}
}
