package journal

import (
	"os"
	"testing"
	"time"

	"gaol/internal/source/inotify"
)

// TestJournalThatComesUpIsHeardOf has journals in directories that are made, one after the other, while the reader runs: it has to hear of
// them, because it looks by itself every half minute only.
func TestJournalThatComesUpIsHeardOf(t *testing.T) {
	const own = "0123456789abcdef0123456789abcdef"
	for _, tt := range []struct {
		name string
		opt  Options
		dirs []string
	}{
		{"local", Options{}, []string{"/var", "/var/log", "/var/log/journal", "/var/log/journal/" + own}},
		{"a directory", Options{Path: "/logs/deep"}, []string{"/logs", "/logs/deep"}},
		{"files", Options{Files: []string{"/logs/*/x/*.journal"}}, []string{"/logs", "/logs/host", "/logs/host/x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			tt.opt.root = root
			if tt.opt.Path != "" {
				tt.opt.Path = root + tt.opt.Path
			}
			for i, pattern := range tt.opt.Files {
				tt.opt.Files[i] = root + pattern
			}
			r := running(t, tt.opt)
			rec := &recorder{}
			if _, err := r.Subscribe(nil, Start{}, rec); err != nil {
				t.Fatal(err)
			}
			for _, dir := range tt.dirs {
				time.Sleep(20 * time.Millisecond)
				if err := os.Mkdir(root+dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			c := &clock{time.Now().UnixMicro()}
			f := feed(t, root+tt.dirs[len(tt.dirs)-1]+"/system.journal")
			f.add(c.entry("one"))
			began := time.Now()
			for len(rec.texts()) == 0 && time.Since(began) < 5*time.Second {
				time.Sleep(10 * time.Millisecond)
			}
			if took := time.Since(began); len(rec.texts()) != 1 || took > 2*time.Second {
				t.Errorf("%d entries after %v", len(rec.texts()), took)
			}
		})
	}
}

func TestWithoutInotifyTheJournalIsLookedAtOften(t *testing.T) {
	r := NewReader(Options{root: t.TempDir()})
	if got := r.watch(nil); got != tick {
		t.Errorf("every %v", got)
	}
	n, err := inotify.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if got := r.watch(n); got != calmTick {
		t.Errorf("every %v", got)
	}
}
