package file

import (
	"strings"
	"testing"
)

func TestBehind(t *testing.T) {
	b := newBench(t)
	b.write("one\n")
	b.add(Start{})
	for _, step := range []struct {
		what   string
		do     func()
		behind int64
		live   bool
	}{
		{"before the first look", func() {}, 4, false},
		{"all is read", func() { b.read() }, 0, true},
		{"written and not read yet", func() { b.append("two\nthree\n") }, 10, true},
		{"half a line", func() { b.append("fo"); b.read() }, 0, true},
		{"the rest of it", func() { b.append("ur\n") }, 3, true},
		{"paused", func() { b.sub.Pause(); b.read() }, 3, true},
		{"more while paused", func() { b.append("five\n"); b.read() }, 8, true},
		{"resumed", func() { b.sub.Resume(); b.read() }, 0, true},
		{"half a line that is too long", func() { b.append(strings.Repeat("x", 5000)); b.read() }, 0, true},
	} {
		step.do()
		if st := b.sub.Stats(); st.Behind != step.behind || st.Live != step.live {
			t.Errorf("%s: %d bytes behind, live %v, want %d, %v", step.what, st.Behind, st.Live, step.behind, step.live)
		}
	}
}
