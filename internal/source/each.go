package source

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// worthwhile is how many lines, counted once for each time that they are judged, make it pay to do that on several processors: to start
// and await goroutines takes as long as to judge a few.
const worthwhile = 64

// Each calls do for 0 to n-1, where each call judges so many lines, and returns when all calls have: side by side where there are
// processors and lines for it, so that many jails on one file do not wait for each other.
func Each(n, lines int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers == 1 || n*lines < worthwhile {
		for i := range n {
			do(i)
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
