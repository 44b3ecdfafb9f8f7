package shell

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// The lines that the original and we are given: what an attacker sends, with <USER> for the name. Each bans its address at once.
var hostileUsers = []string{
	"bob", "a b", "$(id)", "`id`", "a;b|c&d", "it's", `say "hi"`, "back\\slash", "~root", "*", "-n", "2", "<ip>", "<br>", "é", "tab\there", "%s %d", "#x", "{a,b}", "!",
}

// Commands whose results do not depend on the time; every one writes to OUT what its tags became.
const tellTale = `printf '%%s|' "<ip>" "<fid>" "<family>" "<failures>" "<bantime>" "<bancount>" "<restored>" "<ip-rev>" "<ip-host>" "<F-USER>" "<F-NONE>" "<matches>" "<ipmatches>" "<ipfailures>" "<jail.banned>" "<jail.banned_total>" "<x>" "<<a>b>" "<unknown>" "<sp>" "<raw-ticket>" >>OUT; echo ban >>OUT`

// TestSameResultsAsTheOriginal lets the original and our action do the same and compares what their commands wrote.
func TestSameResultsAsTheOriginal(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("runs the original; set GAOL_FULL=1")
	}
	addresses := []string{"198.51.100.7/28", "2001:DB8::5"}
	// With an action by family, the original starts both families again for a word, and forgets what it had banned in them.
	words := append([]string{"someword"}, addresses...)
	for _, c := range []struct {
		name   string
		manual []string
		file   string
	}{
		{"tags", words, "[Definition]\nactionban = " + tellTale + "\n[Init]\nx = <y>-<F-USER>\ny = Y<sp>Z\na = a\nab = composite\n"},
		{"one environment", words, "[Definition]\nactionstart = echo \"start <family> <ip> <bantime> <name>\" >>OUT\nactionstop = echo stop >>OUT\n" +
			"actionban = echo \"ban <ip> <family>\" >>OUT\nactionunban = echo \"unban <ip>\" >>OUT\n"},
		{"by family", addresses, "[Definition]\nactionstart = echo \"start <s> <family>\" >>OUT\nactionstop = echo \"stop <s>\" >>OUT\nactionflush = echo \"flush <s>\" >>OUT\n" +
			"actionban = echo \"ban <ip> <s>\" >>OUT\nactionunban = echo \"unban <ip> <s>\" >>OUT\n[Init]\ns = S4\n[Init?family=inet6]\ns = S6\n"},
		{"same start for both families", addresses, "[Definition]\nactionstart = echo start >>OUT\nactionstop = echo stop >>OUT\nactionflush = echo flush >>OUT\n" +
			"actionban = echo \"ban <ip> <s>\" >>OUT\n[Init]\ns = S4\n[Init?family=inet6]\ns = S6\n"},
		{"not on demand", addresses, "[Definition]\nactionstart_on_demand = false\nactionstart = echo \"start <s>\" >>OUT\nactionstop = echo \"stop <s>\" >>OUT\n" +
			"actionban = echo \"ban <ip> <s>\" >>OUT\n[Init]\ns = S4\n[Init?family=inet6]\ns = S6\n"},
		{"failing ban", words, "[Definition]\nactionstart = echo start >>OUT\nactionban = echo \"ban <ip>\" >>OUT; exit 1\nactionunban = echo \"unban <ip>\" >>OUT\nactionstop = echo stop >>OUT\n"},
		{"failing flush", words, "[Definition]\nactionban = echo \"ban <ip>\" >>OUT\nactionunban = echo \"unban <ip>\" >>OUT\nactionstop = echo stop >>OUT\nactioncheck = echo check >>OUT\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t, c.file)
			ours := p.ours(t)
			p.do(t, "start")
			t.Cleanup(func() { _ = exec.Command("sh", "-c", p.client+" -s "+p.dir+"/sock stop").Run() })
			var active []*action.Event
			ban := func(e *action.Event) {
				active = append(active, e)
				e.Jail.Banned, e.Jail.BannedTotal = len(active), len(active)
				_ = ours.Ban(ctx, e)
			}
			ok := func(err error) {
				if err != nil && !strings.HasPrefix(err.Error(), "Error ") {
					t.Error(err)
				}
			}
			ok(ours.Start(ctx))
			for i, user := range hostileUsers {
				address := fmt.Sprintf("192.0.2.%d", i+1)
				p.attack(t, user, address)
				ban(attacked(user, address, p.stamp))
				if i >= 2 && c.name != "tags" {
					break
				}
			}
			for _, id := range c.manual {
				p.do(t, "set j banip "+id)
				ban(manual(id))
			}
			p.do(t, "set j unbanip 192.0.2.1")
			ok(ours.Unban(ctx, active[0]))
			p.do(t, "set j unbanip 2001:db8::5")
			ok(ours.Unban(ctx, active[len(active)-1]))
			active = active[1 : len(active)-1]
			p.do(t, "stop")
			if done, _ := ours.Flush(ctx); !done {
				for _, e := range active {
					ok(ours.Unban(ctx, e))
				}
			}
			ok(ours.Stop(ctx))
			p.awaitEnd(t)
			if diff := cmp.Diff(p.wrote(t, "theirs"), p.wrote(t, "ours")); diff != "" {
				t.Errorf("commands (-original +ours):\n%s", diff)
			}
		})
	}
}

