// Package walk goes the way that every user goes: install, copy, start, be attacked, look, let back in, stop. Everything in it is
// real: sshd, rsyslogd, the ssh client, the kernel's firewall.
package walk

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gaol/test/lab"
)

// A walk is one way to go: a configuration, a client, and how the firewall shows a ban.
type walk struct {
	*lab.Lab
	client    string // the fail2ban-client in use
	configure func(*walk)
	// rules lists the firewall; shows is what it says of a banned address of sshd, with the address for %s.
	rules [][]string
	shows string
	// native says that the bans are made over netlink: elements end by themselves then, which those of the nft program don't.
	native bool
}

var iptables = [][]string{{"iptables", "-n", "-L"}, {"ip6tables", "-n", "-L"}}
var nftables = [][]string{{"nft", "list", "ruleset"}}

func TestStockConfigurationWithIptables(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		w := &walk{Lab: l, client: l.Bin + "/fail2ban-client", configure: stock(""), rules: iptables, shows: `(?m)^REJECT +\S+ +(-- +)?%s `}
		w.run()
	})
}

func TestStockConfigurationWithNftables(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		banactions := "banaction = nftables-multiport\nbanaction_allports = nftables-allports\n"
		w := &walk{Lab: l, client: l.Bin + "/fail2ban-client", configure: stock(banactions), rules: nftables, shows: `elements = \{[^}]*%s`}
		w.run()
	})
}

func TestBuiltInConfiguration(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		w := &walk{Lab: l, client: l.Bin + "/fail2ban-client", configure: builtIn, rules: nftables, shows: `elements = \{[^}]*%s`, native: true}
		w.run()
	})
}

func TestDebiansClientDrivesOurServer(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		// That client starts the server that lies beside it.
		dir := t.TempDir()
		l.Must("cp", l.Peer+"/root/usr/bin/fail2ban-client", dir)
		l.Must("ln", "-s", l.Bin+"/gaol", dir+"/fail2ban-server")
		os.Setenv("PYTHONPATH", l.Peer+"/root/usr/lib/python3/dist-packages")
		os.Setenv("PYTHONWARNINGS", "ignore")
		w := &walk{Lab: l, client: dir + "/fail2ban-client", configure: stock(""), rules: iptables, shows: `(?m)^REJECT +\S+ +(-- +)?%s `}
		w.run()
	})
}

// stock installs the configuration of Debian's package.
func stock(defaults string) func(*walk) {
	return func(w *walk) {
		w.Must("cp", "-a", w.Peer+"/root/etc/fail2ban", "/etc/fail2ban")
		w.Write("/etc/fail2ban/jail.local", "[DEFAULT]\nignoreip = 192.0.2.30\n"+defaults)
	}
}

// builtIn writes out the configuration that is in the program.
func builtIn(w *walk) {
	w.Must(w.Bin+"/gaol", "config", "init", "/etc/fail2ban")
	w.Write("/etc/fail2ban/jail.local", "[DEFAULT]\nignoreip = 192.0.2.30\n")
}

