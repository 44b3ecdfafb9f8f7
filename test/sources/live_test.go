// Package sources checks on a machine of its own where jails get their lines from: files that come up later, journal or file.
package sources

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

const serverConf = `[Definition]
logtarget = /var/log/fail2ban.log
`

// configure writes a configuration whose only jail is b, with these options.
func configure(l *lab.Lab, options ...string) {
	l.Must(l.Bin+"/gaol", "config", "init", "/etc/fail2ban")
	os.RemoveAll("/etc/fail2ban/jail.d")
	l.Write("/etc/fail2ban/fail2ban.local", serverConf)
	l.Write("/etc/fail2ban/jail.conf", "[b]\nenabled = true\nmaxretry = 1\nfailregex = ^ bad <HOST>$\n"+
		"action = dummy[target=/run/dummy]\n"+strings.Join(options, "\n")+"\n")
}

// bad writes a failure of ip to the end of a log.
func bad(l *lab.Lab, path, ip string) {
	l.T.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		l.T.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintf(f, "%s bad %s\n", time.Now().Format("2006-01-02 15:04:05"), ip)
}

// banned waits until ip is banned, and fails if that takes longer than two seconds.
func banned(l *lab.Lab, ip string) {
	l.T.Helper()
	began := time.Now()
	l.Eventually(ip+" is banned", func() bool {
		return strings.Contains(l.Must(l.Bin+"/fail2ban-client", "get", "b", "banip"), ip)
	})
	if took := time.Since(began); took > 2*time.Second {
		l.T.Errorf("%s was banned after %v", ip, took)
	}
}

func client(l *lab.Lab, words ...string) string {
	l.T.Helper()
	return l.Must(l.Bin+"/fail2ban-client", words...)
}

// files returns the file list of status, without what is printed around it.
func files(l *lab.Lab) string {
	l.T.Helper()
	for line := range strings.Lines(client(l, "status", "b")) {
		if _, list, ok := strings.Cut(line, "File list:\t"); ok {
			return strings.TrimSpace(list)
		}
	}
	return "no file list"
}

func TestFilesThatComeUpLaterAreRead(t *testing.T) {
	for _, backend := range []string{"auto", "polling"} {
		for _, foreground := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, foreground %v", backend, foreground), func(t *testing.T) {
				lab.Run(t, func(l *lab.Lab) { laterFiles(l, backend, foreground) })
			})
		}
	}
}

func laterFiles(l *lab.Lab, backend string, foreground bool) {
	configure(l, "backend = "+backend, "logpath = /var/log/app/*.log", "          /var/log/tails/*.log tail", "          /var/log/plain.log")
	l.Write("/var/log/app/first.log", "")
	if foreground {
		l.Spawn(l.Bin+"/fail2ban-server", "-f", "start")
		l.Eventually("the server answers", func() bool {
			_, code := l.Try(l.Bin+"/fail2ban-client", "status", "b")
			return code == 0
		})
	} else {
		client(l, "start")
	}
	defer client(l, "stop")
	if dump, want := client(l, "-d"), "['set', 'b', 'addlogpath', '/var/log/app/first.log', 'head']"; !strings.Contains(dump, want) || strings.Contains(dump, "live") {
		l.T.Errorf("-d prints\n%s", dump)
	}
	bad(l, "/var/log/app/first.log", "198.51.100.1")
	banned(l, "198.51.100.1")
	for i, path := range []string{"/var/log/app/second.log", "/var/log/tails/x.log", "/var/log/plain.log"} {
		os.MkdirAll("/var/log/tails", 0o755)
		ip := fmt.Sprintf("198.51.100.%d", 10+i)
		bad(l, path, ip)
		banned(l, ip)
		if !strings.Contains(l.Read("/var/log/fail2ban.log"), "Added logfile: '"+path+"' (pos = 0, hash = ") {
			l.T.Errorf("nothing is said of %s", path)
		}
	}
	const all = "/var/log/app/first.log /var/log/app/second.log /var/log/tails/x.log /var/log/plain.log"
	if got := files(l); got != all {
		l.T.Errorf("file list %s", got)
	}
	reloading(l, all)
	dropping(l)
}

