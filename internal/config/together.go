package config

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gaol/internal/config/layers"
)

// worthwhile is how many jails, or as much other work, keep several processors busy for longer than it takes to wake them up.
const worthwhile = 8

// together does work 0 to n-1 on all processors, and returns when all is done. Who takes part calls begin once, and what that returns with
// each piece of work. Jails know nothing of each other, so they can be read at the same time; what they have to say is put in order
// afterwards.
func together(n int, begin func() (work func(i int))) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if n < worthwhile || workers == 1 {
		inTurn(n, begin())
		return
	}
	var (
		next atomic.Int64
		wait sync.WaitGroup
	)
	takePart := func() {
		work := begin()
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			work(int(i))
		}
	}
	for range workers - 1 {
		wait.Go(takePart)
	}
	takePart()
	wait.Wait()
}

func inTurn(n int, work func(i int)) {
	for i := range n {
		work(i)
	}
}

// entangled reports whether a jail may refer to what the filter of another one says, %(other/known/failregex)s. Then each jail must be
// read after those before it.
func entangled(set *layers.Set, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return mayEntangle(set.Section(name)) }) || mayEntangle(&set.Default)
}

func mayEntangle(section *layers.Section) bool {
	for i := range section.Len() {
		if _, e := section.At(i); strings.Contains((*e).Raw, "%(") && strings.Contains(strings.ToLower((*e).Raw), "/"+knownPrefix) {
			return true
		}
	}
	return false
}
