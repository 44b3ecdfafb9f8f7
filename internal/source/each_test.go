package source

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestEachCallsAllOnce(t *testing.T) {
	for _, subscribers := range []int{0, 1, 2, 20} {
		for _, lines := range []int{1, 1000} {
			calls := make([]atomic.Int32, subscribers)
			Each(subscribers, lines, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if n := calls[i].Load(); n != 1 {
					t.Errorf("%d subscribers, %d lines: %d calls for %d", subscribers, lines, n, i)
				}
			}
		}
	}
}

// TestSubscribersWorkSideBySide has two subscribers meet in the middle of a large batch, and looks whether a small one stays on one
// goroutine.
func TestSubscribersWorkSideBySide(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("takes two processors")
	}
	meet := make(chan struct{})
	Each(2, 1000, func(i int) {
		select {
		case meet <- struct{}{}:
		case <-meet:
		case <-time.After(10 * time.Second):
			t.Errorf("%d was alone", i)
		}
	})
	var inside atomic.Int32
	Each(20, 1, func(int) {
		if inside.Add(1) > 1 {
			t.Error("two at a time for a single line")
		}
		time.Sleep(time.Millisecond)
		inside.Add(-1)
	})
}
