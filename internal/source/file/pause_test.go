package file

import (
	"os"
	"testing"
	"time"
)

// TestNobodyLooksMoreThanNeeded checks how often a reader wakes up while nothing happens.
func TestNobodyLooksMoreThanNeeded(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/a.log"
	appendTo(t, path, "")
	_, sink := lineChan(10)
	subscribe := func(r *Reader, path string) {
		t.Helper()
		if _, err := r.Subscribe(path, Start{Wait: true}, sink); err != nil {
			t.Fatal(err)
		}
	}
	settles := func(what string, r *Reader, want time.Duration) {
		t.Helper()
		for end := time.Now().Add(3 * time.Second); r.pause() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: looks every %s, want %s", what, r.pause(), want)
			}
		}
	}
	r := running(t, Options{})
	settles("no files", r, time.Hour)
	subscribe(r, path)
	settles("a file that inotify watches", r, calmTicks*tick)
	defer r.SubscribeGlob(dir+"/*/*.none", newOwner(Start{}), sink).Close()
	settles("a pattern too", r, calmTicks*tick)
	subscribe(r, dir+"/not/there")
	settles("a file to wait for", r, calmTicks*tick)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	settles("a file that is gone, and may still be written to", r, tick)
	appendTo(t, path, "back\n")
	settles("an old file that may still grow", r, tick)

	polling := running(t, Options{Polling: true})
	subscribe(polling, path)
	settles("a file that is polled", polling, tick)
	patterns := running(t, Options{Polling: true})
	defer patterns.SubscribeGlob(dir+"/*.none", newOwner(Start{}), sink).Close()
	settles("a pattern that is polled", patterns, globTicks*tick)
}
