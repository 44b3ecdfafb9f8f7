package nft

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
)

// stockParams are the parameters of the stock action that are put into its commands.
var stockParams = map[string]string{
	"table": "f2b-table", "table_family": "inet", "chain": "f2b-chain", "chain_type": "filter", "chain_hook": "input", "chain_priority": "-1",
	"port": "ssh", "protocol": "tcp", "blocktype": "reject", "nftables": "nft",
}

const peerDir = "../../../.peer"

// A peer is a configuration for the original with one jail, j, and one action.
type peer struct {
	client, dir string
}

func newPeer(t *testing.T, line string) peer {
	t.Helper()
	p := peer{mustAbs(t, peerDir+"/bin/fail2ban-client"), t.TempDir()}
	if _, err := os.Stat(p.client); err != nil {
		t.Skip("needs the original in .peer (test/peer fetches it)")
	}
	files := map[string]string{
		"fail2ban.conf": "[Definition]\nlogtarget = " + p.dir + "/f2b.log\ndbfile = None\nallowipv6 = yes\nsyslogsocket = auto\nloglevel = INFO\n" +
			"socket = " + p.dir + "/sock\npidfile = " + p.dir + "/pid\n",
		"filter.d/x.conf": "[Definition]\nfailregex = ^ <HOST>$\n",
		"jail.conf":       "[j]\nenabled = true\nbackend = polling\nlogpath = " + p.dir + "/log\nfilter = x\naction = " + line + "\n",
		"log":             "",
	}
	ok(t, os.Mkdir(filepath.Join(p.dir, "filter.d"), 0o700), os.Symlink(mustAbs(t, peerDir+"/root/etc/fail2ban/action.d"), filepath.Join(p.dir, "action.d")))
	for name, text := range files {
		ok(t, os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600))
	}
	return p
}

// do runs a command of the original's client and returns what it prints on standard output.
func (p peer) do(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", p.client+" -c "+p.dir+" -s "+p.dir+"/sock -p "+p.dir+"/pid "+command+" 2>"+p.dir+"/err").Output()
	if err != nil {
		text, _ := os.ReadFile(p.dir + "/err")
		t.Fatalf("fail2ban-client %s: %v\n%s%s", command, err, out, text)
	}
	return string(out)
}

// stockAction returns the parameters that the original sends to its server for an action line of a jail.
func stockAction(t *testing.T, line string) *action.Properties {
	t.Helper()
	dump := newPeer(t, line).do(t, "-d")
	// The original prints Python literals; Python turns them into JSON.
	toJSON := exec.Command("python3", "-c", `
import ast, json, sys
for line in sys.stdin:
    c = ast.literal_eval(line)
    if c[0] == "multi-set": print(json.dumps([[k, str(v)] for k, v in c[4]]))`)
	toJSON.Stdin = strings.NewReader(dump)
	out, err := toJSON.Output()
	if err != nil {
		t.Fatalf("%v in %s", err, dump)
	}
	var pairs [][2]string
	if err := json.Unmarshal(out, &pairs); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	p := new(action.Properties)
	for _, kv := range pairs {
		p.Set(kv[0], kv[1])
	}
	return p
}

