package store

import (
	"fmt"
	"strings"
	"testing"
)

func TestDeleteAllLeavesOtherJails(t *testing.T) {
	s, _ := openAt(t, memory)
	add(t, s, "sshd", banOf("192.0.2.1", now))
	add(t, s, "sshd", banOf("192.0.2.2", now))
	add(t, s, "web", banOf("192.0.2.3", now))
	for _, c := range []struct {
		jail string
		left []string
	}{
		{"nosuch", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
		{"sshd", []string{"192.0.2.3"}},
		{"web", nil}, // the last one's rows go with their table's pages
	} {
		if err := s.DeleteAll(c.jail)(); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"bans", "bips"} {
			wantRows(t, s, `SELECT ip FROM `+table+` ORDER BY ip`, c.left...)
		}
	}
}

// TestDeleteAllAmongOtherChanges looks whether what came before and after it in the queue is unharmed, and still checked.
func TestDeleteAllAmongOtherChanges(t *testing.T) {
	s, log := openAt(t, memory)
	add(t, s, "sshd", banOf("192.0.2.1", now))
	wait := s.DeleteAll("sshd")
	add(t, s, "sshd", banOf("192.0.2.2", now))
	if err := wait(); err != nil {
		t.Fatal(err)
	}
	add(t, s, "unknown", banOf("192.0.2.3", now))
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.2")
	if lines := log.lines(); !strings.Contains(lines[len(lines)-1], "FOREIGN KEY") {
		t.Errorf("a ban of an unknown jail was not refused: %q", lines)
	}
}

// BenchmarkDeleteAll forgets 10,000 bans of the only jail.
func BenchmarkDeleteAll(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		log, _ := newLog()
		s, err := Open(b.Context(), b.TempDir()+"/db", log)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.AddJails("sshd"); err != nil {
			b.Fatal(err)
		}
		for i := range 10_000 {
			if err := s.AddBan("sshd", banOf(fmt.Sprintf("10.0.%d.%d", i>>8, i&255), now), 600); err != nil {
				b.Fatal(err)
			}
		}
		s.Flush()
		b.StartTimer()
		if err := s.DeleteAll("sshd")(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}
