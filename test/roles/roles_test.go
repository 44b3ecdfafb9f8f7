// Package roles shows who may do what over the server's socket.
package roles

import (
	"bytes"
	"strings"
	"testing"

	"gaol/test/lab"
)

// TestReadOnlyGroup asks as root, as a member of the group, and as somebody else.
func TestReadOnlyGroup(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		l.Must("groupadd", "monitor")
		l.Must("useradd", "-G", "monitor", "watcher")
		l.Must("useradd", "stranger")
		l.Must("cp", l.Bin+"/gaol", "/run/fail2ban-client") // where everybody can read it
		l.Must("mkdir", "-p", "/etc/fail2ban")
		l.Write("/etc/fail2ban/fail2ban.conf", "[Definition]\nlogtarget = /var/log/fail2ban.log\n")
		l.Write("/etc/fail2ban/fail2ban.local", "[Definition]\nreadonlygroup = monitor\n")
		l.Write("/etc/fail2ban/jail.conf", "[web]\nenabled = true\nfilter =\nfailregex = ^ bad <HOST>$\nlogpath = /var/log/web.log\n")
		l.Write("/var/log/web.log", "")
		l.Must(l.Bin+"/fail2ban-client", "start")
		for _, c := range []struct {
			user, command, says string
			code                int
		}{
			{"watcher", "ping", "Server replied: pong", 0},
			{"watcher", "status web", "Currently banned:\t0", 0},
			{"watcher", "get web bantime", "600", 0},
			{"watcher", "set web banip 192.0.2.1", "Operation not permitted", 255},
			{"watcher", "stop", "Operation not permitted", 255},
			{"watcher", "reload", "", 255},
			{"stranger", "ping", "Failed to access socket path", 255},
			{"root", "set web banip 192.0.2.1", "1", 0},
		} {
			var out bytes.Buffer
			code := l.Exec(&out, &out, "setpriv", append([]string{"--reuid", c.user, "--regid", c.user, "--init-groups", "/run/fail2ban-client"},
				strings.Fields(c.command)...)...)
			if code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("%s, %s: exit status %d, %s", c.user, c.command, code, &out)
			}
		}
		l.Must(l.Bin+"/fail2ban-client", "stop")
	})
}
