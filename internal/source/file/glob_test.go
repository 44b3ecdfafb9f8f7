package file

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

func TestPatternMatches(t *testing.T) {
	tests := []struct {
		pat, name string
		want      bool
	}{
		{"*", "a.log", true},
		{"*.log", "a.log", true},
		{"*.log", "a.log.1", false},
		{"a?c", "abc", true},
		{"a?c", "aüc", true},
		{"a?c", "ac", false},
		{"[ab].log", "b.log", true},
		{"[!ab].log", "b.log", false},
		{"[!ab].log", "c.log", true},
		{"[0-9]*", "7x", true},
		{"[]x]", "]", true},
		{"[ab.log", "[ab.log", true},
		{"**", "ab", true},
		{"*a*b*", "xxaxxbxx", true},
		{"*a*b*", "xxbxxaxx", false},
		{"", "", true},
		{"a", "", false},
	}
	for _, tt := range tests {
		if got := match(tt.pat, tt.name); got != tt.want {
			t.Errorf("match(%q, %q) = %v", tt.pat, tt.name, got)
		}
	}
}

func TestPatternPaths(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"a/x.log", "b/x.log", "b/.h.log", ".c/x.log", "b/y.txt"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f)), 0o700); err != nil {
			t.Fatal(err)
		}
		appendTo(t, filepath.Join(dir, f), "")
	}
	tests := []struct {
		pat  string
		want []string
	}{
		{"*/*.log", []string{"a/x.log", "b/x.log"}},
		{"b/.*.log", []string{"b/.h.log"}},
		{"?/x.log", []string{"a/x.log", "b/x.log"}},
		{"a/x.log", []string{"a/x.log"}},
		{"a/none.log", nil},
		{"none/*", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range newPattern(filepath.Join(dir, tt.pat)).paths(time.Now()) {
			rel, _ := filepath.Rel(dir, p)
			got = append(got, rel)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.pat, d)
		}
	}
}

func TestPatternSeesNewFilesInRememberedDirectories(t *testing.T) {
	dir := t.TempDir()
	p := newPattern(dir + "/*.log")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, old, old); err != nil {
		t.Fatal(err)
	}
	if got := p.paths(time.Now()); len(got) != 0 {
		t.Fatalf("found %v in an empty directory", got)
	}
	appendTo(t, dir+"/a.log", "")
	if got := p.paths(time.Now()); len(got) != 1 {
		t.Errorf("found %v, want the new file", got)
	}
}

func TestPatternDoesNotTrustAFreshListing(t *testing.T) {
	dir := t.TempDir()
	p := newPattern(dir + "/*.log")
	now := time.Now()
	if err := os.Chtimes(dir, now, now); err != nil {
		t.Fatal(err)
	}
	p.paths(now)
	appendTo(t, dir+"/a.log", "")
	if err := os.Chtimes(dir, now, now); err != nil { // as if both were within the grain of the clock
		t.Fatal(err)
	}
	if got := p.paths(now); len(got) != 1 {
		t.Errorf("found %v, want the new file", got)
	}
}

// A tally keeps lines by file.
type tally struct {
	mu    sync.Mutex
	lines map[string][]string
	live  map[string]bool
}

func (c *tally) Lines(b *ticket.Batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range b.Lines {
		name := filepath.Base(b.Source)
		c.lines[name] = append(c.lines[name], string(l.Text))
		c.live[name] = b.Live
	}
}

func (c *tally) await(t *testing.T, want map[string][]string) {
	t.Helper()
	var d string
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		d = cmp.Diff(want, c.lines)
		c.mu.Unlock()
		if d == "" {
			return
		}
	}
	t.Fatalf("lines (-want +got):\n%s", d)
}

func TestGlobFollowsWhatComesUp(t *testing.T) {
	dir := t.TempDir()
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := running(t, Options{})
	g := r.SubscribeGlob(dir+"/site*/access.log*", func(string) Start { return Start{Tail: true} }, source.Sink(c))
	if n := len(g.Files()); n != 0 {
		t.Fatalf("%d files before there is any", n)
	}
	if err := os.Mkdir(dir+"/site1", 0o700); err != nil {
		t.Fatal(err)
	}
	path := dir + "/site1/access.log"
	appendTo(t, path, "one\n")
	began := time.Now()
	c.await(t, map[string][]string{"access.log": {"one"}})
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
	if !c.live["access.log"] {
		t.Error("the lines of a new file under tail are not live")
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, path, "two\n")
	appendTo(t, path+".2.gz", "no text\n")
	c.await(t, map[string][]string{"access.log": {"one", "two"}})
	time.Sleep(3 * tick) // the rotated file must not be taken for a new one
	c.await(t, map[string][]string{"access.log": {"one", "two"}})
	if got := paths(g); !slices.Equal(got, []string{path}) {
		t.Errorf("files %v", got)
	}
	g.Close()
	appendTo(t, path, "three\n")
	time.Sleep(20 * time.Millisecond)
	c.await(t, map[string][]string{"access.log": {"one", "two"}})
}

func paths(g *Glob) []string {
	var all []string
	for _, s := range g.Files() {
		all = append(all, s.Path())
	}
	return all
}

func TestGlobDoesNotReadARenamedFileTwice(t *testing.T) {
	dir := t.TempDir()
	appendTo(t, dir+"/a.log", "one\n")
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := NewReader(Options{})
	g := r.SubscribeGlob(dir+"/*.log", nil, c)
	defer g.Close()
	if err := os.Rename(dir+"/a.log", dir+"/before.log"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, dir+"/a.log", "two\n")
	g.scan()
	if got := paths(g); !slices.Equal(got, []string{dir + "/a.log"}) {
		t.Errorf("files %v", got)
	}
	for _, s := range g.Files() {
		s.follow.round(t.Context())
	}
	c.await(t, map[string][]string{"a.log": {"one", "two"}})
}

func TestGlobForgetsFilesThatStayAway(t *testing.T) {
	dir := t.TempDir()
	appendTo(t, dir+"/a.log", "one\n")
	now := time.Now()
	r := NewReader(Options{Now: func() time.Time { return now }})
	g := r.SubscribeGlob(dir+"/*.log", nil, &recorder{})
	defer g.Close()
	f := g.Files()[0].follow
	f.round(t.Context())
	if err := os.Remove(dir + "/a.log"); err != nil {
		t.Fatal(err)
	}
	f.round(t.Context())
	g.scan()
	if n := len(g.Files()); n != 1 {
		t.Errorf("%d files right after the removal, want 1", n)
	}
	now = now.Add(time.Hour)
	f.round(t.Context())
	g.scan()
	if n := len(g.Files()); n != 0 {
		t.Errorf("%d files an hour later, want 0", n)
	}
}
