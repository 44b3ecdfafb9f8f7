package server

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestUnmapProgram lets go of the test's own program, and goes on running.
func TestUnmapProgram(t *testing.T) {
	_ = fmt.Sprintf("%v", regexp.MustCompile(`a+`)) // touch something
	before := fileKiB(t)
	unmapProgram()
	if after := fileKiB(t); after >= before/2 {
		t.Errorf("%d KiB of files are resident, %d were before", after, before)
	}
}

// fileKiB returns how much of its files the process has in memory.
func fileKiB(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		t.Skip("the kernel does not say")
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// TestTidyWaitsForNoLockOfTheServer asks for a tidying as the writer of the database does, while somebody who waits for that writer has
// the server locked.
func TestTidyWaitsForNoLockOfTheServer(t *testing.T) {
	b := newBench(t)
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.srv.tidy()
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("the writer of the database would wait for ever")
	}
}
