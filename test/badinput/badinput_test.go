// Package badinput checks that whatever is wrong with a configuration, its author is told where and what to write instead, and that
// nothing else stops.
package badinput

import (
	"bytes"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gaol/test/lab"
)

const serverConf = `[Definition]
dbfile = None
logtarget = /var/log/fail2ban.log
`

const goodJail = `[good]
enabled = true
failregex = ^bad <HOST>$
logpath = /var/log/good.log
backend = polling
action = dummy[target=/run/dummy]
`

// A mistake is something wrong in jail.local, which is about a jail called b.
type mistake struct {
	name  string
	local string
	says  string // regular expression for what the client or the log says
	runs  bool   // jail b works all the same
	fatal bool   // nothing can be started: the file cannot even be read
	// tested: a server does not notice before a line needs it, but -t does.
	tested bool
}

var mistakes = []mistake{
	{name: "a misspelled option", local: "enabled = true\nmaxretries = 3\n", runs: true,
		says: `jail\.local:3: jail 'b': maxretries is no option and has no effect\nhint: did you mean maxretry\?`},
	{name: "a line that is nothing", local: "enabled = true\nno delimiter here\n", fatal: true,
		says: `parsing errors: '/etc/fail2ban/jail\.local'(?s:.*)at: /etc/fail2ban/jail\.local:3\nhint: `},
	{name: "a filter that is not there", local: "enabled = true\nfilter = nosuch\n", says: `Unable to read the filter 'nosuch'`},
	{name: "an action that is not there", local: "enabled = true\naction = nosuch\n", says: `Unable to read action 'nosuch'`},
	{name: "a log that is not there", local: "enabled = true\nlogpath = /var/log/nosuch.log\n", runs: true,
		says: `Waiting for a log file: stat /var/log/nosuch\.log: no such file`},
	{name: "a log that is a folder", local: "enabled = true\nlogpath = /var/log/folder\n", runs: true,
		says: `Waiting for a log file: /var/log/folder is no file`},
	{name: "a broken expression", local: "enabled = true\nfailregex = ^x (<HOST>$\n",
		says: `jail\.local:3: failregex: Unable to compile(?s:.*)missing \), unterminated subpattern at position 3`},
	{name: "an expression without an address", local: "enabled = true\nfailregex = ^x$\n",
		says: `jail\.local:3: failregex: No failure-id group in '\^x\$'`},
	{name: "a time that is none", local: "enabled = true\nbantime = 10 minuts\n",
		says: `jail\.local:3: bantime: "10 minuts": (?s:.*)hint: write seconds, or a time such as 10m`},
	{name: "a number that is none", local: "enabled = true\nmaxretry = abc\n", says: `maxretry = 'abc' is no integer`},
	{name: "a backend that is none", local: "enabled = true\nbackend = foo\n", says: `jail\.local:3: backend: "foo": Unknown backend(?s:.*)hint: write auto, `},
	{name: "a date pattern that is none", local: "enabled = true\ndatepattern = %%Q\n", says: `jail\.local:3: datepattern: .*Failed to set datepattern`},
	{name: "a date expression that is none", local: "enabled = true\ndatepattern = ^(%%Y\n", tested: true,
		says: `jail\.local:3: datepattern: .*missing \)`},
	{name: "a formula that is none", local: "enabled = true\nbantime.increment = true\nbantime.formula = ban.Nope\n", says: `(?i)formula`},
	{name: "a file that cannot be read", local: "\x00folder", fatal: true, says: `Could not read config files: /etc/fail2ban/jail\.local`},
}

func TestMistakesStopOneJailOnly(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		for _, m := range mistakes {
			l.T.Run(m.name, func(t *testing.T) {
				sub := *l
				sub.T = t
				m.check(&sub)
			})
		}
	})
}

