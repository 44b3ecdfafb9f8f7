package sources

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gaol/test/lab"
)

const machine = "0123456789abcdef0123456789abcdef"

// journalEntry makes the machine's journal of one entry: sshd has seen a failure of ip, so long ago.
func journalEntry(l *lab.Lab, ago time.Duration, ip string) {
	l.T.Helper()
	const tool = "/lib/systemd/systemd-journal-remote"
	if _, err := os.Stat(tool); err != nil {
		l.T.Skip("needs the Debian package systemd-journal-remote, to make real journal files")
	}
	l.Write("/etc/machine-id", machine+"\n")
	dir := "/var/log/journal/" + machine
	if err := os.MkdirAll(dir, 0o755); err != nil {
		l.T.Fatal(err)
	}
	cmd := exec.Command(tool, "-o", dir+"/system.journal", "-")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=1000000\n_BOOT_ID=%s\n"+
		"_TRANSPORT=syslog\n_COMM=sshd\n_SYSTEMD_UNIT=ssh.service\nSYSLOG_IDENTIFIER=sshd\n_PID=77\n"+
		"MESSAGE=Failed password for root from %s port 22 ssh2\n\n", time.Now().Add(-ago).UnixMicro(), machine, ip))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		l.T.Fatalf("%v: %s", err, out.String())
	}
}

// authLog makes /var/log/auth.log with a failure of ip, last written so long ago.
func authLog(l *lab.Lab, ago time.Duration, ip string) {
	l.T.Helper()
	then := time.Now().Add(-ago)
	l.Write("/var/log/auth.log", then.Format("2006-01-02T15:04:05")+" lab sshd[7]: Failed password for root from "+ip+" port 22 ssh2\n")
	if err := os.Chtimes("/var/log/auth.log", then, then); err != nil {
		l.T.Fatal(err)
	}
}

const (
	inJournal = "198.51.100.1"
	inFile    = "198.51.100.2"
)

// choices are what backend = auto and its kin come to. An age of 0 means that there is none.
var choices = []struct {
	name    string
	backend string
	file    time.Duration
	journal time.Duration
	says    string // by the log
	bans    string
}{
	{"no file", "", 0, time.Second, "Jail 'sshd' reads the systemd journal: there is no /var/log/auth.log", inJournal},
	{"a file that is written", "", time.Second, time.Second, "Jail 'sshd' reads log files: /var/log/auth.log", inFile},
	{"an abandoned file", "", 72 * time.Hour, time.Second, "Jail 'sshd' reads the systemd journal: /var/log/auth.log was last written on ", inJournal},
	{"both are quiet", "", 72 * time.Hour, 72*time.Hour - time.Minute, "Jail 'sshd' reads log files: /var/log/auth.log", ""},
	{"neither", "", 0, 0, "Jail 'sshd' waits for log files: /var/log/auth.log", ""},
	{"polling, no file", "polling", 0, time.Second, "Waiting for a log file: stat /var/log/auth.log", ""},
	{"inotify, an abandoned file", "pyinotify", 72 * time.Hour, time.Second, "Added logfile: '/var/log/auth.log'", ""},
	{"systemd, a file that is written", "systemd", time.Second, time.Second, "Initiated 'systemd' backend", inJournal},
}

func TestAutoChoosesFileOrJournal(t *testing.T) {
	for _, tree := range []string{"ours", "stock"} {
		t.Run(tree, func(t *testing.T) {
			lab.Run(t, func(l *lab.Lab) {
				for i := range choices {
					choose(l, tree, i)
				}
			})
		})
	}
}

