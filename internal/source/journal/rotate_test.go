package journal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// A clock gives entries times of their own.
type clock struct{ at int64 }

func (c *clock) entry(message string) raw {
	c.at++
	return raw{c.at, c.at % 1e12, [][2]string{{"MESSAGE", message}}}
}

func rename(tb testing.TB, from, to string) {
	tb.Helper()
	if err := os.Rename(from, to); err != nil {
		tb.Fatal(err)
	}
}

// start runs a Reader from a stored place; stop ends it and returns the place reached.
func start(tb testing.TB, opt Options, at ticket.Position, sink source.Sink) (stop func() ticket.Position) {
	tb.Helper()
	r := NewReader(opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s, err := r.Subscribe(nil, Start{Stored: at}, sink)
	if err != nil {
		tb.Fatal(err)
	}
	go func() { done <- r.Run(ctx) }()
	return func() ticket.Position {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		return s.Position()
	}
}

func TestEveryEntryOnceOverRotation(t *testing.T) {
	dir := t.TempDir()
	c := &clock{time.Now().UnixMicro()}
	rec := &recorder{}
	stop := start(t, Options{Path: dir}, ticket.Position{}, rec)
	one := feed(t, dir+"/x.journal")
	one.add(c.entry("1"), c.entry("2"))
	rec.await(t, []string{"1", "2"})
	rename(t, dir+"/x.journal", dir+"/x@a.journal")
	one.add(c.entry("3"))
	rec.await(t, []string{"1", "2", "3"})
	two := feed(t, dir+"/x.journal")
	two.add(c.entry("4"))
	rec.await(t, []string{"1", "2", "3", "4"})
	one.stop()
	at := stop()
	two.add(c.entry("5"))
	two.stop()
	rename(t, dir+"/x.journal", dir+"/x@b.journal")
	three := feed(t, dir+"/x.journal")
	three.add(c.entry("6"))
	stop = start(t, Options{Path: dir}, at, rec)
	rec.await(t, []string{"1", "2", "3", "4", "5", "6"})
	if err := os.Remove(dir + "/x@a.journal"); err != nil { // as a vacuum does
		t.Fatal(err)
	}
	three.add(c.entry("7"))
	rec.await(t, []string{"1", "2", "3", "4", "5", "6", "7"})
	stop()
}

// put writes a built journal file.
func put(tb testing.TB, path string, archived bool, entries ...raw) {
	tb.Helper()
	b := build(true, 0, entries)
	copy(b[headUnique:], entries[0].Fields[0][1]+"................")
	if archived {
		b[headState] = stateArchived
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
}

func TestFilesAreMergedByTime(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	e := []raw{c.entry("0"), c.entry("1"), c.entry("2"), c.entry("3")}
	put(t, dir+"/a.journal", false, e[1], e[2])
	put(t, dir+"/b.journal", false, e[0], e[3])
	rec, _ := read(t, Options{Path: dir}, nil, Start{})
	if d := cmp.Diff([]string{"0", "1", "2", "3"}, rec.texts()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestArchivedFiles(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	put(t, dir+"/x@1.journal", true, c.entry("1"))
	put(t, dir+"/x.journal", true, c.entry("2"))
	for _, tt := range []struct {
		name  string
		opt   Options
		start Start
		want  []string
	}{
		{"are left out", Options{}, Start{}, []string{"2"}},
		{"are read when asked for", Options{Rotated: true}, Start{}, []string{"1", "2"}},
		{"are read from a stored place", Options{}, Start{Stored: ticket.Position{Offset: 1732784999}}, []string{"1", "2"}},
		{"are read from a stored place behind", Options{}, Start{Since: 1732785000.000002}, []string{"2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.opt.Path = dir
			rec, _ := read(t, tt.opt, nil, tt.start)
			if d := cmp.Diff(tt.want, rec.texts()); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
		})
	}
}

// look lets a Reader that is not running look for files and read.
func look(r *Reader) {
	r.rescan.Store(true)
	r.round(context.Background(), nil)
}

func TestFileIsNotReadAgainWhenItIsArchived(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	put(t, dir+"/x.journal", true, c.entry("1"))
	r, rec := NewReader(Options{Path: dir, Rotated: true}), &recorder{}
	defer r.shut()
	if _, err := r.Subscribe(nil, Start{}, rec); err != nil {
		t.Fatal(err)
	}
	look(r)
	rename(t, dir+"/x.journal", dir+"/x@1.journal")
	look(r)
	look(r)
	if d := cmp.Diff([]string{"1"}, rec.texts()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestFileThatCameAndWasArchivedBetweenTwoLooks(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	put(t, dir+"/x@0.journal", true, c.entry("old"))
	put(t, dir+"/x.journal", false, c.entry("1"))
	r, rec := NewReader(Options{Path: dir}), &recorder{}
	defer r.shut()
	if _, err := r.Subscribe(nil, Start{}, rec); err != nil {
		t.Fatal(err)
	}
	look(r)
	put(t, dir+"/x@1.journal", true, c.entry("2"))
	look(r)
	if d := cmp.Diff([]string{"1", "2"}, rec.texts()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

// TestFileThatIsArchivedWhileFilesAreOpened has a file renamed between the look into its folder and the opening.
func TestFileThatIsArchivedWhileFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	put(t, dir+"/a.journal", false, c.entry("0"))
	put(t, dir+"/x.journal", true, c.entry("1"))
	seen := map[string]bool{}
	opt := Options{Path: dir}
	opt.each(func(f found) {
		if len(seen) == 0 {
			rename(t, dir+"/x.journal", dir+"/x@1.journal")
			put(t, dir+"/x.journal", false, c.entry("2"))
		}
		data, err := os.ReadFile(f.path)
		if err != nil {
			t.Error(err)
		}
		seen[string(data[headUnique])] = true
	})
	for _, name := range []string{"0", "1", "2"} {
		if !seen[name] {
			t.Errorf("the file that holds entry %s was not opened", name)
		}
	}
}

func TestClockPutBack(t *testing.T) {
	dir := t.TempDir()
	c := &clock{1732785000e6}
	put(t, dir+"/a.journal", false, c.entry("1"), c.entry("2"))
	r, rec := NewReader(Options{Path: dir}), &recorder{}
	defer r.shut()
	if _, err := r.Subscribe(nil, Start{Since: 1732785000.000002}, rec); err != nil {
		t.Fatal(err)
	}
	look(r)
	c.at -= 1e9
	put(t, dir+"/b.journal", false, c.entry("3"))
	look(r)
	if d := cmp.Diff([]string{"2", "3"}, rec.texts()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestFileIsReadAsSoonAsItHasAHeader(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/x.journal", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rec := &recorder{}
	defer start(t, Options{Path: dir}, ticket.Position{}, rec)()
	time.Sleep(50 * time.Millisecond)
	c := &clock{time.Now().UnixMicro()}
	began := time.Now()
	put(t, dir+"/x.journal", false, c.entry("1"))
	rec.await(t, []string{"1"})
	if d := time.Since(began); d > 1500*time.Millisecond {
		t.Errorf("took %v", d)
	}
}

// A judge counts numbered entries, across restarts of the reader.
type judge struct {
	t     *testing.T
	count atomic.Int64
}

func (j *judge) Lines(b *ticket.Batch) {
	for _, line := range b.Lines {
		got, err := strconv.Atoi(string(line.Text))
		if want := int(j.count.Load()); err != nil || got != want {
			if !j.t.Failed() {
				j.t.Errorf("entry %q, want number %d", line.Text, want)
			}
			return
		}
		j.count.Add(1)
	}
}

func TestEveryEntryOnceUnderTorture(t *testing.T) {
	total, part := 6000, 2000
	if os.Getenv("GAOL_FULL") != "" {
		total, part = 100000, 10000
	}
	dir := t.TempDir()
	c := &clock{time.Now().UnixMicro()}
	f := feed(t, dir+"/x.journal")
	j := &judge{t: t}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for n := 0; n < total && !t.Failed(); {
			var entries []raw
			for range 100 {
				entries = append(entries, c.entry(fmt.Sprint(n)))
				n++
			}
			f.add(entries...)
			if n%part == 0 && n < total {
				for j.count.Load() == 0 && !t.Failed() { // who has no place yet does not want archived files
					time.Sleep(time.Millisecond)
				}
				f.stop() // the tool has written everything when it ends
				if err := os.Rename(dir+"/x.journal", fmt.Sprintf("%s/x@%d.journal", dir, n)); err != nil {
					t.Error(err)
				}
				f = feed(t, dir+"/x.journal")
			}
		}
		f.stop()
	}()
	var at ticket.Position
	restarts := 0
	for done := false; !done && !t.Failed(); restarts++ {
		stop := start(t, Options{Path: dir}, at, j)
		select {
		case <-time.After(time.Duration(10+rand.IntN(100)) * time.Millisecond):
		case <-written:
			for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && int(j.count.Load()) < total && !t.Failed(); {
				time.Sleep(time.Millisecond)
			}
			done = true
		}
		at = stop()
	}
	<-written
	if got := int(j.count.Load()); got != total {
		t.Errorf("%d entries judged, %d written", got, total)
	}
	t.Logf("%d entries, %d restarts", total, restarts-1)
}

// BenchmarkRead measures reading 20,000 entries of sshd, of which the matches choose all.
func BenchmarkRead(b *testing.B) {
	path := b.TempDir() + "/x.journal"
	var entries []raw
	for i := range 20000 {
		entries = append(entries, raw{1732785000e6 + int64(i)*1000, int64(i) * 1000, [][2]string{
			{"_HOSTNAME", "server"}, {"_COMM", "sshd"}, {"_SYSTEMD_UNIT", "ssh.service"}, {"SYSLOG_IDENTIFIER", "sshd"}, {"PRIORITY", "6"},
			{"_PID", fmt.Sprint(1000 + i/3)}, {"_UID", "0"}, {"_GID", "0"}, {"_TRANSPORT", "syslog"}, {"_EXE", "/usr/sbin/sshd"},
			{"MESSAGE", fmt.Sprintf("Failed password for invalid user admin%d from 192.0.2.%d port %d ssh2", i, i%250, i)},
		}})
	}
	write(b, path, entries)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := NewReader(Options{Files: []string{path}})
		_, err := r.Subscribe([][]string{{"_SYSTEMD_UNIT=ssh.service", "+", "_COMM=sshd"}}, Start{},
			source.SinkFunc(func(batch *ticket.Batch) { n += len(batch.Lines) }))
		if err != nil {
			b.Fatal(err)
		}
		r.round(context.Background(), nil)
		r.shut()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
	if n != b.N*len(entries) {
		b.Errorf("%d entries in %d rounds", n, b.N)
	}
}
