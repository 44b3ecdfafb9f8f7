package server

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// tidyAfter is how long nobody must have asked for it when tidy sets in. By then restored bans have reached their actions.
const tidyAfter = time.Second

// A tidying is one that will be done. Its lock is taken last of all and held for a moment only: the writer of the database asks for one
// while others, with locks of the server, wait for it.
type tidying struct {
	mu    sync.Mutex
	timer *time.Timer // nil before the first time
}

// tidy gives memory back to the system soon: reading a configuration leaves several times the garbage of what stays, and so does a flood
// of failures; a server at rest would keep it for hours.
func (s *Server) tidy() {
	t := &s.tidying
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Reset(tidyAfter)
		return
	}
	t.timer = time.AfterFunc(tidyAfter, func() {
		runtime.GC() // a sync.Pool, such as those of the reader and the filters, lets go of what it has only at the second collection
		debug.FreeOSMemory()
		unmapProgram()
	})
}

// unmapProgram lets go of the pages of the program's own file, most of which only reading the configuration has touched. What is
// needed again comes back from the system's cache of the file, a few pages at a time. Where that does not work, nothing is lost but
// memory.
func unmapProgram() {
	_ = eachMapping(func(start, length uintptr) { _ = madvise(start, length, unix.MADV_DONTNEED) })
}

// eachMapping calls do for every piece of memory in which the program's own file lies and to which nobody writes.
func eachMapping(do func(start, length uintptr)) error {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/maps") // proc_pid_maps(5)
	if err != nil {
		return err
	}
	defer maps.Close()
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 || strings.Contains(fields[1], "w") || fields[5] != program {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		start, err1 := strconv.ParseUint(from, 16, 64)
		end, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil {
			do(uintptr(start), uintptr(end-start))
		}
	}
	return lines.Err()
}

func madvise(start, length uintptr, advice int) error {
	if _, _, errno := unix.Syscall(unix.SYS_MADVISE, start, length, uintptr(advice)); errno != 0 {
		return errno
	}
	return nil
}
