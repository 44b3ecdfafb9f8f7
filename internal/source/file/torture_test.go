package file

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gaol/internal/ticket"
)

// A logger writes numbered lines and rotates its log in every way there is.
type logger struct {
	t      *testing.T
	dir    string
	file   *os.File
	next   int
	kept   int
	reader *sync.Mutex   // whoever holds it keeps the reader from being stopped
	judged *atomic.Int64 // how many lines it has judged
}

func (l *logger) path() string { return filepath.Join(l.dir, "app.log") }

// must fails the test from the writer's goroutine.
func (l *logger) must(err error) {
	if err != nil {
		l.t.Error(err)
	}
}

func (l *logger) open(flag int) {
	f, err := os.OpenFile(l.path(), os.O_WRONLY|os.O_CREATE|flag, 0o600)
	l.must(err)
	l.file = f
}

// burst writes n lines in one call, some of them torn in two.
func (l *logger) burst(n int) {
	var b []byte
	for range n {
		b = fmt.Appendf(b, "%08d Nov 25 22:00:00 host sshd[123]: Failed password for root from 192.0.2.1 port 22\n", l.next)
		l.next++
	}
	cut := len(b)
	if l.next%7 == 0 {
		cut = rand.IntN(len(b))
	}
	for _, part := range [][]byte{b[:cut], b[cut:]} {
		_, err := l.file.Write(part)
		l.must(err)
	}
}

// shift renames app.log.1 to app.log.2 and so on, the oldest first.
func (l *logger) shift(ext string) {
	for i := l.kept; i > 0; i-- {
		for _, ext := range []string{"", ".gz"} {
			from := fmt.Sprintf("%s.%d%s", l.path(), i, ext)
			if _, err := os.Stat(from); err == nil {
				l.must(os.Rename(from, fmt.Sprintf("%s.%d%s", l.path(), i+1, ext)))
			}
		}
	}
	l.kept++
}

// attended does rotate while the reader is up, has judged everything before and judges everything after: for rotations that
// leave nothing on disk to find later.
func (l *logger) attended(rotate func()) {
	for !l.t.Failed() {
		l.reader.Lock()
		if l.settled() {
			rotate()
			if !l.settled() {
				l.t.Error("the lines around a rotation were not judged")
			}
			l.reader.Unlock()
			return
		}
		l.reader.Unlock()
		time.Sleep(time.Millisecond) // let a restart go on
	}
}

