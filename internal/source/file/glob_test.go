package file

import (
	"fmt"
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
		found, _ := newPattern(filepath.Join(dir, tt.pat)).find(time.Now())
		for _, p := range found {
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
	if got, _ := p.find(time.Now()); len(got) != 0 {
		t.Fatalf("found %v in an empty directory", got)
	}
	appendTo(t, dir+"/a.log", "")
	if got, _ := p.find(time.Now()); len(got) != 1 {
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
	p.find(now)
	appendTo(t, dir+"/a.log", "")
	if err := os.Chtimes(dir, now, now); err != nil { // as if both were within the grain of the clock
		t.Fatal(err)
	}
	if got, _ := p.find(now); len(got) != 1 {
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

// An owner begins everywhere at the same place, and lets a path be read once.
type owner struct {
	start Start

	mu    sync.Mutex
	taken map[string]bool
}

func newOwner(st Start, taken ...string) *owner {
	o := &owner{start: st, taken: map[string]bool{}}
	for _, path := range taken {
		o.taken[path] = true
	}
	return o
}

func (o *owner) Claim(path string) (Start, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	free := !o.taken[path]
	o.taken[path] = true
	return o.start, free
}

func (o *owner) Release(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.taken, path)
}

func TestGlobFollowsWhatComesUp(t *testing.T) {
	dir := t.TempDir()
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := running(t, Options{})
	g := r.SubscribeGlob(dir+"/site*/access.log*", newOwner(Start{Tail: true}), source.Sink(c))
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
	if got := g.Paths(); !slices.Equal(got, []string{path}) {
		t.Errorf("files %v", got)
	}
	g.Close()
	appendTo(t, path, "three\n")
	time.Sleep(20 * time.Millisecond)
	c.await(t, map[string][]string{"access.log": {"one", "two"}})
}

func TestGlobDoesNotReadARenamedFileTwice(t *testing.T) {
	dir := t.TempDir()
	appendTo(t, dir+"/a.log", "one\n")
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := NewReader(Options{})
	g := r.SubscribeGlob(dir+"/*.log", newOwner(Start{}), c)
	defer g.Close()
	if err := os.Rename(dir+"/a.log", dir+"/before.log"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, dir+"/a.log", "two\n")
	g.scan(func() {})
	if got := g.Paths(); !slices.Equal(got, []string{dir + "/a.log"}) {
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
	g := r.SubscribeGlob(dir+"/*.log", newOwner(Start{}), &recorder{})
	defer g.Close()
	f := g.Files()[0].follow
	f.round(t.Context())
	if err := os.Remove(dir + "/a.log"); err != nil {
		t.Fatal(err)
	}
	f.round(t.Context())
	g.scan(func() {})
	if n := len(g.Files()); n != 1 {
		t.Errorf("%d files right after the removal, want 1", n)
	}
	now = now.Add(time.Hour)
	f.round(t.Context())
	g.scan(func() {})
	if n := len(g.Files()); n != 0 {
		t.Errorf("%d files an hour later, want 0", n)
	}
}

func TestWhatTwoPatternsMatchIsReadOnce(t *testing.T) {
	dir := t.TempDir()
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := running(t, Options{})
	o := newOwner(Start{}, dir+"/unwanted.log")
	first := r.SubscribeGlob(dir+"/*.log", o, c)
	second := r.SubscribeGlob(dir+"/a*", o, c)
	defer second.Close()
	appendTo(t, dir+"/unwanted.log", "no\n")
	appendTo(t, dir+"/a.log", "one\n")
	c.await(t, map[string][]string{"a.log": {"one"}})
	if n := len(first.Paths()) + len(second.Paths()); n != 1 {
		t.Fatalf("read by %v and %v", first.Paths(), second.Paths())
	}
	o.start.Stored = first.subscriptionOf(second, dir+"/a.log").Position()
	first.Close()
	appendTo(t, dir+"/a.log", "two\n")
	c.await(t, map[string][]string{"a.log": {"one", "two"}})
}

// subscriptionOf returns the subscription of path, which either has.
func (g *Glob) subscriptionOf(other *Glob, path string) *Subscription {
	for _, s := range append(g.Files(), other.Files()...) {
		if s.Path() == path {
			return s
		}
	}
	return nil
}

func TestGlobReadsWhatOnlyLooksRotatedOnceItGrows(t *testing.T) {
	dir := t.TempDir()
	appendTo(t, dir+"/app.log", "app\n")
	appendTo(t, dir+"/app-2.log", "old\n")
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := NewReader(Options{})
	g := r.SubscribeGlob(dir+"/*.log", newOwner(Start{}), c)
	defer g.Close()
	if got := g.Paths(); !slices.Equal(got, []string{dir + "/app.log"}) {
		t.Fatalf("files %v", got)
	}
	appendTo(t, dir+"/app-2.log", "new\n")
	g.scan(func() {})
	for _, s := range g.Files() {
		s.follow.round(t.Context())
	}
	c.await(t, map[string][]string{"app.log": {"app"}, "app-2.log": {"new"}})

	known, again := newOwner(Start{Stored: g.Files()[0].Position()}), NewReader(Options{})
	h := again.SubscribeGlob(dir+"/*.log", known, c)
	defer h.Close()
	if got := h.Paths(); len(got) != 2 {
		t.Errorf("after a restart only %v are read", got)
	}
}

func TestGlobFindsInDirectoriesThatComeUp(t *testing.T) {
	dir := t.TempDir()
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := NewReader(Options{})
	r.tick = time.Hour // the kernel alone must tell
	run(t, r)
	for _, pattern := range []string{dir + "/new/deep/*.log", dir + "/*/fixed/b.log", dir + "/link/c.log"} {
		defer r.SubscribeGlob(pattern, newOwner(Start{}), c).Close()
	}
	if _, err := r.Subscribe(dir+"/new/deep/d", Start{Wait: true}, c); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * gather)
	for _, d := range []string{"/new/deep", "/other/fixed", "/real"} {
		if err := os.MkdirAll(dir+d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("real", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{"/new/deep/a.log": "one\n", "/other/fixed/b.log": "two\n", "/real/c.log": "three\n", "/new/deep/d": "four\n"} {
		appendTo(t, dir+path, text)
	}
	c.await(t, map[string][]string{"a.log": {"one"}, "b.log": {"two"}, "c.log": {"three"}, "d": {"four"}})
}

// TestManyFilesComeUpAtOnce has files made in directories that are made at the same time, by several writers, and rotated.
func TestManyFilesComeUpAtOnce(t *testing.T) {
	const writers, files = 4, 50
	dir := t.TempDir()
	var mu sync.Mutex
	lines := map[string]int{} // by path
	count := func(path string) int {
		mu.Lock()
		defer mu.Unlock()
		return lines[path]
	}
	await := func(path string, want int) {
		for end := time.Now().Add(30 * time.Second); count(path) < want && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	r := NewReader(Options{})
	r.tick = time.Hour // the kernel alone must tell
	run(t, r)
	g := r.SubscribeGlob(dir+"/*/*/*.log", newOwner(Start{}), source.SinkFunc(func(b *ticket.Batch) {
		mu.Lock()
		defer mu.Unlock()
		lines[b.Source] += len(b.Lines)
	}))
	defer g.Close()
	var wg sync.WaitGroup
	want := map[string]int{}
	for w := range writers {
		for i := range files {
			path := fmt.Sprintf("%s/%d/%d/%d.log", dir, w, i%7, i)
			if want[path] = 2; i%3 == 0 {
				want[path]++
			}
		}
		wg.Go(func() {
			for i := range files {
				path := fmt.Sprintf("%s/%d/%d/%d.log", dir, w, i%7, i)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Error(err)
				}
				appendTo(t, path, "one\ntwo\n")
				if i%3 == 0 {
					await(path, 2)
					if err := os.Rename(path, path+".1"); err != nil {
						t.Error(err)
					}
					appendTo(t, path, "three\n")
				}
			}
		})
	}
	wg.Wait()
	for path, n := range want {
		await(path, n)
	}
	time.Sleep(3 * gather) // more would be as wrong
	mu.Lock()
	defer mu.Unlock()
	if d := cmp.Diff(want, lines); d != "" {
		t.Errorf("lines of each file (-want +got):\n%s", d)
	}
	if n := len(g.Paths()); n != writers*files {
		t.Errorf("%d files, want %d", n, writers*files)
	}
}
