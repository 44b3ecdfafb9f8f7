package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"gaol/internal/ticket"
)

const childFile = "GAOL_STORE_CHILD" // the database that TestKilledChild writes to

// TestKilledChild is no test by itself: TestKillLosesNothing runs it in a process of its own and kills that. It bans ever
// new ids, acknowledges each with its number on standard output, and counts on where its predecessor was killed.
func TestKilledChild(t *testing.T) {
	path := os.Getenv(childFile)
	if path == "" {
		t.Skip("runs as a child of TestKillLosesNothing")
	}
	log, _ := newLog()
	s, err := Open(context.Background(), path, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddJails("sshd"); err != nil {
		t.Fatal(err)
	}
	from, err := s.Position("sshd", "log")
	if err != nil {
		t.Fatal(err)
	}
	for i := from.Offset + 1; ; i++ {
		add(t, s, "sshd", banOf("id"+strconv.FormatInt(i, 10), now))
		if err := s.SavePosition("sshd", "log", ticket.Position{Offset: i}); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 { // the others go along in batches
			s.Flush()
			fmt.Println(i)
		}
	}
}

func TestKillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for seconds")
	}
	path := fileIn(t)
	s, _ := openAt(t, path) // a child on a busy machine may be killed before it has got that far
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 6 {
		acknowledged := runAndKill(t, path, time.Duration(150+rand.IntN(300))*time.Millisecond)
		s, j := openAt(t, path)
		p, err := s.Position("sshd", "log")
		if err != nil {
			t.Fatal(err)
		}
		if p.Offset < acknowledged {
			t.Errorf("round %d: %d was acknowledged, the database knows up to %d", round, acknowledged, p.Offset)
		}
		// A ban may be there without its position, then its line is read again; never the other way round.
		bans, err := strconv.ParseInt(query(t, s, `SELECT count(*) FROM bips`)[0], 10, 64)
		if err != nil || bans < p.Offset || bans > p.Offset+1 {
			t.Errorf("round %d: %d bans up to position %d (%v)", round, bans, p.Offset, err)
		}
		wantRows(t, s, `PRAGMA integrity_check`, "ok")
		if len(j.lines()) != 1 {
			t.Errorf("round %d: log %q", round, j.lines())
		}
		t.Logf("round %d: killed after %d acknowledged of %d stored", round, acknowledged, p.Offset)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill runs a child, kills it after d and returns the last number that it acknowledged.
func runAndKill(t *testing.T, path string, d time.Duration) (last int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChild$")
	cmd.Env = append(os.Environ(), childFile+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
			last = n
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return last
}
