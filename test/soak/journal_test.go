package soak

import (
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"gaol/test/torture"
)

// TestEveryEntryOnce rotates real journal files, and vacuums them, while the server is stopped and started again.
func TestEveryEntryOnce(t *testing.T) {
	if _, err := os.Stat(torture.Remote); err != nil {
		t.Skip("needs the Debian package systemd-journal-remote, to make real journal files")
	}
	for _, hard := range torments() {
		random := randomness(t)
		m := newMachine(t, "backend = systemd[journalpath=DIR/journal]\n")
		j := &torture.Journal{Dir: m.dir + "/journal", Crowd: torture.NewCrowd(random(), 0.02), Rate: hard.rate}
		if err := os.Mkdir(j.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		m.end = func() string { return "firstlinemd5 = '" + j.Last.Format("2006-01-02T15:04:05.000000-07:00") + "'" }
		var up sync.Mutex
		up.Lock()
		written := make(chan struct{})
		go func() {
			defer close(written)
			rotateJournal(j, hard, random(), func(do func()) { m.attend(&up, do) })
		}()
		stops := m.stopAgainAndAgain(&up, written, random())
		if j.Err != nil {
			t.Fatal(j.Err)
		}
		m.account(j.Crowd)
		t.Logf("%d entries/s, %d stops", hard.rate, stops)
	}
}

// rotateJournal writes to j and rotates it. After every other rotation it deletes old files, at a moment when attend lets it: when the
// server has judged what is in them.
func rotateJournal(j *torture.Journal, hard torment, random *rand.Rand, attend func(do func())) {
	j.Open()
	defer j.Close()
	for i := range 3 * hard.times {
		j.Write(time.Now().Add(time.Duration(random.Int64N(int64(2 * hard.rest)))))
		j.Rotate()
		if i%2 == 0 {
			j.Fail()
			attend(func() { j.Vacuum(1) })
		}
	}
	j.Write(time.Now().Add(hard.rest))
	j.Finish()
	j.Fail() // whoever is begun by this one stays
}
