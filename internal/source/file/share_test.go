package file

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// A guest is a sink that notes with how many others it was handed each line, and whether that was a new one.
type guest struct {
	mu    sync.Mutex
	heard []heard
}

type heard struct {
	line string
	live bool
	with int
}

func (g *guest) Lines(b *ticket.Batch) { g.Share(b, []source.Sink{g}) }

func (g *guest) Share(b *ticket.Batch, sinks []source.Sink) {
	for _, s := range sinks {
		for _, l := range b.Lines {
			s.(*guest).hear(heard{string(l.Text), b.Live, len(sinks) - 1})
		}
	}
}

func (g *guest) hear(h heard) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heard = append(g.heard, h)
}

func (g *guest) all() []heard {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.heard)
}

func (g *guest) await(t *testing.T, want []heard) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); len(g.all()) < len(want) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if d := cmp.Diff(want, g.all(), cmp.AllowUnexported(heard{})); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestWhoIsHandedLinesTogether has three subscribers read the same lines: those who stand at the same place get them together, unless
// the lines are new to some only.
func TestWhoIsHandedLinesTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	if err := os.WriteFile(path, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := NewReader(Options{})
	guests := make([]guest, 3)
	var subs []*Subscription
	for i := range guests {
		s, err := r.Subscribe(path, Start{}, &guests[i])
		if err != nil {
			t.Fatal(err)
		}
		subs = append(subs, s)
	}
	f := subs[0].follow
	buf := r.buffer()
	look := func() {
		f.refresh()
		for f.step(buf) {
		}
	}
	subs[2].Pause()
	look() // the first two are live from here on
	appendTo(t, path, "two\n")
	look()
	subs[2].Resume()
	look()
	appendTo(t, path, "three\n")
	look()
	subs[0].Close()
	subs[1].live = false
	appendTo(t, path, "four\n")
	look()
	want := []heard{{"one", false, 1}, {"two", true, 1}, {"three", true, 2}}
	for i, want := range [][]heard{
		want,
		append(slices.Clip(want), heard{"four", false, 0}),
		{{"one", false, 0}, {"two", false, 0}, {"three", true, 2}, {"four", true, 0}},
	} {
		if d := cmp.Diff(want, guests[i].all(), cmp.AllowUnexported(heard{})); d != "" {
			t.Errorf("subscriber %d (-want +got):\n%s", i, d)
		}
	}
}

// TestHoldLetsAllBeginTogether has subscribers come one after the other while a reader is held: they get the first line together. It is
// the same with the files that several patterns find in one look.
func TestHoldLetsAllBeginTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "one\n")
	r := running(t, Options{})
	guests := make([]guest, 4)
	release := r.Hold()
	for i := range 2 {
		if _, err := r.Subscribe(path, Start{}, &guests[i]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := len(guests[0].all()); n > 0 {
		t.Errorf("%d lines before release", n)
	}
	release()
	begin := time.Now()
	for i := range 2 {
		guests[i].await(t, []heard{{"one", false, 1}})
	}
	if took := time.Since(begin); took >= longestHold {
		t.Errorf("lines %s after release", took)
	}
	for i := 2; i < 4; i++ {
		defer r.SubscribeGlob(filepath.Dir(path)+"/b*.log", newOwner(Start{}), &guests[i]).Close()
	}
	appendTo(t, filepath.Dir(path)+"/b.log", "two\n")
	for i := 2; i < 4; i++ {
		guests[i].await(t, []heard{{"two", false, 1}})
	}
}

// TestHoldEndsByItself holds a reader for ever.
func TestHoldEndsByItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "one\n")
	r := running(t, Options{})
	var g guest
	if _, err := r.Subscribe(path, Start{}, &g); err != nil {
		t.Fatal(err)
	}
	g.await(t, []heard{{"one", false, 0}})
	r.Hold()
	r.Hold()
	appendTo(t, path, "two\n")
	g.await(t, []heard{{"one", false, 0}, {"two", true, 0}})
}

// TestHoldWaitsForWhatIsUnderWay has a sink that takes its time.
func TestHoldWaitsForWhatIsUnderWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "one\n")
	r := running(t, Options{})
	begun, through := make(chan struct{}), atomic.Bool{}
	slow := source.SinkFunc(func(*ticket.Batch) {
		close(begun)
		time.Sleep(50 * time.Millisecond)
		through.Store(true)
	})
	if _, err := r.Subscribe(path, Start{}, slow); err != nil {
		t.Fatal(err)
	}
	<-begun
	defer r.Hold()()
	if !through.Load() {
		t.Error("held in the midst of a batch")
	}
}
