package pack_test

import (
	"log/slog"
	"testing"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// TestSshdIsHeardOnAGoodDay sees to it that the filter matches what a log-in leaves in the log, and nothing of others: the warning about
// filters that have gone deaf rests on that.
func TestSshdIsHeardOnAGoodDay(t *testing.T) {
	for _, mode := range []string{"normal", "aggressive"} {
		program, err := new(filter.Compiler).Compile(settings(t, "sshd[mode="+mode+"]"))
		if err != nil {
			t.Fatal(err)
		}
		if !program.KnowsGoodLines() {
			t.Error("the filter knows failures only")
		}
		for line, want := range map[string]bool{
			"Nov 26 01:00:00 host sshd[1]: Accepted publickey for alice from 192.0.2.1 port 4 ssh2: ED25519 SHA256:x": true,
			"Nov 26 01:00:00 host sshd-session[1]: Connection closed by 192.0.2.1 port 4":                             true,
			"Nov 26 01:00:00 host sshd[1]: Received disconnect from 192.0.2.1 port 4:11: disconnected by user":        true,
			"Nov 26 01:00:00 host CRON[1]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)":    false,
			"Nov 26 01:00:00 host sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/sbin/sshd -t":            false,
			`192.0.2.1 - - [26/Nov/2026:01:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl"`:                          false,
			"Nov 26 01:00:00 host | sshd | 1 | Failed password for root from 192.0.2.1 port 4 ssh2":                   false,
		} {
			f := filter.NewFilter(program, filter.Env{Log: slog.New(slog.DiscardHandler)})
			got := f.Process(&ticket.Batch{Lines: []ticket.Line{{Text: []byte(line)}}, Live: true}, func(*ticket.Failure) error { return nil })
			if (got.Matched > 0) != want || got.Heard {
				t.Errorf("%s: %d matches, heard %v: %s", mode, got.Matched, got.Heard, line)
			}
		}
	}
}
