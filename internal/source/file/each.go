package file

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// worthwhile is how many lines, counted once for each subscriber, make it pay to judge them on several processors: to start and await
// goroutines takes as long as to judge a few.
const worthwhile = 64

// each calls do for 0 to subscribers-1 and returns when all calls have: side by side where there are processors and lines for it, so
// that many jails on one file do not wait for each other.
func each(subscribers, lines int, do func(i int)) {
	workers := min(subscribers, runtime.GOMAXPROCS(0))
	if workers == 1 || subscribers*lines < worthwhile {
		for i := range subscribers {
			do(i)
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < subscribers; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
