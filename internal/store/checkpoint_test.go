package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/failure"
	"gaol/internal/ticket"
)

func TestCheckpointComesBack(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	if err := s.AddJails("sshd"); err != nil {
		t.Fatal(err)
	}
	pending := func(name string, order uint64, at ticket.Unix) failure.Pending {
		return failure.Pending{
			Failure: ticket.Failure{
				ID: parseID(name), Time: at, Whole: true, IP: parseID("2001:db8::7"), Matches: []ticket.Match{{Before: "a ", Date: "1", After: " é'\""}},
				Fields: ticket.Fields{{Name: "user", Value: "bob"}},
			},
			First: at - 5, Retry: 2.5, Attempts: 2, Order: order,
		}
	}
	one, two, three := pending("user one", 1, now), pending("192.0.2.2", 2, now+1), pending("192.0.2.3", 3, now-1000)
	save := func(c Checkpoint) {
		t.Helper()
		c.Jail = "sshd"
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
		Positions: map[string]ticket.Position{"/log": {Offset: 7, Hash: "x"}}, Bans: []*Row{row},
		Pending: []failure.Pending{two, one, three, pending("192.0.2.4", 4, now)},
	})
	save(Checkpoint{Gone: []addr.ID{parseID("192.0.2.4")}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, _ = openAt(t, path)
	got, err := s.Pending("sshd", now-600)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]failure.Pending{one, two}, got, cmpopts.EquateComparable(addr.ID{})); diff != "" {
		t.Error(diff)
	}
	if at, err := s.Position("sshd", "/log"); err != nil || at != (ticket.Position{Offset: 7, Hash: "x"}) {
		t.Errorf("position %+v, %v", at, err)
	}
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.9")
	save(Checkpoint{Whole: true, Pending: []failure.Pending{two}})
	if got, err = s.Pending("sshd", 0); err != nil || len(got) != 1 {
		t.Errorf("after a whole checkpoint: %+v, %v", got, err)
	}
	s.Close()
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
