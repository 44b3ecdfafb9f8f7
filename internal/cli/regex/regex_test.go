package regex

import (
	"bytes"
	"context"
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

	"gaol/internal/cli/client"
)

// runTool runs the regex tester in-process.
func runTool(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

var elapsed = regexp.MustCompile(`processed in [0-9.]+ sec`)

// TestCases runs the recorded truth about the command line.
func TestCases(t *testing.T) {
	cases, err := os.ReadFile(filepath.Join("..", "..", "regextest", "testdata", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(cases)) {
		var c struct {
			ID string
			In struct {
				Args  []string
				Files map[string]string
			}
			Out struct {
				RC     int
				Stdout []string
			}
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.ID, func(t *testing.T) {
			utc(t)
			t.Chdir(t.TempDir())
			for name, text := range c.In.Files {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, stdout, _ := runTool(t, c.In.Args...)
			got := strings.Split(strings.TrimRight(elapsed.ReplaceAllString(stdout, "processed in # sec"), "\n"), "\n")
			if d := cmp.Diff(c.Out.Stdout, got); d != "" {
				t.Errorf("output (-want +got):\n%s", d)
			}
			if code != c.Out.RC {
				t.Errorf("exit code %d, want %d", code, c.Out.RC)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // parts
	}{
		{"nothing", nil, 255, "Usage: fail2ban-regex", "ERROR: provide both <LOG> and <REGEX>."},
		{"too many", []string{"a", "b", "c", "d"}, 255, "Usage: fail2ban-regex", "ERROR: provide both <LOG> and <REGEX>."},
		{"unknown long option", []string{"--bogus"}, 2, "", "fail2ban-regex: error: no such option: --bogus"},
		{"unknown short option", []string{"-Z"}, 2, "", "no such option: -Z"},
		{"ambiguous option", []string{"--print-no", "a", "b"}, 2, "", "ambiguous option: --print-no"},
		{"no number", []string{"-L", "x", "a", "b"}, 2, "", "option -L: invalid integer value: 'x'"},
		{"argument missing", []string{"a", "b", "-o"}, 2, "", "-o option requires 1 argument"},
		{"argument too many", []string{"--raw=1"}, 2, "", "--raw option does not take a value"},
		{"exclusive", []string{"--print-no-missed", "--print-all-missed", "a", "b"}, 255, "Usage", "ERROR: --print-no-missed and --print-all-missed are mutually exclusive."},
		{"exclusive too", []string{"--print-no-ignored", "--print-all-ignored", "a", "b"}, 255, "Usage", "ERROR: --print-no-ignored and --print-all-ignored are mutually exclusive."},
		{"help", []string{"-h"}, 0, "--print-all-missed", ""},
		{"version", []string{"-V"}, 0, client.EmulatedVersion + "\n", ""},
		{"long version", []string{"--version"}, 0, "fail2ban-regex " + client.EmulatedVersion + "\n", ""},
		{"bad regex", []string{"x", "(<HOST>"}, 255, "ERROR: Unable to compile regular expression '(", ""},
		{"bad regex, before the ignoreregex", []string{"x", "(<HOST>", "y"}, 255, " : (<HOST>\nERROR: Unable to compile regular expression '(", ""},
		{"bad date pattern", []string{"-d", "%Q", "x", "<HOST>"}, 255, "ERROR: Failed to set datepattern '%Q'", ""},
		{"bad zone", []string{"--TZ", "foo", "x", "<HOST>"}, 255, "ERROR: Unknown or unsupported time zone: 'foo'", ""},
		{"bad encoding", []string{"-e", "foo", "x", "<HOST>"}, 1, "unknown encoding: foo", ""},
		{"bad level", []string{"-l", "foo", "x", "<HOST>"}, 1, "no such log level: foo", ""},
		{"bad usedns", []string{"-l", "error", "--usedns", "foo", "x", "<HOST>"}, 0, "ERROR  E: Incorrect value 'foo' specified for usedns. Using safe 'no'", ""},
		{"messages", []string{"-l", "warning", "x 192.0.2.1", "x <HOST>"}, 0, "WARNINGW: [~jailless~] Match without a timestamp: x 192.0.2.1", ""},
		{"blank line", []string{" \n\n#c\n\r", "<HOST>"}, 0, "Lines: 1 lines, 0 ignored, 0 matched, 1 missed", ""},
		{"bad options", []string{"x", "sshd[x]"}, 255, "ERROR: Wrong filter name or options: ", ""},
		{"options anywhere, abbreviated, clustered", []string{"1700000000 x 192.0.2.1", "--ou", "id", "x <HOST>", "-rv"}, 0, "192.0.2.1\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := runTool(t, c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("got %d\n%s\n%s\nwant %d\n%s\n%s", code, stdout, stderr, c.code, c.stdout, c.stderr)
			}
		})
	}
}

func TestOutputForms(t *testing.T) {
	utc(t)
	const line, pattern = "1700000000 id abc ip 192.0.2.1 u=joe", `^ id <F-ID>\S+</F-ID> ip <ADDR> u=<F-USER>\S+</F-USER>(?P<x>q)?`
	for form, want := range map[string]string{
		"id": "abc", "fid": "abc", "ip": "192.0.2.1", "user": "joe", "host": "None", "nothing": "None", "msg": line,
		"matches":                            "[('', '1700000000', ' id abc ip 192.0.2.1 u=joe')]",
		"row":                                "['abc',\t1700000000.0,\t{'fid': 'abc', 'ip4': '192.0.2.1', 'ip6': None, 'user': 'joe', 'x': None, 'ip': '192.0.2.1'}],",
		"<ip-rev>|<family>|<fid>":            "1.2.0.192.|inet4|abc",
		"<F-USER><sp><F-NO>|<br><msg><nope>": "joe |\n" + line + "<nope>",
	} {
		if _, got, _ := runTool(t, "-o", form, line, pattern); got != want+"\n" {
			t.Errorf("-o %s: got %q, want %q", form, got, want+"\n")
		}
	}
	if _, got, _ := runTool(t, "-i", "-o", "[<fid>] <time> <msg>", "1700000000 x\n1700000000 y 192.0.2.1", "y <HOST>"); got != "[] 1700000000.0 1700000000 x\n" {
		t.Errorf("-i: got %q", got)
	}
}

// TestDefinitions checks how a filter or jail is found and named.
func TestDefinitions(t *testing.T) {
	utc(t)
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"conf/fail2ban.conf":      "[Definition]\n",
		"conf/jail.conf":          "[DEFAULT]\nmode = normal\n[web]\nfilter = app[word=%(mode)s]\nlogpath = /nowhere\naction = missing\n",
		"conf/filter.d/app.conf":  "[INCLUDES]\nbefore = base.conf\n[Definition]\nfailregex = ^ %(_p)s<word> <HOST>$\n[Init]\nword = bad\nmaxlines = 2\ndatepattern = ^EPOCH\n",
		"conf/filter.d/app.local": "[Definition]\nignoreregex = ign\n",
		"conf/filter.d/base.conf": "[Definition]\n_p = p-\n",
		"own.conf":                "[Definition]\nfailregex = ^ own <HOST>\n",
		"own.fil":                 "[Definition]\nfailregex = ^ fil <HOST>\n",
		"log":                     "1700000000 p-bad 192.0.2.1\n1700000000 p-normal 192.0.2.2\n1700000000 own 192.0.2.3\n1700000000 fil 192.0.2.4\n1700000000 p-x% 192.0.2.5\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app := "Use         maxlines : 2\nUse      datepattern : ^EPOCH : {^LN-BEG}Epoch\n"
	for _, c := range []struct{ regex, header, ids string }{
		{"app", "Use      filter file : app, basedir: conf\n" + app, "192.0.2.1\n"},
		{"app.conf", "Use      filter file : app, basedir: conf\n" + app, "192.0.2.1\n"},
		{"app[word='x%']", "Use      filter file : app, basedir: conf\nUse   filter options : {'word': 'x%'}\n" + app, "192.0.2.5\n"},
		{"conf/filter.d/app.conf", "Use      filter file : app, basedir: conf\n" + app, "192.0.2.1\n"},
		{"web", "Use             jail : web\n" + app, "192.0.2.2\n"},
		{"web[mode=bad]", "Use             jail : web\nUse   filter options : {'mode': 'bad'}\n" + app, "192.0.2.1\n"},
		{"./own.conf", "Use      filter file : ./own.conf\n", "192.0.2.3\n"},
		{"./own.fil", "Use      filter file : ./own.fil\n", "192.0.2.4\n"},
	} {
		t.Run(c.regex, func(t *testing.T) {
			_, out, _ := runTool(t, "-c", "conf", "log", c.regex)
			header, _, _ := strings.Cut(strings.TrimPrefix(out, "\nRunning tests\n=============\n\n"), "Use         log file")
			if d := cmp.Diff(c.header, header); d != "" {
				t.Errorf("header (-want +got):\n%s", d)
			}
			_, ids, _ := runTool(t, "-c", "conf", "-o", "id", "log", c.regex)
			if ids != c.ids {
				t.Errorf("ids: got %q, want %q", ids, c.ids)
			}
		})
	}
	if code, out, _ := runTool(t, "-c", "conf", "log", "own.conf"); code != 255 || !strings.Contains(out, "failregex line : own.conf") {
		t.Errorf("a file that is not in filter.d: got %d\n%s", code, out)
	}
}

// utc makes the local zone UTC for one test.
func utc(t *testing.T) {
	t.Helper()
	before := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = before })
}

func TestEncodings(t *testing.T) {
	utc(t)
	t.Chdir(t.TempDir())
	utf16 := ""
	for _, r := range "1700000000 Ċ bad 192.0.2.1\n1700000000 x\n" {
		utf16 += string([]byte{byte(r), byte(r >> 8)})
	}
	for encoding, text := range map[string]string{"utf-16-le": utf16, "latin1": "1700000000 \xc4 bad 192.0.2.1\n1700000000 x\n", "": "1700000000 \xff bad 192.0.2.1\r\n\n# c\n1700000000 x\n"} {
		if err := os.WriteFile("log", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, got, _ := runTool(t, "-e", encoding, "-o", "id", "log", `^ [^a-z ] bad <HOST>$`); got != "192.0.2.1\n" {
			t.Errorf("encoding %q: got %q", encoding, got)
		}
		if _, got, _ := runTool(t, "-e", encoding, "log", `^ [^a-z ] bad <HOST>$`); !strings.Contains(got, "Lines: 2 lines, 0 ignored, 1 matched, 1 missed") {
			t.Errorf("encoding %q: %s", encoding, got)
		}
	}
}

// TestContainerLog has a log as Docker writes it: with a date of the container's own, and a line in two pieces.
func TestContainerLog(t *testing.T) {
	utc(t)
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("containers/c", 0o700); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 16<<10)
	log := ""
	for _, text := range []string{`1600000000 bad 192.0.2.1\n`, `\n`, `# c\n`, `1600000000 bad 192.0.2.2 ` + long, `x end\n`, `1600000000 bad 192.0.2.3`} {
		log += `{"log":"` + text + `","stream":"stdout","time":"2023-11-14T22:13:20Z"}` + "\n"
	}
	if err := os.WriteFile("containers/c/c-json.log", []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	_, got, _ := runTool(t, "-o", "row", "containers/c/c-json.log", `^ bad <HOST>(?: x+ end)?$`)
	rows := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for i, row := range rows {
		if want := fmt.Sprintf("192.0.2.%d", i+1); !strings.Contains(row, want) || !strings.Contains(row, "1700000000") {
			t.Errorf("row %d: no %s at the time of the engine in %.200s", i, want, row)
		}
	}
	if len(rows) != 3 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestJournal reads a journal made by systemd-journal-remote.
func TestJournal(t *testing.T) {
	const remote = "/lib/systemd/systemd-journal-remote"
	if _, err := os.Stat(remote); err != nil {
		t.Skip("systemd-journal-remote is not installed")
	}
	utc(t)
	t.Chdir(t.TempDir())
	var export strings.Builder
	for i, message := range []string{"bad from 192.0.2.1", "noise", "bad from 192.0.2.2"} {
		fmt.Fprintf(&export, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\n_MACHINE_ID=%032x\n", 1700000000000000+i*1000000, i+1, 7, 8)
		fmt.Fprintf(&export, "_HOSTNAME=h\nSYSLOG_IDENTIFIER=app\n_PID=%d\n_COMM=app%d\nMESSAGE=%s\n\n", i+1, i%2, message)
	}
	if err := os.WriteFile("x.export", []byte(export.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(remote, "-o", "x.journal", "x.export").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const log = "systemd-journal[journalfiles=x.journal]"
	_, got, _ := runTool(t, "-o", "<ip> <time> <msg>", log, "bad from <HOST>")
	want := "192.0.2.1 1700000000.0 2023-11-14T22:13:20+00:00 h app[1]: bad from 192.0.2.1\n" +
		"192.0.2.2 1700000002.0 2023-11-14T22:13:22+00:00 h app[3]: bad from 192.0.2.2\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	_, got, _ = runTool(t, "-m", "_COMM=app1 + 'SYSLOG_IDENTIFIER=none'", log, "bad from <HOST>")
	for _, part := range []string{
		"Use         systemd journal\n", "Use    journal match : _COMM=app1 + SYSLOG_IDENTIFIER=none\n",
		"Lines: 1 lines, 0 ignored, 0 matched, 1 missed\n", "|  2023-11-14T22:13:21+00:00 h app[2]: noise\n",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("report lacks %q:\n%s", part, got)
		}
	}
	if strings.Contains(got, "Date template") {
		t.Error("date formats shown for the journal")
	}
	if code, out, _ := runTool(t, "systemd-journal[color=red]", "bad from <HOST>"); code != 255 || !strings.Contains(out, `ERROR: backend systemd has no parameter "color"`) {
		t.Errorf("got %d\n%s", code, out)
	}
}