func (m *mistake) check(l *lab.Lab) {
	os.RemoveAll("/etc/fail2ban")
	os.Remove("/var/log/fail2ban.log")
	l.Must(l.Bin+"/gaol", "config", "init", "/etc/fail2ban")
	os.RemoveAll("/etc/fail2ban/jail.d")
	l.Write("/etc/fail2ban/fail2ban.local", serverConf)
	l.Write("/etc/fail2ban/jail.conf", goodJail)
	l.Write("/var/log/good.log", "")
	os.Mkdir("/var/log/folder", 0o755)
	if m.local == "\x00folder" {
		os.Mkdir("/etc/fail2ban/jail.local", 0o755)
	} else {
		defaults := ""
		for option, value := range map[string]string{"failregex": "^x <HOST>$", "logpath": "/var/log/good.log", "action": "dummy[target=/run/dummy]"} {
			if !strings.Contains(m.local, option+" =") && (option != "failregex" || !strings.Contains(m.local, "filter =")) {
				defaults += option + " = " + value + "\n"
			}
		}
		l.Write("/etc/fail2ban/jail.local", "[b]\n"+m.local+defaults)
	}
	verb := "start"
	if m.tested {
		verb = "-t"
	}
	out, code := l.Try(l.Bin+"/fail2ban-client", verb)
	said := out + l.Read("/var/log/fail2ban.log")
	if !regexp.MustCompile(m.says).MatchString(said) {
		l.T.Errorf("nobody says %s:\n%s", m.says, said)
	}
	if m.fatal || m.tested {
		if code != 255 {
			l.T.Errorf("exit status %d, want 255", code)
		}
		return
	}
	defer l.Must(l.Bin+"/fail2ban-client", "stop")
	want := "Jail list:\tgood\n"
	if m.runs {
		want = "Jail list:\tb, good\n"
	}
	if status := l.Must(l.Bin+"/fail2ban-client", "status"); !strings.HasSuffix(status, want) {
		l.T.Errorf("status shows\n%swant %s", status, want)
	}
}

func TestALogThatComesLaterIsRead(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		l.Must(l.Bin+"/gaol", "config", "init", "/etc/fail2ban")
		os.RemoveAll("/etc/fail2ban/jail.d")
		l.Write("/etc/fail2ban/fail2ban.local", serverConf)
		l.Write("/etc/fail2ban/jail.conf", "[b]\nenabled = true\nmaxretry = 1\nfailregex = ^ bad <HOST>$\nlogpath = /var/log/app/*.log\n"+
			"          /var/log/plain.log\naction = dummy[target=/run/dummy]\n")
		l.Must(l.Bin+"/fail2ban-client", "start")
		defer l.Must(l.Bin+"/fail2ban-client", "stop")
		now := time.Now().Format("2006-01-02 15:04:05")
		l.Write("/var/log/app/first.log", now+" bad 198.51.100.1\n")
		l.Write("/var/log/plain.log", now+" bad 198.51.100.2\n")
		l.Eventually("who is in the new files is banned", func() bool {
			banned := l.Must(l.Bin+"/fail2ban-client", "get", "b", "banip")
			return strings.Contains(banned, "198.51.100.1") && strings.Contains(banned, "198.51.100.2")
		})
	})
}

func TestJunkOnTheSocket(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		l.Must(l.Bin+"/gaol", "config", "init", "/etc/fail2ban")
		os.RemoveAll("/etc/fail2ban/jail.d")
		l.Must(l.Bin+"/fail2ban-client", "start")
		for _, junk := range []string{"junk", "\x80\x05junk", "cos\nsystem\n(S'touch /run/owned'\ntR.", strings.Repeat("(", 100000), "]" + strings.Repeat("h\x00", 1000)} {
			conn, err := net.Dial("unix", "/run/fail2ban/fail2ban.sock")
			if err != nil {
				l.T.Fatal(err)
			}
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			if _, err := conn.Write([]byte(junk + "<F2B_END_COMMAND>")); err != nil {
				l.T.Fatal(err)
			}
			reply := make([]byte, 4096)
			n, err := conn.Read(reply)
			if err != nil || !bytes.HasSuffix(reply[:n], []byte("<F2B_END_COMMAND>")) {
				l.T.Errorf("to %.20q the server says %q, %v", junk, reply[:n], err)
			}
			conn.Close()
		}
		if _, err := os.Stat("/run/owned"); err == nil {
			l.T.Error("a request ran a command")
		}
		if out := l.Must(l.Bin+"/fail2ban-client", "ping"); out != "Server replied: pong\n" {
			l.T.Errorf("afterwards, ping says %q", out)
		}
		l.Must(l.Bin+"/fail2ban-client", "stop")
	})
}
