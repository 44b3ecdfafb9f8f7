package server

import (
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestUnmapProgram lets go of the test's own program, and goes on running.
func TestUnmapProgram(t *testing.T) {
	touchProgram(t)
	before := programKiB(t)
	unmapProgram()
	if after := programKiB(t); after >= before/2 {
		t.Errorf("%d KiB of the program are resident, %d were before", after, before)
	}
}

// touchProgram has the kernel map all of the program that nobody writes to.
func touchProgram(t *testing.T) {
	t.Helper()
	err := eachMapping(func(start, length uintptr) {
		if err := madvise(start, length, unix.MADV_POPULATE_READ); err != nil {
			t.Skipf("the kernel cannot do that on demand: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// programKiB returns how much of what is let go of is in memory.
func programKiB(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps") // proc_pid_smaps(5)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[uintptr]int{}
	for _, m := range regexp.MustCompile(`(?ms)^([0-9a-f]+)-[0-9a-f]+ .*?^Rss:\s+(\d+) kB`).FindAllSubmatch(text, -1) {
		start, _ := strconv.ParseUint(string(m[1]), 16, 64)
		sizes[uintptr(start)], _ = strconv.Atoi(string(m[2]))
	}
	total := 0
	if err := eachMapping(func(start, _ uintptr) { total += sizes[start] }); err != nil {
		t.Fatal(err)
	}
	return total
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
