package shell

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
	"gaol/internal/logging"
	"gaol/internal/ticket"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  string
		timeout time.Duration
		want    Result
	}{
		{"success", "echo out; echo err >&2", time.Minute, Result{Stdout: []byte("out\n"), Stderr: []byte("err\n")}},
		{"status", "exit 3", time.Minute, Result{Code: 3}},
		{"signal", "kill -9 $$", time.Minute, Result{Code: -9}},
		{"timeout", "sleep 30", 50 * time.Millisecond, Result{Code: -15, TimedOut: true}},
		{"timeout that ignores SIGTERM", "trap '' TERM; sleep 30; sleep 30", 50 * time.Millisecond, Result{Code: -9, TimedOut: true}},
		{"standard input is empty", "cat", time.Minute, Result{}},
		{"a child that keeps the output open", "sleep 30 & echo done", time.Minute, Result{Stdout: []byte("done\n")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			got := plain(ctx, action.Script{Text: c.script}, c.timeout)
			if diff := cmp.Diff(c.want, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// The original reads the pipes only after the command has ended, so that it waits for ever above 64 KiB.
func TestMuchOutputIsDrainedAndCut(t *testing.T) {
	r := plain(ctx, action.Script{Text: "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; exit 4"}, 20*time.Second)
	if r.Code != 4 || len(r.Stdout) != maxOutput || len(r.Stderr) != maxOutput {
		t.Errorf("code %d, %d and %d bytes; want 4 and %d bytes each", r.Code, len(r.Stdout), len(r.Stderr), maxOutput)
	}
}

func TestTimeoutEndsGrandchildrenToo(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	plain(ctx, action.Script{Text: "sh -c 'trap \"\" TERM; echo $$ >" + pidFile + "; sleep 30; sleep 30' & wait"}, 300*time.Millisecond)
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if syscall.Kill(pid, 0) != nil {
			return
		}
		if stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err == nil && strings.Contains(string(stat), ") Z ") {
			return // dead, and waiting for init
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a grandchild lives on after the timeout")
}

func TestCancelledCommandIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	r := plain(ctx, action.Script{Text: "sleep 30"}, time.Minute)
	if r.OK() || r.Code != -15 {
		t.Errorf("got %+v, want SIGTERM and an error", r)
	}
}

func TestReport(t *testing.T) {
	s := action.Script{Text: "cmd $f2bV_matches", Env: []string{"f2bV_matches=a\n'b'"}}
	id := commandID(s) + " -- "
	head := []string{"ERROR fail2ban.utils " + id + "exec: cmd $f2bV_matches", `ERROR fail2ban.utils ` + id + `with: f2bV_matches="a\n'b'"`}
	for _, c := range []struct {
		name string
		r    Result
		ok   []int
		min  slog.Level
		want []string
	}{
		{"failure with output", Result{Code: 1, Stdout: []byte("x\n\ny\n\n"), Stderr: []byte("\xff it's")}, nil, 0, append(head[:2:2],
			"ERROR fail2ban.utils "+id+"stdout: 'x'", "ERROR fail2ban.utils "+id+"stdout: ''", "ERROR fail2ban.utils "+id+"stdout: 'y'",
			"ERROR fail2ban.utils "+id+"stdout: ''", "ERROR fail2ban.utils "+id+"stderr: \"\uFFFD it's\"", "ERROR fail2ban.utils "+id+"returned 1")},
		{"killed", Result{Code: -9}, nil, 0, append(head[:2:2], "ERROR fail2ban.utils "+id+"killed with SIGKILL (return code: -9)")},
		{"killed in the shell", Result{Code: 141}, nil, 0, append(head[:2:2], "ERROR fail2ban.utils "+id+"killed with SIGPIPE (return code: 141)")},
		{"timed out", Result{Code: -15, TimedOut: true}, nil, 0, append(head[:2:2],
			"ERROR fail2ban.utils "+id+"timed out after 2 seconds.", "ERROR fail2ban.utils "+id+"killed with SIGTERM (return code: -15)")},
		{"success is silent", Result{Stdout: []byte("x")}, nil, slog.LevelInfo, nil},
		{"a status that is no failure", Result{Code: 1}, []int{1}, slog.LevelDebug, []string{"DEBUG fail2ban.utils " + id + "returned successfully 1"}},
		{"success in full", Result{Stdout: []byte("x\n")}, nil, logging.LevelCommand, []string{
			"#09 fail2ban.utils " + id + "exec: cmd $f2bV_matches", `#09 fail2ban.utils ` + id + `with: f2bV_matches="a\n'b'"`,
			"DEBUG fail2ban.utils " + id + "stdout: 'x'", "DEBUG fail2ban.utils " + id + "returned successfully 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := &logRecorder{min: c.min}
			report(rec.logger(), s, 2*time.Second, c.r, c.ok...)
			rec.want(t, c.want...)
		})
	}
}

func TestHintOn127(t *testing.T) {
	rec := new(logRecorder)
	RunCommand(ctx, rec.logger(), "no-such-command-here", event("192.0.2.1"), time.Minute)
	if last := rec.lines[len(rec.lines)-1]; !strings.HasPrefix(last, `INFO fail2ban.utils HINT on 127: "Command not found".  Make sure`) {
		t.Errorf("last line %q is no hint", last)
	}
}

func TestRunCommandExitStatus(t *testing.T) {
	rec := &logRecorder{min: slog.LevelInfo}
	e := event("192.0.2.1")
	for code, script := range map[int]string{0: "test <ip> = 192.0.2.1", 1: "test <ip> = 192.0.2.2"} {
		if r := RunCommand(ctx, rec.logger(), script, e, time.Minute, 0, 1); r.Code != code {
			t.Errorf("%q: code %d, want %d", script, r.Code, code)
		}
	}
	rec.want(t)
	if r := RunCommand(ctx, rec.logger(), " ", e, time.Minute); r.Err == nil {
		t.Error("a blank command is no error")
	}
}

// hostile is what an attacker can put into a log line, each with something that a shell would act on.
var hostile = []string{
	"$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "&& touch pwned", "\ntouch pwned\n", "\rtouch pwned",
	"'; touch pwned; '", `"; touch pwned; "`, "'\"'\"; touch pwned #", "~root", "~", "!!", "-n", "-rf /", "--help", "*", "?", "[a-z]*",
	"a\x00; touch pwned", "\\", "\\\n", "${IFS}", "$((1))", "<(touch pwned)", ">pwned", "1", "2", "{a,b}", "#", "a b", " lead", "trail ", "",
	"()", "() { :; }; touch pwned", "\x1b[31m", "é\xff", "%s%n", "f2bV_x=1", "EOF", "\nEOF\ntouch pwned", "<ip>", "<br>", "<F-USER>",
	strings.Repeat("x", 200_000), "if", "\t", "=", "a=b",
}

// TestHostileTextIsInert runs a real shell over every way that action files quote, and checks that the text arrives as it is and
// that nothing in it happens.
func TestHostileTextIsInert(t *testing.T) {
	contexts := map[string]bool{ // whether the value must arrive whole
		`printf '%s' "<F-USER>" >out`:                true,
		`printf '%s' "<matches>" >out`:               true,
		`printf '%s' <F-USER> >out`:                  false,
		`printf '%s' '<F-USER>' >out`:                false,
		`echo <F-USER>>out`:                          false,
		`cat >out <<EOF` + "\n<F-USER>\nEOF":         false,
		`sh -c 'printf "%s" "<F-USER>"' >out`:        true,
		`x="<F-USER>"; printf '%s' "$x" >out`:        true,
		`: "$(printf '%s' "<F-USER>" >out)"`:         true,
		`printf '%s%s' "<F-USER>y" "" >out`:          false,
		`case "<F-USER>" in zzz) touch pwned;; esac`: false,
	}
	for _, value := range hostile {
		want := strings.ReplaceAll(value, "\x00", "\uFFFD")
		if len(want) > 96<<10 {
			want = want[:96<<10]
		}
		for script, whole := range contexts {
			dir := t.TempDir()
			e := event("192.0.2.1")
			e.Ban.Fields = ticket.Fields{{Name: "user", Value: value}}
			e.Ban.Matches = []ticket.Match{{After: value}}
			r := plain(ctx, action.Compose("cd "+dir+"\n"+script, e), 10*time.Second)
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Fatalf("%.60q in %q was executed", value, script)
			}
			got, _ := os.ReadFile(filepath.Join(dir, "out"))
			if whole && string(got) != want {
				t.Errorf("%.60q in %q arrived as %.60q (%+v)", value, script, got, r)
			}
			if names, _ := os.ReadDir(dir); len(names) > 1 {
				t.Errorf("%.60q in %q made files %v", value, script, names)
			}
		}
	}
}