// settled waits until all lines are judged, or for 2 s.
func (l *logger) settled() bool {
	for range 2000 {
		if l.judged.Load() == int64(l.next) {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

var rotations = map[string]func(l *logger){
	"rename and create": func(l *logger) {
		l.shift("")
		l.must(os.Rename(l.path(), l.path()+".1"))
		l.burst(10) // still into the old file
		l.file.Close()
		l.open(os.O_APPEND)
	},
	"rename, create at once, reopen late": func(l *logger) {
		l.shift("")
		l.must(os.Rename(l.path(), l.path()+".1"))
		l.must(os.WriteFile(l.path(), nil, 0o600))
		for range 5 {
			l.burst(10)
			time.Sleep(time.Millisecond)
		}
		l.file.Close()
		l.open(os.O_APPEND)
	},
	"copy and truncate": func(l *logger) {
		l.shift("")
		b := &bench{t: l.t, path: l.path()}
		b.copyTo("app.log.1")
		l.must(l.file.Truncate(0))
		l.file.Close()
		l.open(os.O_APPEND)
	},
	"copy and truncate under an offset": func(l *logger) {
		l.shift("")
		l.file.Close()
		l.open(0)
		_, err := l.file.Seek(0, 2)
		l.must(err)
		b := &bench{t: l.t, path: l.path()}
		b.copyTo("app.log.1")
		l.must(os.Truncate(l.path(), 0))
		l.burst(10)
	},
	"copy packed and truncate": func(l *logger) {
		l.shift("")
		b := &bench{t: l.t, path: l.path()}
		b.copyTo("app.log.1.gz")
		l.must(os.Truncate(l.path(), 0))
	},
	"remove and create": func(l *logger) {
		l.attended(func() {
			l.must(os.Remove(l.path()))
			l.burst(10)
			l.file.Close()
			l.open(os.O_APPEND)
		})
	},
	"overwrite in place": func(l *logger) {
		l.attended(func() {
			l.file.Close()
			l.open(os.O_TRUNC)
			l.burst(50)
		})
	},
	"switch a link": func(l *logger) {
		l.attended(func() {
			target := fmt.Sprintf("target-%d", l.next)
			l.must(os.WriteFile(filepath.Join(l.dir, target), nil, 0o600))
			l.must(os.Symlink(target, l.path()+".new"))
			l.must(os.Rename(l.path()+".new", l.path()))
			l.burst(10)
			l.file.Close()
			l.open(os.O_APPEND)
		})
	},
}

// A judge counts numbered lines, across restarts of the reader.
type judge struct {
	t     *testing.T
	count atomic.Int64
	slow  bool
}

func (j *judge) Lines(b *ticket.Batch) {
	for _, line := range b.Lines {
		head, _, _ := bytes.Cut(line.Text, []byte(" "))
		got, err := strconv.Atoi(string(head))
		if want := int(j.count.Load()); err != nil || got != want {
			if !j.t.Failed() {
				j.t.Errorf("line %q, want number %d", line.Text, want)
			}
			return
		}
		j.count.Add(1)
	}
	if j.slow && rand.IntN(50) == 0 {
		time.Sleep(20 * time.Millisecond)
	}
}

func TestEveryLineOnceUnderTorture(t *testing.T) {
	times, rest := 2, 10*time.Millisecond
	if os.Getenv("GAOL_FULL") != "" {
		times, rest = 10, 100*time.Millisecond
	}
	for name, rotate := range rotations {
		for _, polling := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, polling %v", name, polling), func(t *testing.T) {
				torture(t, rotate, polling, times, rest)
			})
		}
	}
}

// torture lets one writer write some 50,000 lines a second and rotate, while the reader is restarted at random.
func torture(t *testing.T, rotate func(*logger), polling bool, times int, rest time.Duration) {
	j := &judge{t: t, slow: true}
	var up sync.Mutex
	up.Lock()
	l := &logger{t: t, dir: t.TempDir(), reader: &up, judged: &j.count}
	l.open(os.O_APPEND)
	written := make(chan struct{})
	go func() {
		defer close(written)
		l.burst(100)
		l.attended(func() {}) // the reader has begun: what was rotated before that is not its business
		for range times {
			for end := time.Now().Add(rest); time.Now().Before(end) && !t.Failed(); time.Sleep(2 * time.Millisecond) {
				l.burst(100)
			}
			rotate(l)
		}
		l.burst(100)
	}()
	restarts := 0
	var at ticket.Position
	for done := false; !done && !t.Failed(); restarts++ {
		at, done = session(t, l.path(), j, &up, at, polling, written, func() int { return l.next })
	}
	<-written
	if got := int(j.count.Load()); got != l.next {
		t.Errorf("%d lines judged, %d written", got, l.next)
	}
	t.Logf("%d lines, %d restarts", l.next, restarts-1)
}

// session runs a Reader for a random while from a stored position; it is called, and returns, with up held. done tells that all was written and judged.
func session(t *testing.T, path string, j *judge, up *sync.Mutex, at ticket.Position, polling bool, written chan struct{}, total func() int) (ticket.Position, bool) {
	r := NewReader(Options{Polling: polling, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: levelMsg}))})
	r.tick = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(ctx) }()
	sub, err := r.Subscribe(path, Start{Stored: at, Wait: true}, j)
	up.Unlock()
	if err != nil {
		t.Error(err)
		return at, true
	}
	done := false
	life := time.After(time.Duration(5+rand.IntN(60)) * time.Millisecond)
	select {
	case <-life:
	case <-written:
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && int(j.count.Load()) < total() && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		done = true
	}
	up.Lock() // waits for a rotation that needs us; none begins until the next session is up
	cancel()
	<-ended
	return sub.Position(), done
}
