package file

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// A guest is a sink that notes with how many others it was handed each line, and whether that was a new one.
type guest struct{ heard []heard }

type heard struct {
	line string
	live bool
	with int
}

func (g *guest) Lines(b *ticket.Batch) { g.Share(b, []source.Sink{g}) }

func (g *guest) Share(b *ticket.Batch, sinks []source.Sink) {
	for _, s := range sinks {
		for _, l := range b.Lines {
			s.(*guest).heard = append(s.(*guest).heard, heard{string(l.Text), b.Live, len(sinks) - 1})
		}
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
		if d := cmp.Diff(want, guests[i].heard, cmp.AllowUnexported(heard{})); d != "" {
			t.Errorf("subscriber %d (-want +got):\n%s", i, d)
		}
	}
}
