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
				f.stop() // the tool has written everything when it ends
				if err := os.Rename(dir+"/x.journal", fmt.Sprintf("%s/x@%d.journal", dir, n)); err != nil {
					t.Error(err)
				}
				f = feed(t, dir+"/x.journal")
			}
		}
		f.stop()
	}()
	j := &judge{t: t}
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
