package file

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// running starts a Reader and stops it with the test.
func running(tb testing.TB, opt Options) *Reader {
	tb.Helper()
	r := NewReader(opt)
	run(tb, r)
	return r
}

// run runs r until the test ends.
func run(tb testing.TB, r *Reader) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	for r.started() == nil {
		time.Sleep(time.Millisecond)
	}
}

func (r *Reader) started() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

// lineChan sends the text of every line.
func lineChan(n int) (chan string, source.Sink) {
	c := make(chan string, n)
	return c, source.SinkFunc(func(b *ticket.Batch) {
		for _, l := range b.Lines {
			c <- string(l.Text)
		}
	})
}

// within fails unless want comes in time, and returns how long it took.
func within(tb testing.TB, c <-chan string, want string, limit time.Duration) time.Duration {
	tb.Helper()
	began := time.Now()
	select {
	case got := <-c:
		if got != want {
			tb.Fatalf("line %q, want %q", got, want)
		}
	case <-time.After(limit):
		tb.Fatalf("%q did not come within %v", want, limit)
	}
	return time.Since(began)
}

func appendTo(tb testing.TB, path, text string) {
	tb.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		tb.Fatal(err)
	}
}

func TestLinesComeInTime(t *testing.T) {
	for _, polling := range []bool{false, true} {
		t.Run(fmt.Sprintf("polling %v", polling), func(t *testing.T) {
			t.Parallel()
			const limit = 5 * time.Second
			path := filepath.Join(t.TempDir(), "a.log")
			appendTo(t, path, "")
			c, sink := lineChan(10)
			r := running(t, Options{Polling: polling})
			if _, err := r.Subscribe(path, Start{Tail: true}, sink); err != nil {
				t.Fatal(err)
			}
			appendTo(t, path, "one\n")
			within(t, c, "one", limit)
			if err := os.Rename(path, path+".1"); err != nil {
				t.Fatal(err)
			}
			appendTo(t, path+".1", "two\n")
			within(t, c, "two", limit)
			appendTo(t, path, "three\n")
			within(t, c, "three", limit)
		})
	}
}

func TestInotifyAloneSeesEverything(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/logs/a.log"
	if err := os.Mkdir(dir+"/logs", 0o700); err != nil {
		t.Fatal(err)
	}
	appendTo(t, path, "")
	r := NewReader(Options{})
	r.tick = time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	defer func() { cancel(); <-done }()
	for r.started() == nil {
		time.Sleep(time.Millisecond)
	}
	c, sink := lineChan(10)
	if _, err := r.Subscribe(path, Start{}, sink); err != nil {
		t.Fatal(err)
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	appendTo(t, path, "one\n")
	within(t, c, "one", time.Second)
	do(os.Rename(path, path+".1"))
	appendTo(t, path, "two\n")
	within(t, c, "two", time.Second)
	do(os.Remove(path))
	appendTo(t, path, "three\n")
	within(t, c, "three", time.Second)
	for i := range 2 { // a directory that is moved away comes back twice
		do(os.Rename(dir+"/logs", fmt.Sprintf("%s/old%d", dir, i)))
		do(os.Mkdir(dir+"/new", 0o700))
		appendTo(t, dir+"/new/a.log", fmt.Sprintf("moved in %d\n", i))
		do(os.Rename(dir+"/new", dir+"/logs"))
		within(t, c, fmt.Sprintf("moved in %d", i), time.Second)
	}
	do(os.Rename(path, dir+"/logs/real"))
	do(os.Symlink("real", path))
	appendTo(t, dir+"/logs/real", "linked\n")
	within(t, c, "linked", time.Second)
	do(os.Rename(dir+"/logs", dir+"/release1"))
	do(os.Symlink("release1", dir+"/logs"))
	appendTo(t, dir+"/release1/real", "by a linked directory\n")
	within(t, c, "by a linked directory", time.Second)
	do(os.Mkdir(dir+"/release2", 0o700))
	appendTo(t, dir+"/release2/a.log", "switched\n")
	do(os.Symlink("release2", dir+"/next"))
	do(os.Rename(dir+"/next", dir+"/logs"))
	within(t, c, "switched", time.Second)
}

func TestFileAndDirectoryThatAppearLater(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "later", "a.log")
	r := running(t, Options{})
	c, sink := lineChan(10)
	if _, err := r.Subscribe(path, Start{}, sink); err == nil {
		t.Error("a file that is missing was accepted without Wait")
	}
	sub, err := r.Subscribe(path, Start{Wait: true, Tail: true}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if st := sub.Stats(); st.State != Waiting || st.Reason != "no such file or directory" {
		t.Errorf("stats %+v, want waiting and why", st)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	appendTo(t, path, "one\n")
	within(t, c, "one", 2*time.Second)
	appendTo(t, path, "two\n")
	within(t, c, "two", time.Second)
}

func TestLogMessages(t *testing.T) {
	var mu sync.Mutex
	var text strings.Builder
	log := slog.New(slog.NewTextHandler(lockedWriter{&mu, &text}, &slog.HandlerOptions{
		Level: levelMsg,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key != slog.MessageKey && a.Key != slog.LevelKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "first line\nsecond\n")
	c, sink := lineChan(10)
	r := running(t, Options{Log: log})
	sub, err := r.Subscribe(path, Start{Stored: ticket.Position{Offset: 11, Hash: sum("first line\n")}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	within(t, c, "second", time.Second)
	appendTo(t, path+".new", "third\n")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	within(t, c, "third", time.Second)
	sub.Close()
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{
		"Added logfile: '" + path + "' (pos = 11, hash = " + sum("first line\n") + ")",
		"Log rotation detected for " + path + ", reason: (",
		"'" + sum("third\n") + "', '" + sum("first line\n") + "')",
		"Removed logfile: '" + path + "'",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, text.String())
		}
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *strings.Builder
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func TestAfterRunNothingIsAccepted(t *testing.T) {
	r := NewReader(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Subscribe("/dev/null", Start{}, nil); err != ErrClosed {
		t.Errorf("error %v, want ErrClosed", err)
	}
}
