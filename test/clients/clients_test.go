// Package clients has programs of others, from Debian's packages, look at our server and at the original's, and compares what they
// say: munin's plugin, logwatch, netdata's collector and lynis.
package clients

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/test/lab"
)

// programs returns the folder with the unpacked packages.
func programs(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../.peer/clients")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir + "/.complete"); err != nil {
		t.Skipf("the programs are missing: run test/clients/fetch .peer/clients (%v)", err)
	}
	return dir + "/root"
}

func TestMuninPlugin(t *testing.T) {
	compare(t, func(l *lab.Lab, root, bin string) string {
		os.Setenv("MUNIN_LIBDIR", root+"/usr/share/munin")
		os.Setenv("client", bin+"/fail2ban-client")
		plugin := root + "/usr/share/munin/plugins/fail2ban"
		return l.Must("bash", plugin, "autoconf") + l.Must("bash", plugin, "config") + l.Must("bash", plugin)
	}, "sshd.value 2", "web.value 1")
}

func TestLogwatch(t *testing.T) {
	compare(t, func(l *lab.Lab, root, _ string) string {
		var out strings.Builder
		for _, detail := range []string{"0", "5", "10"} {
			os.Setenv("LOGWATCH_DETAIL_LEVEL", detail)
			out.WriteString(l.Must("sh", "-c", `perl -I"$0/lib" "$0/scripts/services/fail2ban" < /var/log/fail2ban.log`, root+"/usr/share/logwatch"))
		}
		return out.String()
	}, "192.0.2.5", "sshd")
}

// collector drives netdata's module as its own framework does: it looks at the log once, and again when more has been written.
const collector = `
import sys, importlib.util
root, log = sys.argv[1:]
sys.path[:0] = [root + '/python_modules', root + '/python_modules/third_party']
spec = importlib.util.spec_from_file_location('chart', root + '/fail2ban.chart.py')
chart = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chart)
lines = open(log).readlines()
with open(log + '.fed', 'w') as f: f.write(lines[0])
s = chart.Service({'log_path': log + '.fed', 'conf_path': '/etc/fail2ban/jail.conf', 'job_name': 'x', 'override_name': None, 'update_every': 1, 'priority': 1,
	'penalty': False, 'autodetection_retry': 0, 'chart_cleanup': 0}, 'fail2ban')
print(s.check(), sorted(s.monitoring_jails))
s.get_data()
with open(log + '.fed', 'a') as f: f.writelines(lines[1:])
print(sorted(s.get_data().items()))
`

func TestNetdataCollector(t *testing.T) {
	compare(t, func(l *lab.Lab, root, _ string) string {
		return l.Must("python3", "-W", "ignore", "-c", collector, root+"/usr/lib/netdata/python.d", "/var/log/fail2ban.log")
	}, "('sshd', 3)", "('sshd_in_jail', 2)", "('web_failed_attempts', 0)")
}

func TestLynis(t *testing.T) {
	compare(t, func(l *lab.Lab, root, bin string) string {
		// It looks in the usual folders only.
		l.Must("mkdir", "-p", "/run/programs")
		l.Must("mount", "--bind", "/run/programs", "/usr/local/bin")
		for _, name := range []string{"fail2ban-client", "fail2ban-server"} {
			l.Must("ln", "-sf", bin+"/"+name, "/run/programs/"+name)
		}
		l.Must("sh", "-c", `cd "$0" && ../../sbin/lynis audit system --tests "TOOL-5102 TOOL-5104" --quick --nocolors --no-plugins `+
			`--profile ../../../etc/lynis/default.prf --plugindir ../../../etc/lynis `+
			`--logfile /run/lynis.log --report-file /run/lynis.report`, root+"/usr/share/lynis")
		l.Must("umount", "/usr/local/bin")
		return l.Must("grep", "-i", "fail2ban\\|ids_ips", "/run/lynis.report") + l.Must("grep", "Result: .*\\(enabled\\|jail\\)", "/run/lynis.log")
	}, "fail2ban_enabled_service[]=sshd", "fail2ban_enabled_service[]=web", "fail2ban_config=/etc/fail2ban/jail.conf")
}

// compare has both servers live the same, shows them to a program, and compares what that says. The words must be among it, so that
// silence is no success.
func compare(t *testing.T, show func(l *lab.Lab, root, bin string) string, words ...string) {
	root := programs(t)
	lab.Run(t, func(l *lab.Lab) {
		for name, value := range map[string]string{
			"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore", "PYTHONPYCACHEPREFIX": l.Peer + "/pycache",
			"PYTHONPATH": l.Peer + "/root/usr/lib/python3/dist-packages",
		} {
			os.Setenv(name, value)
		}
		said := map[string]string{}
		for _, bin := range []string{l.Peer + "/root/usr/bin", l.Bin} {
			live(l, bin)
			said[bin] = steady(show(l, root, bin))
			l.Must(bin+"/fail2ban-client", "stop")
		}
		theirs, ours := said[l.Peer+"/root/usr/bin"], said[l.Bin]
		t.Log(ours)
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("-of theirs +of ours\n%s", diff)
		}
		for _, word := range words {
			if !strings.Contains(ours, word) {
				t.Errorf("nothing about %s", word)
			}
		}
	})
}

var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|v?1\.[01]\.\d`)

// quoted is how 1.0 logs a date pattern; 1.1 has it without the inner quotes.
var quoted = regexp.MustCompile("date pattern `'(.*)'`:")

// steady takes out times, versions and what differs between those.
func steady(text string) string {
	return quoted.ReplaceAllString(changing.ReplaceAllString(text, "…"), "date pattern `$1`:")
}

// live starts a server and lets something happen.
func live(l *lab.Lab, bin string) {
	for _, dir := range []string{"/etc/fail2ban", "/var/lib/fail2ban", "/run/fail2ban"} {
		l.Must("rm", "-rf", dir)
	}
	l.Must("cp", "-r", "../ways/testdata/etc", "/etc/fail2ban")
	l.Must("mkdir", "-p", "/var/lib/fail2ban", "/run/fail2ban")
	for _, f := range []string{"auth", "web1", "web2", "fail2ban", "actions"} {
		l.Write("/var/log/"+f+".log", "")
	}
	client := bin + "/fail2ban-client"
	l.Must(client, "start")
	var lines strings.Builder
	for _, who := range []string{"192.0.2.5", "192.0.2.5", "192.0.2.5", "127.0.0.1", "192.0.2.6"} {
		lines.WriteString(time.Now().UTC().Format("2006-01-02T15:04:05") + " login failure for bob from " + who + "\n")
	}
	f, err := os.OpenFile("/var/log/auth.log", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		l.T.Fatal(err)
	}
	f.WriteString(lines.String())
	f.Close()
	l.Eventually("the ban", func() bool { return strings.Contains(l.Must(client, "get", "sshd", "banip"), "192.0.2.5") })
	time.Sleep(time.Second) // the line about it, and what came behind
	l.Must(client, "set", "sshd", "banip", "192.0.2.7", "2001:db8::7")
	l.Must(client, "set", "sshd", "unbanip", "192.0.2.7")
	l.Must(client, "set", "web", "banip", "192.0.2.8")
	l.Must(client, "set", "web", "banip", "192.0.2.8")
	l.Must(client, "reload")
	time.Sleep(time.Second)
}
