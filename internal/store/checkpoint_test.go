package store

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

func TestCheckpointComesBack(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	if err := s.AddJails("sshd", "other"); err != nil {
		t.Fatal(err)
	}
	save := func(c Checkpoint) {
		t.Helper()
		if err := s.Save(c); err != nil {
			t.Fatal(err)
		}
	}
	b := banOf("192.0.2.9", now)
	row := s.Note("sshd", b, 600)
	if k, ok := s.Known("sshd", b.ID, false); !ok || k.Count != 1 {
		t.Errorf("a noted ban is not known: %+v", k)
	}
	save(Checkpoint{
		Jail: "sshd", Positions: map[string]ticket.Position{"/log": {Offset: 7, Hash: "x"}}, Bans: []*Row{row},
		Failures: [][]byte{{1, 2}, {0}},
	})
	save(Checkpoint{Jail: "other", Failures: [][]byte{{9}}})
	save(Checkpoint{Jail: "sshd", Failures: [][]byte{{255}}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, _ = openAt(t, path)
	defer s.Close()
	wantFailures(t, s, [][]byte{{1, 2}, {0}, {255}})
	if at, err := s.Position("sshd", "/log"); err != nil || at != (ticket.Position{Offset: 7, Hash: "x"}) {
		t.Errorf("position %+v, %v", at, err)
	}
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.9")
	save(Checkpoint{Jail: "sshd", Whole: true, Failures: [][]byte{{3}}})
	wantFailures(t, s, [][]byte{{3}})
	save(Checkpoint{Jail: "sshd", Whole: true})
	wantFailures(t, s, nil)
	wantRows(t, s, `SELECT jail FROM gaolFailures`, "other")
}

func wantFailures(t *testing.T, s *Store, want [][]byte) {
	t.Helper()
	got, err := s.Failures("sshd")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEarlierVersionsOpen opens files with a table of pending failures as earlier versions of this program left it.
func TestEarlierVersionsOpen(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	if err := s.AddJails("sshd"); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Checkpoint{Jail: "sshd", Failures: [][]byte{{1}}}); err != nil {
		t.Fatal(err)
	}
	err := s.do("", func(tx *sql.Tx) error {
		return run(tx, `UPDATE gaolFailures SET format = format - 1`, `CREATE TABLE gaolPending (jail TEXT, ip TEXT)`)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s, _ = openAt(t, path)
	defer s.Close()
	wantFailures(t, s, nil)
	wantRows(t, s, `SELECT name FROM sqlite_master WHERE name = 'gaolPending'`)
	wantRows(t, s, `SELECT jail FROM gaolFailures`)
}

func TestLostCheckpointIsReported(t *testing.T) {
	s, _ := openAt(t, fileIn(t))
	defer s.Close()
	lost := make(chan error, 1)
	// The jail is not known, so that the database refuses.
	c := Checkpoint{Jail: "nope", Positions: map[string]ticket.Position{"/log": {}}, Done: func(err error) { lost <- err }}
	if err := s.Save(c); err != nil {
		t.Fatal(err)
	}
	s.Flush()
	if len(lost) != 1 || <-lost == nil {
		t.Error("nobody was told")
	}
}