// TestSameKernelStateAsTheOriginal runs the original's own action and ours, one after the other, and compares what nft lists. Ours
// differs in the flags of the sets only. Then each takes over what the other left.
func TestSameKernelStateAsTheOriginal(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("runs the original; set GAOL_FULL=1")
	}
	withoutFlags := func(ruleset string) string {
		return strings.ReplaceAll(ruleset, "\t\tflags timeout\n", "")
	}
	for _, line := range []string{
		"nftables[name=j, port=\"ssh,http,8000:8010\"]",
		"nftables-allports[name=j, protocol=\"tcp,udp\", blocktype=drop]",
		"nftables-multiport[name=j, port=\"0:65535\", protocol=\"tcp,udp\", chain_hook=forward, chain_priority=5]",
		"nftables[type=custom, name=j, table=filter, chain=input, blocktype=\"reject with icmpx type host-unreachable\"]",
	} {
		t.Run(line, func(t *testing.T) {
			k := needKernel(t)
			p := newPeer(t, line)
			p.do(t, "start")
			t.Cleanup(func() { _ = exec.Command("sh", "-c", p.client+" -s "+p.dir+"/sock stop").Run() })
			p.do(t, "set j banip 192.0.2.1 2001:db8::5")
			want := nft(t, "list", "ruleset")

			a, err := k.New(stockAction(t, line), action.Env{Jail: "j", Log: slog.New(slog.DiscardHandler), IPv6: true})
			ok(t, err)
			ok(t, errors.Join(a.BanAll(ctx, events("192.0.2.1", "2001:db8::5"))...))
			if diff := cmp.Diff(want, withoutFlags(nft(t, "list", "ruleset"))); diff != "" {
				t.Errorf("after taking over from the original (-original +ours):\n%s", diff)
			}
			p.do(t, "set j unbanip 192.0.2.1") // in our set
			if got := inKernel(t, a, 0); got != nil {
				t.Errorf("the original's unban leaves %v", got)
			}
			p.do(t, "set j banip 192.0.2.7")
			if got := inKernel(t, a, 0); !slices.Equal(got, []string{"192.0.2.7/32"}) {
				t.Errorf("the original's ban leaves %v", got)
			}
			p.do(t, "stop")
			await(t, "the original's end", func() bool { return !strings.Contains(nft(t, "list", "ruleset"), "set-j") })
			ok(t, a.Ban(ctx, event("192.0.2.9"))) // puts everything back
			ok(t, a.Check(ctx))
			got := nft(t, "list", "ruleset")
			if !strings.Contains(got, "192.0.2.9") || !strings.Contains(got, "2001:db8::5") {
				t.Errorf("after the original's stop there is\n%s", got)
			}
			ok(t, a.Stop(ctx))
		})
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	ok(t, err)
	return abs
}

// TestStockActionsAreRecognised takes the fingerprints of the original's own action files, by running it, and compares them with ours.
func TestStockActionsAreRecognised(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("runs the original a dozen times; set GAOL_FULL=1")
	}
	for _, kind := range []string{"multiport", "allports", "custom"} {
		marks := make(map[string]string)
		line := "nftables[type=" + kind + ", name=j"
		for name := range stockParams {
			marks[name] = "@" + name + "@"
			line += ", " + name + "=\"" + marks[name] + "\""
		}
		wantKnown(t, take(kind, commands(stockAction(t, line+"]")), marks))
	}
	for line, want := range map[string]bool{
		"nftables[name=j]": true,
		"nftables[type=allports, name=j, protocol=\"tcp,udp\", blocktype=drop]":                true,
		"nftables-multiport[name=j, port=\"http,https,1000:2000\", chain=INPUT, table=filter]": true,
		"nftables-allports[name=j, blocktype=\"reject with icmpx type admin-prohibited\"]":     true,
		// As the stock jail.conf calls it: the chain of the action file.
		"nftables-multiport[name=j, port=ssh, chain=\"<known/chain>\"]":          true,
		"nftables[name=j, driver=shell]":                                         false,
		"nftables[name=j, port=no-such-service]":                                 false,
		"nftables[type=custom, name=j, actionban=\"<nftables> something else\"]": false,
		"nftables[type=multiport, name=j, nftables=\"ip netns exec x nft\"]":     false,
		"iptables[name=j]": false,
		"nftables[name=j, actionreload=\"echo reloaded\"]": false,
	} {
		if _, got, err := Native(stockAction(t, line)); got != want || err != nil {
			t.Errorf("%s: native %v, %v; want %v", line, got, err, want)
		}
	}
}

// take makes the fingerprint of text, in which each parameter of marks stands as a mark of its own.
func take(kind, text string, marks map[string]string) fingerprint {
	var slots []string
	h := sha256.New()
	for {
		at, name := len(text), ""
		for param, mark := range marks {
			if i := strings.Index(text, mark); i >= 0 && i < at {
				at, name = i, param
			}
		}
		h.Write([]byte(text[:at] + "\x00"))
		if name == "" {
			return fingerprint{kind, strings.Join(slots, " "), hex.EncodeToString(h.Sum(nil))}
		}
		slots = append(slots, strconv.Itoa(at)+":"+name)
		text = text[at+len(marks[name]):]
	}
}