// A peer is a configuration for the original with one jail, j, and one action, that writes to the file "theirs".
type peer struct {
	client, dir, stamp string
}

func newPeer(t *testing.T, file string) *peer {
	t.Helper()
	client, err := filepath.Abs("../../../.peer/bin/fail2ban-client")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(client); err != nil {
		t.Skip("needs the original in .peer (test/peer fetches it)")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fail2ban.conf", "[Definition]\nlogtarget = "+dir+"/f2b.log\ndbfile = None\nallowipv6 = yes\nsyslogsocket = auto\nloglevel = INFO\n"+
		"socket = "+dir+"/sock\npidfile = "+dir+"/pid\ndbpurgeage = 1d\n")
	write("filter.d/x.conf", "[Definition]\nfailregex = ^ failure of <F-USER>.*</F-USER> from <HOST>$\ndatepattern = ^EPOCH\n")
	write("jail.conf", "[j]\nenabled = true\nbackend = polling\nusedns = no\nmaxretry = 1\nbantime = 600\nignoreself = false\nlogpath = "+dir+"/log\nfilter = x\naction = act[name=n]\n")
	write("action.d/act.conf", strings.ReplaceAll(file, "OUT", dir+"/theirs"))
	write("log", "")
	return &peer{client: client, dir: dir, stamp: fmt.Sprint(time.Now().Unix())}
}

func (p *peer) do(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", p.client+" -c "+p.dir+" -s "+p.dir+"/sock -p "+p.dir+"/pid "+command+" 2>"+p.dir+"/err").Output()
	if err != nil {
		text, _ := os.ReadFile(p.dir + "/err")
		t.Fatalf("fail2ban-client %s: %v\n%s%s", command, err, out, text)
	}
	return string(out)
}

// ours returns our action with the parameters that the original sends to its server, writing to the file "ours".
func (p *peer) ours(t *testing.T) *Action {
	t.Helper()
	toJSON := exec.Command("python3", "-c", `
import ast, json, sys
for line in sys.stdin:
    c = ast.literal_eval(line)
    if c[0] == "multi-set": print(json.dumps([[k, str(v)] for k, v in c[4]]))`)
	toJSON.Stdin = strings.NewReader(p.do(t, "-d"))
	out, err := toJSON.Output()
	var pairs [][2]string
	if err == nil {
		err = json.Unmarshal(out, &pairs)
	}
	if err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	props := new(action.Properties)
	for _, kv := range pairs {
		props.Set(kv[0], strings.ReplaceAll(kv[1], "/theirs", "/ours"))
	}
	return New(props, action.Env{
		Jail: "j", Name: "act-n", Log: new(logRecorder).logger(), IPv6: true,
		Info: func() action.JailInfo { return action.JailInfo{BanTime: 600} },
	})
}

// attack writes a failing line and waits until the original has banned for it.
func (p *peer) attack(t *testing.T, user, address string) {
	t.Helper()
	f, err := os.OpenFile(p.dir+"/log", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(p.stamp + " failure of " + user + " from " + address + "\n")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.await(t, "ban of "+address, func() bool {
		out, _ := os.ReadFile(p.dir + "/theirs")
		return regexp.MustCompile(`(^|[ |\n])` + regexp.QuoteMeta(address) + `[ |\n]`).Match(out)
	})
}

func (p *peer) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	log, _ := os.ReadFile(p.dir + "/f2b.log")
	t.Fatalf("the original does not come to the %s; its log:\n%s", what, log)
}

func (p *peer) awaitEnd(t *testing.T) {
	t.Helper()
	p.await(t, "end", func() bool {
		log, _ := os.ReadFile(p.dir + "/f2b.log")
		return strings.Contains(string(log), "Exiting Fail2ban")
	})
}

// wrote returns the lines of a file, less the times in them.
func (p *peer) wrote(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	times := regexp.MustCompile(`time=[0-9.]+`)
	got := times.ReplaceAllString(string(text), "time=T")
	got = strings.ReplaceAll(got, "|0/28.100.51.198.|", "||") // the original reverses networks, which yields no name
	return strings.Split(got, "\n")
}

// attacked returns the ban for a line of attack.
func attacked(user, address, stamp string) *action.Event {
	e := manual(address)
	e.Ban.Failures = 1
	e.Ban.Matches = []ticket.Match{{Date: stamp, After: " failure of " + user + " from " + address}}
	e.Ban.Fields = ticket.Fields{{Name: "user", Value: user}}
	return e
}

// manual returns the ban for banip.
func manual(id string) *action.Event {
	parsed, _ := addr.Parse(id)
	return &action.Event{
		Ban:     &ticket.Ban{Failure: ticket.Failure{ID: parsed, Time: ticket.Now()}, BanTime: ticket.Default, Count: 1},
		BanTime: 600, Jail: action.JailInfo{Name: "j", BanTime: 600},
	}
}
