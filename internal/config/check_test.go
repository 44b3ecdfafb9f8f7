package config

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound is a jail without fault, to which the tests add one.
const sound = `[DEFAULT]
enabled = true
backend = systemd
filter = f
action = act
`

func soundSource(jails string, more ...string) Source {
	return inMemory(append([]string{
		"jail.conf", sound, "jail.local", jails,
		"filter.d/f.conf", "[Definition]\nfailregex = ^bad <HOST>$\njournalmatch = A=b\n",
		"action.d/act.conf", "[Definition]\nactionban = shut <ip>\n",
	}, more...)...)
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		jails string
		more  []string
		want  []string // "code option line"
	}{
		{"nothing wrong", "[a]\nport = ssh\nmode = x\n", nil, nil},
		{"misspelled", "[a]\nenable = true\nmaxretries = 3\nban_time = 3\nfail-regex = x\nignoreips = 1\n", nil, []string{
			"unknown-option enable 2", "unknown-option maxretries 3", "unknown-option ban_time 4", "unknown-option fail-regex 5", "unknown-option ignoreips 6",
		}},
		{"a variable that is used", "[a]\nbantimes = 3\nbantime = %(bantimes)s\nactions = <x>\nfilters = 1\nfailregex = ^<filters> <actions> <HOST>$\n", nil, nil},
		{"shortcuts", "[a]\naction_mw = x\naction_x = y\n", nil, nil},
		{"wrong default section", "[default]\nmaxretry = 3\n", nil, []string{"not-default  2"}},
		{"value on the next line", "[a]\nenabled =\n  true\n", nil, []string{"value-on-next-line enabled 2"}},
		{"not enabled", "[a]\nenabled = false\nmaxretry = 3\n[b]\nenabled = false\n", nil, []string{"not-enabled maxretry 3"}},
		{"no failregex", "[a]\nfailregex =\n", nil, []string{"no-failregex failregex 2"}},
		{"no action", "[a]\naction =\n", nil, []string{"no-action action 2"}},
		{"broken", "[a]\naction = act[x\n", nil, []string{"broken-jail  2"}},
		{"whole journal", "[a]\njournalmatch =\n", nil, []string{"whole-journal journalmatch 3"}},
		{"no log", "[a]\nbackend = auto\n", nil, []string{"no-log logpath 0"}},
		{"log that is not there", "[a]\nbackend = auto\nlogpath = /nowhere/x.log\n", nil, []string{"no-such-log logpath 3"}},
		{"two logs on a line", "[a]\nbackend = auto\nlogpath = /nowhere/x.log /nowhere/y.log\n", nil, []string{"two-paths logpath 3"}},
		{"bad values", "[a]\nmaxretry = 3.5\nbantime = 10 minuts\nfindtime = 1h\n", nil, []string{"no-integer maxretry 2", "no-duration bantime 3"}},
		{"options of ours", "[a]\nlogskew = auto\nwarnnodate = 1h\nwarnnomatch = 0\n", nil, nil},
		{"options of ours, misspelled", "[a]\nlogskw = auto\nwarnodate = 1h\nwarnnomatches = 0\n", nil, []string{
			"unknown-option logskw 2", "unknown-option warnodate 3", "unknown-option warnnomatches 4",
		}},
		{"times of ours", "[a]\nwarnnodate = Dog\nwarnnomatch = Cat\n", nil, []string{"no-duration warnnodate 2", "no-duration warnnomatch 3"}},
		{"short ban", "[a]\nbantime = 5m\nfindtime = 10m\n", nil, []string{"short-ban bantime 2"}},
		{"permanent ban", "[a]\nbantime = -1\nfindtime = 10m\n", nil, nil},
		{"hash in ignoreip", "[a]\nignoreip = 192.0.2.1 # office\n", nil, []string{"no-comment ignoreip 2"}},
		{"unanchored", "[a]\nfailregex = bad .* <HOST>\n  (?i)(?:^x) <HOST>\n  \\d \\.+ <HOST>\n", nil, []string{
			"unanchored failregex 2", "unanchored failregex 2",
		}},
		{"free text", "[a]\nfailregex = ^user .* from <HOST>\n ^user .* from <HOST>$\n ^user \\.* from <ADDR>\n", nil, []string{"free-text-before-host failregex 2"}},
		{"captured tag", "[a]\n", []string{"filter.d/f.local", "[Definition]\nhost = x\nip4 = y\n"}, []string{"captured-tag host 2", "no-failregex failregex 2"}[:1]},
		{"options in the wrong file", "[a]\n", []string{"fail2ban.conf", "[Definition]\nignoreip = 1\nbantime = 2\nloglevl = INFO\nmine = 1\n"}, []string{
			"misplaced-option ignoreip 2", "misplaced-option bantime 3", "unknown-option loglevl 4",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Read(Options{Source: soundSource(tt.jails, tt.more...), AllowNoLogs: true})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range Check(c) {
				got = append(got, strings.Join([]string{f.Code, f.Option, strconv.Itoa(f.Line)}, " "))
				if f.Text == "" || f.Severity == "" {
					t.Errorf("finding without text or severity: %+v", f)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestFindingNamesFileAndNearestName(t *testing.T) {
	c, err := Read(Options{Source: soundSource("[a]\n\nenable = true\n")})
	if err != nil {
		t.Fatal(err)
	}
	want := []Finding{{
		Severity: "warning", File: "(mem)/jail.local", Line: 3, Jail: "a", Option: "enable", Code: "unknown-option",
		Text: "enable is no option and has no effect", Hint: "did you mean enabled?",
	}}
	if diff := cmp.Diff(want, Check(c)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	c, err := Read(Options{Source: inMemory(
		"jail.conf", "[DEFAULT]\nbantime = 10m\nbackend = systemd\nenabled = false\n[web]\nfilter = f[mode=x]\naction = act[port=80]\n",
		"jail.local", "[web]\nenabled = true\nbantime = 1h\nprefregex = ^own\n", "jail.d/x.conf", "[web]\nbantime = 30m\nmaxretry = x\n",
		"filter.d/f.conf", "[Definition]\nprefregex = ^filter\nfailregex = ^a <HOST>$\n  ^b <mode> <HOST>$\n",
		"action.d/act.conf", "[Definition]\nactionban = shut <ip> <port>\nnorestored = 1\n[Init]\nblock = all\n",
	)})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := Explain(&got, c, "web"); err != nil {
		t.Fatal(err)
	}
	const want = `jail web
  enabled = true
      from (mem)/jail.local:2
      instead of 'false' from (mem)/jail.conf:4
  backend = systemd
      from (mem)/jail.conf:3
  filter = f[mode=x]
      from (mem)/jail.conf:6
  maxretry = (none: the value is no integer)
      from (mem)/jail.d/x.conf:3
  bantime = 1h
      from (mem)/jail.local:3
      instead of '30m' from (mem)/jail.d/x.conf:2
      instead of '10m' from (mem)/jail.conf:2
  skip_if_nologs = false
      from default
  systemd_if_nologs = true
      from default
  action = act[port=80]
      from (mem)/jail.conf:7
  prefregex = ^own
      from (mem)/jail.local:4
      instead of '^filter' from (mem)/filter.d/f.conf:2

filter f
  failregex = ^a <HOST>$
          ^b x <HOST>$
      from (mem)/filter.d/f.conf:3

action act (act)
  actionban = shut <ip> 80
      from (mem)/action.d/act.conf:2
  norestored = true
      from (mem)/action.d/act.conf:3
  port = 80
      from (mem)/jail.conf:7
  name = web
      from (mem)/jail.conf:7
  actname = act
      from (mem)/jail.conf:7
  block = all
      from (mem)/action.d/act.conf:5
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if err := Explain(&got, c, "ssh"); err == nil || err.Error() != `jail "ssh" is not enabled; these are: web` {
		t.Errorf("error %v", err)
	}
}
