package sources

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

// TestStatusOfSources has both clients print what becomes of a log, and runs what a warning recommends.
func TestStatusOfSources(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		const log = "/var/log/b.log"
		configure(l, "filter = known[mode=x]", "logpath = "+log, "warnnodate = 1s")
		l.Write("/etc/fail2ban/filter.d/known.conf", "[Definition]\nfailregex = ^ bad <HOST>$\n")
		client(l, "start")
		defer func() { t.Log(l.Read("/var/log/fail2ban.log")) }()
		status := client(l, "status", "b")
		bothShow(l, "Status for the jail: b\n`- /var/log/b.log\n   |- State:\twaiting (no such file or directory)\n")
		bad(l, log, "198.51.100.1")
		banned(l, "198.51.100.1")
		bothShow(l, "Status for the jail: b\n`- /var/log/b.log\n   |- State:\treading\n   |- Noticed by:\tinotify\n   |- Bytes behind:\t0\n   |- Seconds behind:\t0\n"+
			"   |- Lines read:\t1\n   |- Lines too long:\t0\n   |- Lines undecodable:\t0\n   |- Lines without date:\t0\n   |- Matches:\t1\n   |- Stretches lost:\t0\n")
		if list := regexp.MustCompile(`File list:\t.*`); list.FindString(status) != list.FindString(client(l, "status", "b")) {
			l.T.Errorf("status depends on whether the file is there:\n%s", status)
		}
		if all := client(l, "status", "--all", "sources"); !strings.Contains(all, "   `- Jail: b\n      `- /var/log/b.log\n         |- State:\treading\n") {
			l.T.Errorf("of all jails:\n%s", all)
		}
		advised(l, log)
	})
}

// bothShow compares the beginning of what our client and the original's print.
func bothShow(l *lab.Lab, want string) {
	l.T.Helper()
	ours := client(l, "status", "b", "sources")
	if diff := cmp.Diff(want, ours[:min(len(want), len(ours))]); diff != "" {
		l.T.Errorf("(-want +got):\n%s", diff)
	}
	// The original's client starts before it knows that it has nothing to do with its own server.
	theirs := l.Must(l.Peer+"/bin/fail2ban-client", "status", "b", "sources")
	if diff := cmp.Diff(ours, theirs); diff != "" {
		l.T.Errorf("clients (-ours +theirs):\n%s", diff)
	}
}

// advised writes lines without dates, and does what the server then recommends.
func advised(l *lab.Lab, log string) {
	l.T.Helper()
	time.Sleep(time.Second)
	for range 2 {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			l.T.Fatal(err)
		}
		if _, err := f.WriteString(strings.Repeat("good \x1b[2J\n", 2000)); err != nil {
			l.T.Fatal(err)
		}
		f.Close()
		time.Sleep(1500 * time.Millisecond)
	}
	warning := regexp.MustCompile(`WARNING \[b\] The filter 'known\[mode=x\]' finds no date in \d+ lines of /var/log/b\.log within .* Look with: (fail2ban-regex .*'known.*')\. Among the lines: 'good \\x1b\[2J', 'good \\x1b\[2J'`)
	found := warning.FindStringSubmatch(l.Read("/var/log/fail2ban.log"))
	if found == nil {
		l.T.Fatal("no warning")
	}
	if out := l.Must("sh", "-c", "PATH="+l.Bin+":$PATH; "+found[1]); !strings.Contains(out, "1 matched") {
		l.T.Errorf("%s prints\n%s", found[1], out)
	}
}
