// Package ways runs one script of commands four ways, {our client, the original's} x {our server, the original's}, and compares what
// is printed and how the client exits.
package ways

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

// A way is one pair of client and server. Both are folders with fail2ban-client and fail2ban-server.
type way struct {
	name           string
	client, server string
}

// An outcome is what a user sees of one command.
type outcome struct {
	Stdout string
	Code   int
}

// TestFourWays is the whole script with GAOL_FULL=1, else its beginning.
func TestFourWays(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		environment(t, l)
		script := readScript(t, os.Getenv("GAOL_FULL") != "")
		results := map[string][]outcome{}
		for _, w := range allWays(l) {
			begin := time.Now()
			results[w.name] = w.run(l, script)
			t.Logf("%s: %d steps in %v", w.name, len(script), time.Since(begin).Round(time.Millisecond))
		}
		compare(t, script, results)
	})
}

// environment lets the original run from where it was unpacked, and everybody speak the same language.
func environment(t *testing.T, l *lab.Lab) {
	for name, value := range map[string]string{
		"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore",
		"PYTHONPATH":          l.Peer + "/root/usr/lib/python3/dist-packages",
		"PYTHONPYCACHEPREFIX": l.Peer + "/pycache", // not compiled each time anew, nor beside the sources
	} {
		os.Setenv(name, value)
	}
}

// allWays prepares the four pairs. A client starts the server that lies beside it, so the mixed pairs have folders of their own.
func allWays(l *lab.Lab) []*way {
	theirs := l.Peer + "/root/usr/bin"
	mixed := l.T.TempDir() // their client beside our server
	l.Must("cp", theirs+"/fail2ban-client", mixed)
	l.Must("ln", "-s", l.Bin+"/gaol", mixed+"/fail2ban-server")
	return []*way{
		{name: "theirs on theirs", client: theirs, server: theirs},
		{name: "ours on theirs", client: l.Bin, server: theirs},
		{name: "theirs on ours", client: mixed, server: l.Bin},
		{name: "ours on ours", client: l.Bin, server: l.Bin},
	}
}

// run takes the script through a fresh server.
func (w *way) run(l *lab.Lab, script []step) []outcome {
	reset(l)
	l.Must(w.server+"/fail2ban-client", "start")
	var out []outcome
	for _, s := range script {
		out = append(out, w.step(l, s))
	}
	l.Try(w.server+"/fail2ban-client", "stop")
	return out
}

func (w *way) step(l *lab.Lab, s step) outcome {
	switch s.words[0] {
	case "!sleep":
		seconds, _ := strconv.ParseFloat(s.words[1], 64)
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	case "!append":
		line := strings.Join(s.words[2:], " ")
		now := time.Now().UTC().Format("2006-01-02T15:04:05")
		f, err := os.OpenFile(s.words[1], os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			l.T.Fatal(err)
		}
		fmt.Fprintln(f, strings.ReplaceAll(line, "{T}", now))
		f.Close()
	case "!config":
		l.Write("/etc/fail2ban/jail.local", strings.ReplaceAll(strings.Join(s.words[1:], " "), `\n`, "\n")+"\n")
	default:
		var stdout, stderr bytes.Buffer
		code := l.Exec(&stdout, &stderr, w.client+"/fail2ban-client", s.words...)
		return outcome{steady(s, stdout.String()), code}
	}
	return outcome{}
}

var moment = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)

// prolonged is the time of a ban that was asked for twice: it ends by as much later as lay between.
var prolonged = regexp.MustCompile(`\+ 60\d = TIME`)

// steady replaces what differs from run to run: times, and the order of a list that has none.
func steady(s step, text string) string {
	text = moment.ReplaceAllString(text, "TIME")
	text = prolonged.ReplaceAllString(text, "+ 600 = TIME")
	if !strings.Contains(s.line, "ignoreip") {
		return text
	}
	lines := strings.Split(strings.NewReplacer("|- ", "- ", "`- ", "- ").Replace(text), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// reset makes the configuration, the logs and the database as new.
func reset(l *lab.Lab) {
	for _, dir := range []string{"/etc/fail2ban", "/var/lib/fail2ban", "/run/fail2ban"} {
		l.Must("rm", "-rf", dir)
	}
	l.Must("cp", "-r", "testdata/etc", "/etc/fail2ban")
	for _, f := range []string{"auth", "web1", "web2", "extra", "fail2ban", "actions"} {
		l.Write("/var/log/"+f+".log", "")
	}
	l.Must("mkdir", "-p", "/var/lib/fail2ban", "/run/fail2ban")
}

// compare reports every command that did not come out alike, but for what differs on purpose.
func compare(t *testing.T, script []step, results map[string][]outcome) {
	for i, s := range script {
		all := [4]outcome{results["theirs on theirs"][i], results["ours on theirs"][i], results["theirs on ours"][i], results["ours on ours"][i]}
		d, ok := differences[s.line]
		if !ok {
			for k, name := range []string{"ours on theirs", "theirs on ours", "ours on ours"} {
				if diff := cmp.Diff(all[0], all[k+1]); diff != "" {
					t.Errorf("%s, %s (-theirs +ours):\n%s", s.line, name, diff)
				}
			}
			continue
		}
		d.check(t, s, all)
	}
}
