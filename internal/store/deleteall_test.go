package store

import "testing"

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
