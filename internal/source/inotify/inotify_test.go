package inotify

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestEventsOfADirectory(t *testing.T) {
	n, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	wd, err := n.Add(dir, unix.IN_CREATE|unix.IN_DELETE)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	events := make(chan Event, 10)
	done := make(chan struct{})
	go func() { defer close(done); n.Run(ctx, func(e Event) { events <- e }) }()
	path := filepath.Join(dir, "a file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, want := range []Event{{wd, unix.IN_CREATE, "a file"}, {wd, unix.IN_DELETE, "a file"}} {
		select {
		case got := <-events:
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("event (-want +got):\n%s", d)
			}
		case <-time.After(2 * time.Second):
			t.Fatalf("no event, want %v", want)
		}
	}
	cancel()
	<-done
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

func TestPauseGrowsUnderLoadAndEndsWithIt(t *testing.T) {
	var p pacer
	now := time.Unix(1700000000, 0)
	var got []time.Duration
	for _, gap := range []time.Duration{time.Hour, 1e6, 1e6, 1e6, 2e6, 4e6, 6e6, 7e6, 8e6, 9e6, 3e6, 4e6} {
		now = now.Add(gap)
		got = append(got, p.pause(now))
	}
	want := []time.Duration{0, 25e4, 5e5, 1e6, 2e6, 4e6, 5e6, 5e6, 5e6, 0, 25e4, 0}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("pauses (-want +got):\n%s", d)
	}
}
