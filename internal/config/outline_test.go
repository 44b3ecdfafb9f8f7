package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parish is a configuration whose jails use one action file with parameters that can be filled in, that become part of tags, that stand
// for other tags, and that are too odd for either.
func parish() Source {
	params := []string{
		`note="<x"`, `end=">"`, `port="22"`, `port=""`, `port="a b"`, `type=one`, `type=all, port=x`, `type=none`, `port="<type>", type=one`, `lock="<"`, `lock=">"`,
		`port="%%(x)s"`, `note="<a b"`, `port?family=inet6="x"`, `actionban="ban <ip> <port>"`, `actionflush="<port>", port=80`,
		`actionstart_on_demand="<lock>", lock=yes`, `lock=no`, `port="` + strings.Repeat("long", 100) + `"`, `port=ü`, "port=\"\xc3\xbc\", name=other",
		`port="it's"`, `port='"'`, `port="\d"`, `actname="o'er", port=1`, "port=\"a\tb\"",
		`actname=mine, port=3`, `v6=z`, `tool=t`, `port=<bantime>`, `known=a`, `x=<known/tool>`,
	}
	var b strings.Builder
	b.WriteString("[DEFAULT]\nenabled = true\nbackend = systemd\nfilter = f\nbantime = 5\n")
	for i := range 3 * len(params) {
		fmt.Fprintf(&b, "[jail-%d]\naction = act[%s]\n", i, params[i%len(params)])
		if i%7 == 0 {
			fmt.Fprintf(&b, "bantime = %d\n", i)
		}
	}
	return inMemory("jail.conf", b.String(), "filter.d/f.conf", "[Definition]\nfailregex = ^<HOST>\n",
		"action.d/act.conf", "[Definition]\nactionstart = <rule-<type>> <port> <chain> %(port)s %(bantime)s <<lock>>\n"+
			"actionban = add <name> <ip> <bantime> <bantime><port> <tool> <note>\nactionstart_on_demand = <lock>\nactionreload = <actionban>\nactionflush = <note>> <x<end>\n"+
			"rule-one = one <port> <name> '\\n'\nactioncheck = say \"<port>\" 'é' \\udcff\\udc80<port>\\\nactionunban = '<port>'\nrule-all = all\nx = xx\nnote = n\nend = e\nchain = c-<name>-<v6>\nport = 0\n"+
			"[Init]\ntool = iptables <lock>\nlock = -w\n[Init?family=inet6]\ntool = ip6tables\nv6 = 6<port>\nlock = -x\n")
}

// TestOutlineLikeAlone compares what is sent of an action that was filled in with what it comes to by itself.
func TestOutlineLikeAlone(t *testing.T) {
	r := newReader(Options{Source: parish(), AllowNoLogs: true})
	if filled, alone := likeAlone(t, r); filled < 40 || alone == 0 {
		t.Errorf("%d actions were filled in and %d not; the test is to see both", filled, alone)
	}
}

func TestRandomOutlinesLikeAlone(t *testing.T) {
	sum := 0
	for seed := range int64(400) {
		var files []string
		for name, content := range randomTree(seed, "/nowhere") {
			files = append(files, name, content)
		}
		filled, _ := likeAlone(t, newReader(Options{Source: inMemory(files...), AllowNoLogs: true}))
		sum += filled
	}
	if sum < 100 {
		t.Errorf("%d actions were filled in; too few to tell anything", sum)
	}
}

// likeAlone reads all jails, compares the actions that were filled in with themselves evaluated alone, and counts both sorts.
func likeAlone(t *testing.T, r *reader) (filled, alone int) {
	t.Helper()
	set, err := r.load("jail")
	if err != nil || set == nil {
		return 0, 0
	}
	drafts, _ := r.drafts(set)
	for _, d := range drafts {
		for _, use := range d.actions {
			switch {
			case use.def == nil:
			case use.outline == nil || use.outline.asked == nil: // not shared
				alone++
			default:
				filled++
				sameAsAlone(t, d, use)
			}
		}
	}
	return filled, alone
}

func sameAsAlone(t *testing.T, d *draft, use *actionUse) {
	t.Helper()
	filled := sentBy(t, use)
	use.outline = nil
	if err := use.def.evaluate(d.opts, &texts{}); err != nil {
		t.Errorf("%s: %s: only alone: %v", d.jail.Name, use.from.Raw, err)
		return
	}
	if diff := cmp.Diff(sentBy(t, use), filled); diff != "" {
		t.Errorf("%s: %s: -alone +filled in\n%s", d.jail.Name, use.from.Raw, diff)
	}
}

func sentBy(t *testing.T, use *actionUse) []Setting {
	t.Helper()
	pairs, err := use.pairs()
	if err != nil {
		t.Errorf("%s: %v", use.from.Raw, err)
	}
	a := Action{use: use, pairs: pairs}
	return a.Settings()
}

// TestOddDirectory has a directory name that is no text, as gaps are none.
func TestOddDirectory(t *testing.T) {
	dir := t.TempDir() + "/\xff\x80\xff"
	for name, content := range map[string]string{
		"fail2ban.conf": "[Definition]\n", "filter.d/f.conf": "[Definition]\nfailregex = ^<HOST>\n", "action.d/a.conf": "[Definition]\nactionban = <name> <ignorecommand>\n",
		"jail.conf": "[DEFAULT]\nenabled = true\nbackend = systemd\nfilter = f\naction = a\nignorecommand = %(fail2ban_confpath)s/x\n[j]\n",
	} {
		writeFile(t, dir+"/"+name, content)
	}
	c, err := Read(Options{Source: Dir(dir)})
	if err != nil || c.Failed {
		t.Fatal(err)
	}
	got := c.Jails[0].Actions[0].Settings()[0].Value
	if want := "j " + dir + "/x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