// f2b runs the client, which must succeed, and returns what it prints.
func (w *walk) f2b(args ...string) string {
	w.T.Helper()
	var out, errors bytes.Buffer
	if code := w.Exec(&out, &errors, w.client, args...); code != 0 {
		w.T.Fatalf("fail2ban-client %s: exit status %d\n%s%s", strings.Join(args, " "), code, &out, &errors)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// says checks what the client prints.
func (w *walk) says(want string, args ...string) {
	w.T.Helper()
	if got := w.f2b(args...); got != want {
		w.T.Fatalf("fail2ban-client %s printed\n%s\nwant\n%s", strings.Join(args, " "), got, want)
	}
}

// firewall returns all the rules there are.
func (w *walk) firewall() string {
	w.T.Helper()
	var all strings.Builder
	for _, cmd := range w.rules {
		all.WriteString(w.Must(cmd[0], cmd[1:]...))
	}
	return all.String()
}

func (w *walk) blocks(address string) bool {
	return regexp.MustCompile(fmt.Sprintf(w.shows, regexp.QuoteMeta(address))).MatchString(w.firewall())
}

// awaitBan waits until address is banned in jail and the firewall shows it.
func (w *walk) awaitBan(jail, address string) {
	w.T.Helper()
	w.Eventually(address+" banned in "+jail, func() bool {
		return strings.Contains(w.f2b("get", jail, "banip"), address) && w.blocks(address)
	})
}

func (w *walk) logs(pattern string) bool {
	return regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ` + pattern + `$`).MatchString(w.Read("/var/log/fail2ban.log"))
}

func (w *walk) run() {
	defer func() {
		if w.T.Failed() {
			w.T.Log("auth.log:\n" + w.Read("/var/log/auth.log") + "\nfirewall:\n" + w.firewall() + w.Must("ip", "neigh"))
		}
		w.T.Log("the log of the walk:\n" + w.Read("/var/log/fail2ban.log"))
	}()
	w.Services()
	w.configure(w)
	w.start()
	w.attack4()
	w.trusted()
	w.letBackIn()
	w.attack6()
	w.repeatOffender()
	w.mistakes()
	w.stop()
}

func (w *walk) start() {
	if out, code := w.Try(w.client, "-t"); code != 0 || !strings.Contains(out, "OK: configuration test is successful") {
		w.T.Fatalf("-t: exit status %d, %s", code, out)
	}
	begin := time.Now()
	if out := w.f2b("start"); !strings.HasSuffix(out, "Server ready") {
		w.T.Fatalf("start printed %q", out)
	}
	w.T.Logf("start took %v", time.Since(begin))
	w.says("Server replied: pong", "ping")
	w.says("Status\n|- Number of jail:\t1\n`- Jail list:\tsshd", "status")
}

func (w *walk) attack4() {
	attacker, friend := w.Host("attacker", 10), w.Host("friend", 99)
	attacker.FailLogins(lab.Server4, 6)
	w.awaitBan("sshd", attacker.V4)
	want := "^Status for the jail: sshd\n" +
		"\\|- Filter\n" +
		"\\|  \\|- Currently failed:\t[01]\n" +
		"\\|  \\|- Total failed:\t[56]\n" +
		"\\|  `- File list:\t/var/log/auth.log\n" +
		"`- Actions\n" +
		"   \\|- Currently banned:\t1\n" +
		"   \\|- Total banned:\t1\n" +
		"   `- Banned IP list:\t192\\.0\\.2\\.10$"
	if got := w.f2b("status", "sshd"); !regexp.MustCompile(want).MatchString(got) {
		w.T.Fatalf("status sshd:\n%s", got)
	}
	if w.native && !strings.Contains(w.firewall(), "expires") {
		w.T.Fatalf("not banned over netlink:\n%s", w.firewall())
	}
	if attacker.CanConnect(lab.Server4) {
		w.T.Fatal("the banned address still connects")
	}
	if !friend.CanConnect(lab.Server4) {
		w.T.Fatal("an address that is not banned cannot connect")
	}
}

func (w *walk) trusted() {
	trusted := w.Host("trusted", 30)
	trusted.FailLogins(lab.Server4, 6)
	w.Eventually("the trusted address is ignored", func() bool { return strings.Contains(w.Read("/var/log/fail2ban.log"), "] Ignore 192.0.2.30 by ip") })
	if strings.Contains(w.f2b("status", "sshd"), trusted.V4) || !trusted.CanConnect(lab.Server4) {
		w.T.Fatal("an address in ignoreip was banned")
	}
}

func (w *walk) letBackIn() {
	attacker := w.Host("attacker", 10)
	w.says("1", "set", "sshd", "unbanip", attacker.V4)
	w.Eventually("the address connects again", func() bool { return attacker.CanConnect(lab.Server4) })
	w.says("0", "set", "sshd", "unbanip", attacker.V4)
}

func (w *walk) attack6() {
	attacker, friend := w.Host("attacker6", 16), w.Host("friend", 99)
	attacker.FailLogins(lab.Server6, 6)
	w.awaitBan("sshd", attacker.V6)
	if attacker.CanConnect(lab.Server6) || !friend.CanConnect(lab.Server6) {
		w.T.Fatal("the IPv6 attacker connects, or somebody else does not")
	}
}

// repeatOffender switches recidive on, and lets one address be banned five times.
func (w *walk) repeatOffender() {
	local := w.Read("/etc/fail2ban/jail.local")
	w.Write("/etc/fail2ban/jail.local", local+"\n[recidive]\nenabled = true\n")
	w.f2b("restart")
	w.says("Status\n|- Number of jail:\t2\n`- Jail list:\trecidive, sshd", "status")
	w.awaitBan("sshd", "2001:db8::10")

	offender := w.Host("offender", 66)
	for range 5 {
		offender.FailLogins(lab.Server4, 5)
		w.awaitBan("sshd", offender.V4)
		w.says("1", "set", "sshd", "unbanip", offender.V4)
	}
	w.awaitBan("recidive", offender.V4)
	if got := w.f2b("get", "recidive", "banip", "--with-time"); !regexp.MustCompile(
		`^192\.0\.2\.66 \t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+ 604800 = \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`).MatchString(got) {
		w.T.Fatalf("recidive's ban: %q", got)
	}
	w.shutsEveryPort(offender)
	w.says("1", "set", "recidive", "unbanip", offender.V4)
	w.Eventually("the repeat offender connects again", func() bool { return offender.CanConnect(lab.Server4) })
}

// shutsEveryPort checks that a port that no jail is about is closed to offender and open to others.
func (w *walk) shutsEveryPort(offender lab.Host) {
	l, err := net.Listen("tcp", lab.Server4+":8080")
	if err != nil {
		w.T.Fatal(err)
	}
	defer l.Close()
	if offender.Reaches(lab.Server4, 8080) || !w.Host("friend", 99).Reaches(lab.Server4, 8080) {
		w.T.Fatal("port 8080 is open to the repeat offender, or closed to others")
	}
}

func (w *walk) mistakes() {
	w.says("OK", "reload")
	w.awaitBan("sshd", "2001:db8::10")
	out, code := w.Try(w.client, "status", "nosuch")
	if code != 255 || !strings.Contains(out, "Sorry but the jail 'nosuch' does not exist\n") {
		w.T.Fatalf("status nosuch: exit status %d, %s", code, out)
	}
}

func (w *walk) stop() {
	w.says("Shutdown successful", "stop")
	if left := w.firewall(); strings.Contains(left, "f2b") {
		w.T.Fatalf("left in the firewall:\n%s", left)
	}
	for _, pattern := range []string{
		`fail2ban\.filter         \[\d+\]: INFO    \[sshd\] Found 192\.0\.2\.10 - \d{4}-\d\d-\d\d \d\d:\d\d:\d\d`,
		`fail2ban\.actions        \[\d+\]: NOTICE  \[sshd\] Ban 192\.0\.2\.10`,
		`fail2ban\.actions        \[\d+\]: NOTICE  \[sshd\] Unban 192\.0\.2\.10`,
		`fail2ban\.actions        \[\d+\]: NOTICE  \[sshd\] Ban 2001:db8::10`,
		`fail2ban\.actions        \[\d+\]: NOTICE  \[sshd\] Restore Ban 2001:db8::10`,
		`fail2ban\.actions        \[\d+\]: NOTICE  \[recidive\] Ban 192\.0\.2\.66`,
	} {
		if !w.logs(pattern) {
			w.T.Errorf("no line of the log matches %s", pattern)
		}
	}
}
