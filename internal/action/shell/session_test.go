package shell

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
)

// text makes results readable in differences, and nil the same as empty.
var text = cmp.Transformer("text", func(b []byte) string { return string(b) })

// A session gives the results that a shell for each command gives.
func TestSessionRunsAsPlainDoes(t *testing.T) {
	dir := t.TempDir()
	n := new(session)
	defer n.close()
	for _, script := range []string{
		"echo out; echo err >&2", "exit 3", "printf 'no line end'", `printf 'a\n\nb\n\n'`, "true", "false", ")", "if", "'", "cat", "read x",
		"x=1; cd " + dir, "echo $x; test \"$PWD\" != " + dir, "trap 'echo bye' EXIT; exit 2", "set -e; false; echo not here", "exec echo gone",
		"echo \"it's\" 'a \"quoted\" '\\''word'\\'''", "umask 000", "umask", "# only a comment", "cat <<EOF\nhere\nEOF", "echo a\necho b",
		"head -c 300000 /dev/zero | tr '\\0' x", "no-such-command", "sh -c 'kill -9 $$'", "exit 141", "echo back\\\\slash '\\n'", "(exit 4)", "return 5",
		"echo >&3; echo done", "f2b_status=9; false", "exit", "exit 6", "cd /", "x=2 false", "x=2", " /bin/echo  a   b", "for", "done", "alias echo=false", "echo b",
		"",
	} {
		want, got := plain(ctx, action.Script{Text: script}, time.Minute), n.run(ctx, action.Script{Text: script}, time.Minute)
		if want.Code < 0 { // the shell became the command; in a session it reports the signal
			want.Code = 128 - want.Code
		}
		if len(want.Stderr) > 0 { // wording differs by a line number
			want.Stderr, got.Stderr = want.Stderr[:1], got.Stderr[:min(1, len(got.Stderr))]
		}
		if diff := cmp.Diff(want, got, text); diff != "" {
			t.Errorf("%q (-plain +session):\n%s", script, diff)
		}
	}
}

func TestSessionSurvivesTheDeathOfItsShell(t *testing.T) {
	n := new(session)
	defer n.close()
	for _, c := range []struct {
		script  string
		timeout time.Duration
		want    Result
	}{
		{"echo one; kill -9 $$; sleep 1", time.Minute, Result{Code: -9, Stdout: []byte("one")}},
		{"echo two", time.Minute, Result{Stdout: []byte("two\n")}},
		{"echo three; sleep 30", 50 * time.Millisecond, Result{Code: -15, TimedOut: true, Stdout: []byte("three")}},
		{"trap '' TERM; sleep 30; sleep 30", 50 * time.Millisecond, Result{Code: -15, TimedOut: true}},
		{"sleep 5 & echo four", time.Minute, Result{Stdout: []byte("four\n")}},
	} {
		start := time.Now()
		if diff := cmp.Diff(c.want, n.run(ctx, action.Script{Text: c.script}, c.timeout), text); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.script, diff)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%q took %v", c.script, d)
		}
	}
	cancelled, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if r := n.run(cancelled, action.Script{Text: "sleep 30"}, time.Minute); r.Err == nil {
		t.Error("a cancelled command is no error")
	}
}

func TestSessionKeepsTextFromLogsAway(t *testing.T) {
	n := new(session)
	defer n.close()
	r := n.run(ctx, action.Script{Text: "echo \"$f2bV_x\"", Env: []string{"f2bV_x=$(id)"}}, time.Minute)
	if string(r.Stdout) != "$(id)\n" || n.shell != nil {
		t.Errorf("got %q, session used: %v", r.Stdout, n.shell != nil)
	}
}

func TestSessionsLeaveNothingOpen(t *testing.T) {
	count := func() int {
		names, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(names)
	}
	before := count()
	for range 20 {
		n := new(session)
		n.run(ctx, action.Script{Text: "echo"}, time.Minute)
		n.run(ctx, action.Script{Text: "kill -9 $$"}, time.Minute)
		n.run(ctx, action.Script{Text: "echo"}, time.Minute)
		n.close()
	}
	if after := count(); after > before+2 {
		t.Errorf("%d descriptors open, %d before", after, before)
	}
}

func BenchmarkPlain(b *testing.B)   { benchmarkRunner(b, plain) }
func BenchmarkSession(b *testing.B) { n := new(session); defer n.close(); benchmarkRunner(b, n.run) }

func benchmarkRunner(b *testing.B, run runner) {
	for _, script := range []string{":", "/bin/true 192.0.2.1", "/bin/true 192.0.2.1 || /bin/true"} {
		b.Run(strings.ReplaceAll(script, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				if r := run(ctx, action.Script{Text: script}, time.Minute); !r.OK() {
					b.Fatal(r)
				}
			}
		})
	}
}

// BenchmarkRestore is what a jail with a thousand bans costs at start.
func BenchmarkRestore(b *testing.B) {
	events := make([]*action.Event, 1000)
	for i := range events {
		events[i] = event(fmt.Sprintf("10.0.%d.%d", i/250, i%250))
	}
	for b.Loop() {
		a := New(action.NewProperties("actionban", "/bin/true -exist add f2b-x <ip> timeout <bantime>"), action.Env{Log: new(logRecorder).logger()})
		for _, err := range a.BanAll(ctx, events) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
