// Package reload shows that a reload is a transaction: a configuration that is wrong anywhere changes nothing, and a good one is put
// in force without losing a failure or letting a banned address through for a moment.
package reload

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

// configure makes two jails: one that is to be spoiled, and one that must not notice.
func configure(l *lab.Lab) {
	l.Write("/etc/fail2ban/fail2ban.conf", "[Definition]\nloglevel = INFO\nlogtarget = /var/log/fail2ban.log\ndbfile = /var/lib/fail2ban/fail2ban.sqlite3\n")
	l.Write("/etc/fail2ban/filter.d/demo.conf", "[Definition]\nfailregex = ^ login failure from <HOST>$\ndatepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\n")
	l.Write("/etc/fail2ban/action.d/note.conf",
		"[Definition]\nactionstart = echo start >> /var/log/<name>.notes\nactionstop = echo stop >> /var/log/<name>.notes\n"+
			"actionban = echo ban <ip> >> /var/log/<name>.notes\nactionunban = echo unban <ip> >> /var/log/<name>.notes\n[Init]\nname = default\n")
	l.Write("/etc/fail2ban/jail.conf", jails)
	for _, name := range []string{"web", "mail"} {
		l.Write("/var/log/"+name+".log", "")
	}
	os.Setenv("TZ", "UTC")
	os.Setenv("LC_ALL", "C.UTF-8")
}

const jails = `[DEFAULT]
usedns = no
bantime = 1h
filter = demo
action = note[name=%(__name__)s]

[mail]
enabled = true
logpath = /var/log/mail.log

[web]
enabled = true
logpath = /var/log/web.log
`

func TestWrongConfigurationChangesNothing(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l)
		client := l.Bin + "/fail2ban-client"
		l.Must(client, "start")
		for _, jail := range []string{"mail", "web"} {
			l.Must(client, "set", jail, "banip", "192.0.2.7", "192.0.2.8")
		}
		state := func() string {
			return l.Must(client, "status", "mail") + l.Must(client, "status", "web") + l.Must(client, "get", "web", "maxretry") + l.Must(client, "get", "loglevel") +
				l.Read("/var/log/mail.notes") + l.Read("/var/log/web.notes")
		}
		before := state()
		for name, c := range map[string]struct {
			files map[string]string
			says  []string
		}{
			"expression that does not compile": {
				map[string]string{"jail.local": "[web]\nfailregex = ^ login (failure from <HOST>$\n"},
				[]string{"'web'", "failregex", "/etc/fail2ban/jail.local:2"}},
			"expression of a filter without a failure id": {
				map[string]string{"filter.d/demo.local": "[Definition]\nfailregex = ^ login failure$\n"},
				[]string{"'web'", "'mail'", "failregex", "/etc/fail2ban/filter.d/demo.local:2"}},
			"missing filter": {
				map[string]string{"jail.local": "[web]\nfilter = nope\n"},
				[]string{"web", "nope"}},
			"missing action": {
				map[string]string{"jail.local": "[web]\naction = nope\n"},
				[]string{"web", "nope"}},
			"wrong number": {
				map[string]string{"jail.local": "[web]\nmaxretry = Duck\n"},
				[]string{"web", "maxretry", "Duck", "/etc/fail2ban/jail.local:2"}},
			"wrong time": {
				map[string]string{"jail.local": "[web]\nbantime = Dog\n"},
				[]string{"web", "bantime", "Dog", "/etc/fail2ban/jail.local:2"}},
			"wrong option of the server": {
				map[string]string{"fail2ban.local": "[Definition]\nloglevel = DEBUG\ndbpurgeage = Cat\n", "jail.local": "[web]\nmaxretry = 17\n"},
				[]string{"dbpurgeage", "Cat"}},
			"syntax": {
				map[string]string{"jail.local": "[web]\nmaxretry = 1\nwhat is this\n"},
				[]string{"jail.local", "3"}},
		} {
			l.T.Run(name, func(t *testing.T) {
				for file, text := range c.files {
					path := "/etc/fail2ban/" + file
					l.Write(path, text)
					defer os.Remove(path)
				}
				out, code := l.Try(client, "reload")
				t.Logf("exit status %d:\n%s", code, out)
				if code != 255 {
					t.Errorf("exit status %d", code)
				}
				for _, word := range c.says {
					if !strings.Contains(out, word) {
						t.Errorf("the answer does not contain %s", word)
					}
				}
				if diff := cmp.Diff(before, state()); diff != "" {
					t.Errorf("what runs has changed:\n%s", diff)
				}
			})
		}
		l.Must(client, "reload") // all mistakes are mended
		l.Must(client, "stop")
	})
}

func TestMissingLogIsWaitedFor(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l)
		client := l.Bin + "/fail2ban-client"
		l.Must(client, "start")
		defer func() { t.Log(l.Read("/var/log/fail2ban.log")) }()
		l.Must(client, "set", "web", "banip", "192.0.2.7")
		l.Write("/etc/fail2ban/jail.local", "[web]\nlogpath = /var/log/later.log\nmaxretry = 1\n")
		out, code := l.Try(client, "reload")
		t.Log(out)
		if code != 0 || !strings.Contains(out, "'web'") {
			t.Errorf("reload: exit status %d, %s", code, out)
		}
		l.Write("/var/log/later.log", stamp(" login failure from 192.0.2.9\n"))
		l.Eventually("the failure is found", func() bool {
			return strings.Contains(l.Must(client, "get", "web", "banip"), "192.0.2.9")
		})
		l.Must(client, "stop")
	})
}
