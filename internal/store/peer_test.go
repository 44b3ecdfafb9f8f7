package store

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ban"
	"gaol/internal/ticket"
)

// A peer is the original, running on a configuration of its own in a temporary directory.
type peer struct {
	t    *testing.T
	bin  string
	dir  string
	args []string
	run  *exec.Cmd
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("set GAOL_FULL=1 to exchange databases with the original")
	}
	bin, err := filepath.Abs("../../.peer/bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err != nil {
		t.Fatalf("the original is not unpacked, run test/peer/fetch .peer: %v", err)
	}
	dir := t.TempDir()
	p := &peer{t: t, bin: bin, dir: dir}
	p.args = []string{"-c", dir, "-s", filepath.Join(dir, "sock"), "-p", filepath.Join(dir, "pid")}
	p.write("fail2ban.conf", "[Definition]\nloglevel = INFO\nlogtarget = "+dir+"/log\nsyslogsocket = auto\nsocket = "+dir+"/sock\npidfile = "+
		dir+"/pid\ndbfile = "+p.db()+"\ndbmaxmatches = 10\ndbpurgeage = 1d\nallowipv6 = auto\n")
	p.write("filter.d/demo.conf", "[Definition]\nfailregex = ^ login failure for <F-USER>\\S+</F-USER> from <HOST>$\ndatepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\n")
	p.write("jail.conf", "[DEFAULT]\nbackend = polling\nusedns = no\nmaxretry = 3\nfindtime = 10m\nbantime = 10m\nfilter = demo\n"+
		"[sshd]\nenabled = true\nlogpath = "+dir+"/auth.log\n")
	p.write("auth.log", "")
	return p
}

func (p *peer) db() string { return filepath.Join(p.dir, "f2b.sqlite3") }

func (p *peer) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) start() {
	p.t.Helper()
	p.run = exec.Command(p.bin+"/fail2ban-server", append(p.args, "-f", "start")...)
	if err := p.run.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.run.Process.Kill() })
	p.await("Jail 'sshd' started")
}

// await waits for a line in the original's log.
func (p *peer) await(text string) {
	p.t.Helper()
	for range 100 {
		if log, _ := os.ReadFile(filepath.Join(p.dir, "log")); strings.Contains(string(log), text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	p.t.Fatalf("the original never said %q:\n%s", text, log)
}

func (p *peer) client(words ...string) string {
	p.t.Helper()
	out, err := exec.Command(p.bin+"/fail2ban-client", append(p.args, words...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%v: %v: %s", words, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (p *peer) stop() {
	p.t.Helper()
	p.client("stop")
	_ = p.run.Wait() // its exit code is of no interest here
}

func TestOriginalsDatabaseIsRead(t *testing.T) {
	p := newPeer(t)
	p.start()
	p.client("set", "sshd", "banip", "192.0.2.77", "2001:db8::5", "198.51.100.7/28", "wörd")
	when := time.Now()
	line := when.Format("2006-01-02T15:04:05") + " login failure for %s from 192.0.2.5\n"
	text := fmt.Sprintf(line+line+line, "bob", `al"ice`, "é\\x")
	p.write("auth.log", text)
	p.await("Ban 192.0.2.5")
	time.Sleep(500 * time.Millisecond) // its database lags behind its log
	p.stop()

	s, j := openAt(t, p.db())
	if len(j.lines()) != 1 {
		t.Errorf("log %q, want no repair and no upgrade", j.lines())
	}
	bans, err := s.Restore("sshd", ticket.Now(), ban.Settings{BanTime: 600})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range bans {
		got = append(got, fmt.Sprint(b.ID, " ", b.BanTime, " ", b.Count, " ", b.Failures, " ", b.Fields.Text("user"), " ", ticket.JoinMatches(b.Matches)))
	}
	want := []string{
		"192.0.2.5 600 1 3 bob " + strings.TrimSuffix(text, "\n"), "192.0.2.77 600 1 0  ", "198.51.100.0/28 600 1 0  ",
		"2001:db8::5 600 1 0  ", "wörd 600 1 0  ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	pos, err := s.Position("sshd", filepath.Join(p.dir, "auth.log"))
	if err != nil || pos.Offset != int64(len(text)) || len(pos.Hash) != 40 {
		t.Errorf("position %+v, %v, want %d", pos, err, len(text))
	}
}

func TestOriginalReadsOurDatabase(t *testing.T) {
	p := newPeer(t)
	s, _ := openAt(t, p.db())
	at := ticket.Unix(int64(ticket.Now()))
	for _, who := range []string{"192.0.2.77", "2001:db8::5", "198.51.100.0/28", "wörd\xff"} {
		b := banOf(who, at-5)
		b.Matches = []ticket.Match{{Date: "now", After: " é\x01\"\xff"}, {After: "plain"}}
		b.Fields = ticket.Fields{{Name: "users", Value: ticket.Set{"a"}}, {Name: "user", Value: "x"}, {Name: "no"}}
		add(t, s, "sshd", b)
	}
	over := banOf("192.0.2.1", at-700)
	add(t, s, "sshd", over)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.await("Restore Ban wörd")
	want := "192.0.2.77 198.51.100.0/28 2001:db8::5 wörd\uFFFD"
	if got := p.client("get", "sshd", "banip"); got != want {
		t.Errorf("the original restored %q, want %q", got, want)
	}
	p.client("set", "sshd", "unbanip", "192.0.2.77")
	p.client("set", "sshd", "banip", "192.0.2.78")
	time.Sleep(500 * time.Millisecond)
	p.stop()
	log, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "ERROR") || strings.Contains(string(log), "Upgrade") {
		t.Errorf("the original complains:\n%s", log)
	}
	s, _ = openAt(t, p.db())
	wantRows(t, s, `SELECT ip FROM bips ORDER BY ip`, "192.0.2.1", "192.0.2.78", "198.51.100.0/28", "2001:db8::5", "wörd\uFFFD")
}

// The original's own test databases of versions 1 and 2, migrated by us.
func TestOriginalsOldDatabasesAreMigrated(t *testing.T) {
	newPeer(t)
	files := "../../.peer/root/usr/lib/python3/dist-packages/fail2ban/tests/files"
	for name, want := range map[string][]string{
		"database_v1.db": {"127.0.0.1|1388009242.259323|-2|1"},
		"database_v2.db": {"1.2.3.7|1417595494|-2|1", "1.2.3.8|1417596235|-2|1"},
	} {
		path := fileIn(t)
		if err := copyFile(filepath.Join(files, name), path); err != nil {
			t.Fatal(err)
		}
		s, _ := openAt(t, path)
		wantRows(t, s, `SELECT ip, timeofban, bantime, bancount FROM bips ORDER BY ip`, want...)
		wantRows(t, s, `PRAGMA foreign_key_check`)
	}
}