// reloading checks that a reload opens nothing anew and counts nothing twice, whoever it comes from.
func reloading(l *lab.Lab, all string) {
	client(l, "unban", "--all")
	before := l.Read("/var/log/fail2ban.log")
	client(l, "reload")
	time.Sleep(time.Second)
	if said := strings.TrimPrefix(l.Read("/var/log/fail2ban.log"), before); strings.Contains(said, "logfile") || strings.Contains(said, "Found") {
		l.T.Errorf("reload says\n%s", said)
	}
	l.Must(l.Peer+"/bin/fail2ban-client", "reload")
	if got := files(l); len(strings.Fields(got)) != len(strings.Fields(all)) {
		l.T.Errorf("file list %s after a foreign client's reload", got)
	}
	client(l, "reload")
	if got := files(l); got != all {
		l.T.Errorf("file list %s after our own again", got)
	}
	time.Sleep(time.Second)
	if got := client(l, "get", "b", "banip"); strings.TrimSpace(got) != "" {
		l.T.Errorf("banned again: %s", got)
	}
}

// dropping checks addlogpath and dellogpath of what patterns match.
func dropping(l *lab.Lab) {
	if out := client(l, "set", "b", "dellogpath", "/var/log/app/second.log"); strings.Contains(out, "second") {
		l.T.Errorf("dellogpath answers\n%s", out)
	}
	bad(l, "/var/log/app/second.log", "198.51.100.30")
	bad(l, "/var/log/app/third.log", "198.51.100.31")
	banned(l, "198.51.100.31")
	if got := client(l, "get", "b", "banip"); strings.Contains(got, "198.51.100.30") {
		l.T.Error("a file that was taken out is read")
	}
	client(l, "set", "b", "addlogpath", "/var/log/app/second.log")
	banned(l, "198.51.100.30")
	client(l, "set", "b", "addlogpath", "/var/log/app/third.log")
	if !strings.Contains(l.Read("/var/log/fail2ban.log"), "/var/log/app/third.log already exists") {
		l.T.Error("nothing is said of a file that is added twice")
	}
	if out, code := l.Try(l.Bin+"/fail2ban-client", "set", "b", "addlogpath", "/var/log/app/*.log"); code == 0 {
		l.T.Errorf("addlogpath of a pattern answers %s", out)
	}
}

func TestLogsInUTF16(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l, "logpath = /var/log/wide.log", "logencoding = utf-16-le")
		write := func(ip string) {
			// U+0A0A has the bytes of two line feeds.
			line := time.Now().Format("2006-01-02 15:04:05") + " \u0a0a of another\n" + time.Now().Format("2006-01-02 15:04:05") + " bad " + ip + "\n"
			var wide []byte
			for _, u := range utf16.Encode([]rune(line)) {
				wide = binary.LittleEndian.AppendUint16(wide, u)
			}
			f, err := os.OpenFile("/var/log/wide.log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
			if err != nil {
				l.T.Fatal(err)
			}
			defer f.Close()
			f.Write(wide)
		}
		write("198.51.100.1")
		client(l, "start")
		defer client(l, "stop")
		banned(l, "198.51.100.1")
		write("198.51.100.2")
		banned(l, "198.51.100.2")
	})
}

// TestPatternsSurviveAKill has lines that lead to a ban only if both are counted, and lines that do if one is counted twice.
func TestPatternsSurviveAKill(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l, "logpath = /var/log/app/*.log")
		l.Write("/etc/fail2ban/jail.local", "[b]\nmaxretry = 2\n")
		l.Write("/var/log/app/a.log", "")
		twice := func(round int) string { return fmt.Sprintf("198.51.100.%d", round) }
		once := func(round, i int) string { return fmt.Sprintf("203.0.113.%d", 10*round+i) }
		const rounds = 4
		for round := range rounds {
			server := exec.Command(l.Bin+"/fail2ban-server", "-xf", "start")
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			l.Eventually("the server answers", func() bool {
				_, code := l.Try(l.Bin+"/fail2ban-client", "status", "b")
				return code == 0
			})
			bad(l, "/var/log/app/a.log", once(round, 0))
			bad(l, fmt.Sprintf("/var/log/app/new%d.log", round), once(round, 1))
			bad(l, fmt.Sprintf("/var/log/app/new%d.log", round), twice(round))
			time.Sleep(time.Duration(200+300*round) * time.Millisecond)
			server.Process.Kill()
			server.Wait()
			bad(l, fmt.Sprintf("/var/log/app/down%d.log", round), once(round, 2))
			bad(l, fmt.Sprintf("/var/log/app/new%d.log", round), twice(round))
		}
		client(l, "-x", "start")
		defer client(l, "stop")
		want := ""
		for round := range rounds {
			want += twice(round) + "\n"
		}
		l.Eventually("everybody who failed twice is banned", func() bool {
			return len(strings.Fields(client(l, "get", "b", "banip"))) >= rounds
		})
		time.Sleep(time.Second)
		got := strings.Fields(client(l, "get", "b", "banip"))
		slices.Sort(got)
		if d := cmp.Diff(strings.Fields(want), got); d != "" {
			l.T.Errorf("banned (-want +got):\n%s", d)
		}
	})
}
