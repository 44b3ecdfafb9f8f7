package ways

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

// life is what both servers go through: one step a line, as in the script.
const life = `
!sleep 1
!append /var/log/auth.log {T} login failure for bob from 192.0.2.5
!append /var/log/auth.log {T} login failure for bob from 192.0.2.5
!append /var/log/auth.log {T} login failure for bob from 192.0.2.5
!append /var/log/auth.log {T} login failure for bob from 127.0.0.1
!sleep 2
set sshd banip 192.0.2.6
set sshd banip 192.0.2.6
set sshd unbanip 192.0.2.6
set web attempt 192.0.2.44
status nosuch
set sshd findtime Dog
reload
!sleep 1
restart sshd
!sleep 1
set sshd bantime.increment true
set sshd bantime 700
set sshd maxlines 2
set sshd maxlines 1
set sshd logencoding latin1
set sshd logencoding auto
set sshd datepattern Epoch
set sshd usedns fish
set sshd addlogpath /var/log/auth.log
set sshd dellogpath /var/log/auth.log
set sshd delfailregex 9
set sshd addaction foo
set sshd action foo actionban "echo hi; exit 3"
set sshd banip 192.0.2.8
!sleep 0.5
add a-jail-with-a-name-too-long-for-some polling
start a-jail-with-a-name-too-long-for-some
stop a-jail-with-a-name-too-long-for-some
add reader pyinotify
start reader
stop reader
flushlogs
unban --all
set logtarget /nope/x
set logtarget /var/log/extra.log
set sshd idle on
set sshd idle off
frobnicate
`

// TestLogIsTheSame takes both servers through the same life and compares what they logged. Jails work side by side, so that the order
// of lines is nobody's promise.
func TestLogIsTheSame(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("compares with the original at length: set GAOL_FULL=1")
	}
	lab.Run(t, func(l *lab.Lab) {
		environment(t, l)
		theirs := wholeLog(l, l.Peer+"/root/usr/bin")
		ours := wholeLog(l, l.Bin)
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("-theirs +ours\n%s", diff)
		}
		if len(theirs) < 80 {
			t.Errorf("only %d lines were compared", len(theirs))
		}
	})
}

// wholeLog lives the life and returns the lines of the log, without what differs from run to run or on purpose.
func wholeLog(l *lab.Lab, server string) []string {
	reset(l)
	l.Must(server+"/fail2ban-client", "start")
	w := &way{client: l.Bin, server: server}
	for line := range strings.Lines(life) {
		if line = strings.TrimSpace(line); line != "" {
			w.step(l, step{line, split(line)})
		}
	}
	l.Must(server+"/fail2ban-client", "stop")
	time.Sleep(500 * time.Millisecond)
	var lines []string
	for line := range strings.Lines(l.Read("/var/log/fail2ban.log") + l.Read("/var/log/extra.log")) {
		for _, s := range smooth {
			line = s.pattern.ReplaceAllString(line, s.as)
		}
		if !ourQuestion.MatchString(line) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	slices.Sort(lines)
	return lines
}

// ourQuestion matches what the original logs when our client, before a reload, asks it for what only our server knows.
var ourQuestion = regexp.MustCompile(`Command \['get', 'maxlinelength'\] has failed`)

// smooth makes equal what differs from run to run, and then what differs on purpose.
var smooth = []struct {
	pattern *regexp.Regexp
	as      string
}{
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} `), ""},
	{regexp.MustCompile(`^(\S+ +)\[\d+\]`), "${1}[PID]"},
	{moment, "TIME"},
	{regexp.MustCompile(`hash = \w*`), "hash"},
	{regexp.MustCompile(` [0-9a-f]{12} -- `), " ID -- "},

	{regexp.MustCompile(`Fail2ban v[\d.]+`), "Fail2ban V"},
	// 1.1 has its own word for a ban that ends because the jail does.
	{regexp.MustCompile(`Repeal Ban`), "Unban"},
	// 1.0 puts the pattern into quotes, 1.1 does not.
	{regexp.MustCompile("date pattern `'(.*)'`:"), "date pattern `$1`:"},
	// The original shows addresses in its memory, and more tags.
	{regexp.MustCompile(`'family': 'inet4', .*\}\)'`), "…"},
	// Errors that we do not word as Python does.
	{regexp.MustCompile(`(Received \w+\()"cannot.*`), "$1…"},
}
