package journal

import (
	"path/filepath"
	"testing"
)

func TestNewer(t *testing.T) {
	dir := t.TempDir()
	const start = 1_700_000_000_000_000
	var entries []raw
	for i := range int64(10) {
		name := "cron"
		if i == 4 {
			name = "sshd"
		}
		entries = append(entries, raw{start + i, 1000 + i, [][2]string{{"_COMM", name}, {"_TRANSPORT", "syslog"}}})
	}
	write(t, filepath.Join(dir, "system.journal"), entries)
	for _, tt := range []struct {
		name    string
		matches []string
		after   uint64
		want    bool
	}{
		{"one later", []string{"_COMM=sshd", "_TRANSPORT=syslog"}, start + 3, true},
		{"the same moment", []string{"_COMM=sshd", "_TRANSPORT=syslog"}, start + 4, false},
		{"others later", []string{"_COMM=cron"}, start + 4, true},
		{"none of the kind", []string{"_COMM=sshd", "_TRANSPORT=stdout"}, 0, false},
		{"past the end", []string{"_COMM=cron"}, start + 9, false},
	} {
		if got := Newer(Options{Path: dir}, [][]string{tt.matches}, tt.after); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if Newer(Options{Path: filepath.Join(dir, "none")}, nil, 0) {
		t.Error("there is no journal")
	}
}

func TestSkipCountsOverArrays(t *testing.T) {
	c := &clock{1_700_000_000_000_000}
	var entries []raw
	for range 9 {
		entries = append(entries, c.entry("x"))
	}
	m, err := newImage(build(true, 0, entries))
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(9) {
		p, err := m.skip(n)
		if err != nil {
			t.Fatal(err)
		}
		e, _, ok, err := m.next(p)
		if err != nil || !ok || e.realtime != uint64(entries[n].Realtime) {
			t.Errorf("behind %d comes the entry of %d, %v %v", n, e.realtime, ok, err)
		}
	}
}
