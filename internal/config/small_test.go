package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGlob(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a1.log", "a2.log", "b.log", ".hidden.log", "x[1].log", "sub/c.log", "sub2/c.log", "é.log"} {
		writeFile(t, filepath.Join(dir, name), "")
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling.log")); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string][]string{
		"a1.log":       {"a1.log"},
		"a?.log":       {"a1.log", "a2.log"},
		"a[2-9].log":   {"a2.log"},
		"a[!2].log":    {"a1.log"},
		"*.log":        {"a1.log", "a2.log", "b.log", "dangling.log", "x[1].log", "é.log"},
		".*.log":       {".hidden.log"},
		"sub*/c.log":   {"sub/c.log", "sub2/c.log"},
		"**/c.log":     {"sub/c.log", "sub2/c.log"},
		"*/":           {"sub/", "sub2/"},
		"x[[]1].log":   {"x[1].log"},
		"x[]1[]1].log": {"x[1].log"},
		"[éa]*.log":    {"a1.log", "a2.log", "é.log"},
		"a[1.log":      nil,
		"nope*":        nil,
		"nope/*":       nil,
		"{a1,a2}.log":  nil,
	} {
		var got []string
		for _, f := range glob(dir + "/" + pattern) {
			got = append(got, f[len(dir)+1:])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", pattern, diff)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b?[c-e]", "axxbyd")
	f.Add("[!]]*", "x")
	f.Add("***[", "\xff[")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		match(pattern, name)
		if !match("*", name) {
			t.Errorf("* does not match %q", name)
		}
	})
}