func choose(l *lab.Lab, tree string, i int) {
	c := choices[i]
	l.T.Helper()
	for _, path := range []string{"/etc/fail2ban", "/var/log/journal", "/var/log/auth.log", "/var/log/fail2ban.log", "/var/lib/fail2ban", "/run/fail2ban"} {
		os.RemoveAll(path)
	}
	if tree == "stock" {
		l.Must("cp", "-rL", l.Peer+"/root/etc/fail2ban", "/etc/fail2ban")
	} else {
		l.Must(l.Bin+"/gaol", "config", "init", "/etc/fail2ban")
	}
	l.Write("/etc/fail2ban/fail2ban.local", serverConf)
	local := "[sshd]\nenabled = true\nmaxretry = 1\naction = dummy[target=/run/dummy]\n"
	if c.backend != "" {
		local += "backend = " + c.backend + "\n"
	}
	l.Write("/etc/fail2ban/jail.local", local)
	if c.journal > 0 {
		journalEntry(l, c.journal, inJournal)
	}
	if c.file > 0 {
		authLog(l, c.file, inFile)
	}
	client(l, "start")
	defer client(l, "stop")
	check := func(what string, ok func() bool) {
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if ok() {
				return
			}
		}
		l.T.Errorf("%s, %s: not %s\n%s", tree, c.name, what, l.Read("/var/log/fail2ban.log"))
	}
	check("in the log: "+c.says, func() bool { return strings.Contains(l.Read("/var/log/fail2ban.log"), c.says) })
	who := func() string { return strings.TrimSpace(client(l, "get", "sshd", "banip")) }
	check("banned: "+c.bans, func() bool { return who() == c.bans })
	const line = "[sshd] Jail is in operation now (process new journal entries)"
	want := 0
	if c.bans == inJournal {
		want = 1 // said after the entries that are old, one of which led to the ban
	}
	check(fmt.Sprintf("%d times in the log: %s", want, line), func() bool {
		return strings.Count(l.Read("/var/log/fail2ban.log"), line) == want
	})
	if c.file == 0 && !strings.Contains(c.says, "journal") {
		authLog(l, 0, inFile)
		check("banned by the file that came up", func() bool { return who() == inFile })
	}
	if strings.Contains(c.says, "there is no") {
		authLog(l, 0, inFile)
		check("banned by the file that came up beside the journal", func() bool { return strings.Contains(who(), inFile) })
		check("in the log that it came up", func() bool {
			return strings.Contains(l.Read("/var/log/fail2ban.log"), "Jail 'sshd' reads log files: /var/log/auth.log has come up")
		})
		if status := client(l, "status", "sshd"); !strings.Contains(status, "File list:\t/var/log/auth.log\n") {
			l.T.Errorf("%s: status shows\n%s", tree, status)
		}
		os.Remove("/var/log/auth.log")
	}
	if explained := l.Must(l.Bin+"/gaol", "config", "explain", "sshd"); strings.Contains(c.says, "Jail 'sshd' reads the systemd") &&
		!strings.Contains(explained, "\n  reads the systemd journal: ") {
		l.T.Errorf("%s, %s: config explain prints\n%s", tree, c.name, explained)
	}
}

func TestJournalMatchesChangeWhileItIsRead(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l, "backend = systemd", "journalmatch = _COMM=one")
		l.Write("/etc/machine-id", machine+"\n")
		dir := "/var/log/journal/" + machine
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/lib/systemd/systemd-journal-remote", "-o", dir+"/system.journal", "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Skip("needs the Debian package systemd-journal-remote, to make real journal files")
		}
		defer cmd.Wait()
		defer in.Close()
		entry := func(comm, ip string) {
			fmt.Fprintf(in, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=1000000\n_BOOT_ID=%s\n_COMM=%s\nMESSAGE= bad %s\n\n",
				time.Now().UnixMicro(), machine, comm, ip)
		}
		l.Write("/etc/fail2ban/jail.local", "[b]\nfailregex = bad <HOST>$\n")
		client(l, "start")
		defer client(l, "stop")
		entry("one", "198.51.100.1")
		banned(l, "198.51.100.1")
		entry("two", "198.51.100.2")
		client(l, "set", "b", "addjournalmatch", "_COMM=two")
		entry("two", "198.51.100.3")
		banned(l, "198.51.100.3")
		l.Write("/etc/fail2ban/jail.local", "[b]\nfailregex = bad <HOST>$\njournalmatch = _COMM=three\n")
		client(l, "reload")
		entry("two", "198.51.100.4")
		entry("three", "198.51.100.5")
		banned(l, "198.51.100.5")
		if got := client(l, "get", "b", "banip"); strings.Contains(got, "198.51.100.4") {
			l.T.Errorf("banned: %s", got)
		}
	})
}