func TestShellWords(t *testing.T) {
	tests := []struct {
		line string
		want []string
		err  string
	}{
		{"", nil, ""},
		{" A=1  + B=2\t", []string{"A=1", "+", "B=2"}, ""},
		{`"FIELD= with spaces " + A="x y"z`, []string{"FIELD= with spaces ", "+", "A=x yz"}, ""},
		{`d\ e 'f'g '' "\"\\\n"`, []string{"d e", "fg", "", `"\\n`}, ""},
		{`'\'`, []string{`\`}, ""},
		{`"open`, nil, "No closing quotation"},
		{`it's`, nil, "No closing quotation"},
		{`end\`, nil, "No escaped character"},
		{`"end\`, nil, "No escaped character"},
	}
	for _, tt := range tests {
		got, err := shellWords(tt.line)
		if err != nil != (tt.err != "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s: error %v, want %q", tt.line, err, tt.err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.line, diff)
		}
	}
}

func TestSplitWords(t *testing.T) {
	got := SplitWords(" 192.0.2.1,,::1\t\n host.example , \u00a0x ")
	if diff := cmp.Diff([]string{"192.0.2.1", "::1", "host.example", "x"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestParseBool(t *testing.T) {
	for s, want := range map[string]bool{"1": true, "ON": true, "True": true, "yes": true, "y": false, "2": false, "": false, "\ntrue": false, "enable": false} {
		if got := ParseBool(s); got != want {
			t.Errorf("%q = %v", s, got)
		}
	}
}

func TestParseInt(t *testing.T) {
	for s, want := range map[string]int{" 5\n": 5, "+7": 7, "-1": -1, "1_000": 1000, "007": 7, "٣": 3} {
		if got, err := ParseInt(s); got != want || err != nil {
			t.Errorf("%q = %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "3.5", "0x10", "1__0", "_1", "1_", "+-1", "abc", "99999999999999999999", "+"} {
		if got, err := ParseInt(s); err == nil {
			t.Errorf("%q = %d, want an error", s, got)
		}
	}
}

func TestServerSettings(t *testing.T) {
	o := Options{Source: inMemory("fail2ban.conf", "[DEFAULT]\nloglevel = debug\nsocket = /run/x.sock\n[Definition]\nlogtarget = STDOUT\n"), PidFile: "/run/x.pid"}
	got, log, err := ReadServer(o)
	if err != nil {
		t.Fatal(err)
	}
	want := &Server{
		LogLevel: "debug", LogTarget: "STDOUT", SyslogSocket: "auto", Socket: "/run/x.sock", PidFile: "/run/x.pid",
		AllowIPv6: "auto", DBFile: "/var/lib/fail2ban/fail2ban.sqlite3", DBPurgeAge: "1d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, m := range log {
		if m.Level >= Warning {
			t.Errorf("message %+v", m)
		}
	}
}

// TestServerSettingsWithoutFiles has the command line say everything: then no file is needed.
func TestServerSettingsWithoutFiles(t *testing.T) {
	o := Options{Source: Dir("/nonexistent"), Socket: "s", PidFile: "p", LogLevel: "INFO", LogTarget: "STDERR", SyslogSocket: "auto"}
	if _, _, err := ReadServer(o); err != nil {
		t.Error(err)
	}
	o.Socket = ""
	if _, _, err := ReadServer(o); err == nil || err.Error() != "Base configuration directory /nonexistent does not exist " {
		t.Errorf("error %v", err)
	}
}

func TestOnlyOneJail(t *testing.T) {
	o := Options{Source: soundSource("[a]\n[b]\n[c]\nenabled = false\n")}
	for only, want := range map[string]int{"": 2, "b": 1, "c": 0} {
		o.Only = only
		if c, err := Read(o); err != nil || len(c.Jails) != want {
			t.Errorf("%q: %d jails, error %v", only, len(c.Jails), err)
		}
	}
	o.Only = "x"
	if _, err := Read(o); err == nil || err.Error() != "No section: 'x'" {
		t.Errorf("error %v", err)
	}
}

// TestMissingLogs has a jail whose log does not exist and whose filter knows what to look for in the journal.
func TestMissingLogs(t *testing.T) {
	with := func(journal bool) Options {
		return Options{AllowNoLogs: true, Journal: func([]LogPath, [][]string) (bool, string) { return journal, "" }}
	}
	tests := []struct {
		name  string
		lines string
		o     Options
		want  string // backend, problem or error
	}{
		{"fatal", "systemd_if_nologs = false\n", Options{}, "Have not found any log file for 'a' jail."},
		{"journal of the filter", "", Options{}, "systemd journal"},
		{"dumped as it is", "", Options{AllowNoLogs: true}, "auto file"},
		{"server that may read the journal", "", with(true), "systemd journal"},
		{"server without a journal", "", with(false), "auto file"},
		{"journal of the jail, for a server without one", "journalmatch = A=1\n", with(false), "auto file"},
		{"journal of the jail", "journalmatch = A=1\n", Options{AllowNoLogs: true}, "systemd file"},
		{"skipped", "skip_if_nologs = yes\n", Options{}, "Jail 'a' skipped, because of missing log files."},
		{"kept", "systemd_if_nologs = no\n", with(true), "auto file"},
		{"other backend", "backend = polling\n", with(true), "polling file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Source = inMemory("jail.conf", "[a]\nenabled = true\nfilter = f\nlogpath = /nowhere/x.log\n"+tt.lines,
				"filter.d/f.conf", "[Definition]\nfailregex = <logtype> <HOST>\njournalmatch = B=2\n")
			c, err := Read(tt.o)
			got := ""
			switch {
			case err != nil:
				got = err.Error()
			case c.Jails[0].Problem != "":
				got = c.Jails[0].Problem
			default:
				got = c.Jails[0].Backend + " " + c.Jails[0].Expressions().FailRegex[0][:len(c.Jails[0].Expressions().FailRegex[0])-len(" <HOST>")]
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestWhatAServerIsToldOfLogs checks which log files stay patterns, and how the choice between files and journal is told.
func TestWhatAServerIsToldOfLogs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.log", "b.log"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	abandoned := func(files []LogPath, matches [][]string) (bool, string) {
		if len(files) == 0 || !cmp.Equal(matches, [][]string{{"B=2"}}) {
			t.Errorf("asked about %v and %v", files, matches)
		}
		return true, "they are old"
	}
	neither := func([]LogPath, [][]string) (bool, string) { return false, "" }
	tests := []struct {
		name, logpath string
		journal       func([]LogPath, [][]string) (bool, string)
		want          string // the words of all addlogpath
		reads         string
	}{
		{"a pattern stays one", "D/*.log tail", neither, "D/*.log tail live", "reads log files: D/a.log, D/b.log"},
		{"a file that is there", "D/a.log", neither, "D/a.log head", "reads log files: D/a.log"},
		{"one that is not, beside it", "D/a.log\n D/none", neither, "D/a.log head|D/none head live", "reads log files: D/a.log"},
		{"all are missing", "D/none\n D/*.none", neither, "D/none head|D/*.none head live", "waits for log files: D/none, D/*.none"},
		{"nobody decides", "D/*.log", nil, "D/*.log head live", ""},
		{"a container", "docker:web tail", neither, "docker:web tail live", "reads log files: docker:web"},
		{"abandoned files", "D/*.log", abandoned, "", "reads the systemd journal: they are old"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Read(Options{
				Source: inMemory("jail.conf", "[a]\nenabled = true\nfilter = f\nlogpath = "+strings.ReplaceAll(tt.logpath, "D/", dir+"/")+"\n",
					"filter.d/f.conf", "[Definition]\nfailregex = <HOST>\njournalmatch = B=2\n"),
				AllowNoLogs: true, LivePatterns: true, Journal: tt.journal,
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range c.Jails[0].Commands {
				if words := c.([]any); words[2] == "addlogpath" {
					got = append(got, strings.TrimSpace(fmt.Sprintln(words[3:]...)))
				}
			}
			short := func(s string) string { return strings.ReplaceAll(s, dir+"/", "D/") }
			if d := cmp.Diff(tt.want, short(strings.Join(got, "|"))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.reads, short(c.Jails[0].Reads)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff([]any{"add", "a", c.Jails[0].Backend, c.Jails[0].Reads, "f"}, c.Jails[0].Commands[0]); d != "" {
				t.Errorf("the server is told (-want +got):\n%s", d)
			}
		})
	}
}

// TestJournalJailKnowsItsFiles checks what a jail that reads the journal for want of files is to do once there is one.
func TestJournalJailKnowsItsFiles(t *testing.T) {
	for _, where := range []string{"filter.d/f.conf", "jail.conf"} {
		match := map[string]string{where: "journalmatch = B=2\n"}
		c, err := Read(Options{
			Source: inMemory("jail.conf", "[a]\nenabled = true\nfilter = f\nlogpath = /nowhere/*.log tail\nmaxretry = 7\n"+match["jail.conf"],
				"filter.d/f.conf", "[Definition]\nprefregex = p\nfailregex = <logtype> <HOST>\n"+match["filter.d/f.conf"]),
			AllowNoLogs: true, LivePatterns: true,
			Journal: func([]LogPath, [][]string) (bool, string) { return true, "" },
		})
		if err != nil {
			t.Fatal(err)
		}
		commands := c.Jails[0].Commands
		want := []any{"set", "a", ElseOption, []any{
			[]any{"set", "a", "prefregex", "p"}, []any{"set", "a", "addfailregex", "file <HOST>"},
			[]any{"set", "a", "addlogpath", "/nowhere/*.log", "tail", LivePattern},
		}}
		if d := cmp.Diff(want, commands[len(commands)-1]); d != "" {
			t.Errorf("%s (-want +got):\n%s", where, d)
		}
		if c.Jails[0].Backend != "systemd" {
			t.Errorf("%s: backend %s", where, c.Jails[0].Backend)
		}
	}
}

// TestOptionsOfOurs sees to it that what the original does not have is sent when it is set, and leaves no trace when it is not.
func TestOptionsOfOurs(t *testing.T) {
	read := func(more string) []any {
		c, err := Read(Options{Source: inMemory("jail.conf", "[a]\nenabled = true\nbackend = systemd\nfilter = f\n"+more, "filter.d/f.conf", "[Definition]\nfailregex = <HOST>\n")})
		if err != nil {
			t.Fatal(err)
		}
		return c.Jails[0].Commands
	}
	var got []any
	without := read("")
	for _, cmd := range read("logskew = auto\nwarnnodate = 1h\nwarnnomatch = 2d\n") {
		if !slices.ContainsFunc(without, func(x any) bool { return cmp.Equal(x, cmd) }) {
			got = append(got, cmd)
		}
	}
	want := []any{[]any{"set", "a", "logskew", "auto"}, []any{"set", "a", "warnnodate", "1h"}, []any{"set", "a", "warnnomatch", "2d"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, cmd := range without {
		if text := fmt.Sprint(cmd); strings.Contains(text, "logskew") || strings.Contains(text, "warnno") {
			t.Errorf("not set, and yet sent: %s", text)
		}
	}
}
