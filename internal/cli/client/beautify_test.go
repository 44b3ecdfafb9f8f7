package client

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/pickle"
)

// A recordedCase is a command that was given to the original, what its server answered and what its client printed.
type recordedCase struct {
	ID, Kind, Stdout string
	Argv             []string
	RC               *int
	StdoutRe         string     `json:"stdout_re"`
	Stderr           [][]string // logger, level, text
	ReplyHex         string     `json:"reply_hex"`
}

// recordedCases returns the recorded commands that were answered, one case for each version that did so differently.
func recordedCases(t *testing.T) []recordedCase {
	t.Helper()
	f, err := os.Open("../../pickle/testdata/server_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []recordedCase
	add := func(c recordedCase) {
		if c.Kind == "cmd" && c.ReplyHex != "" {
			cases = append(cases, c)
		}
	}
	for scan := bufio.NewScanner(f); scan.Scan(); {
		c := recordedCase{}
		line := struct {
			*recordedCase
			ByPeer map[string]json.RawMessage `json:"by_peer"`
		}{recordedCase: &c}
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		add(c)
		for peer, differing := range line.ByPeer {
			p := c
			p.ID += "/" + peer
			if err := json.Unmarshal(differing, &p); err != nil {
				t.Fatal(err)
			}
			add(p)
		}
	}
	return cases
}

// logLines takes the client's log lines apart: logger, level, text.
func logLines(t *testing.T, log string) [][]string {
	t.Helper()
	lines := [][]string{}
	form := regexp.MustCompile(`(?m)^\S+ \S+ (\S+) *\[\d+\]: (\S+) +(.*)$`)
	for _, m := range form.FindAllStringSubmatch(log, -1) {
		lines = append(lines, m[1:])
	}
	if len(lines) != strings.Count(log, "\n") {
		t.Errorf("not all of this is log lines: %s", log)
	}
	return lines
}

func TestRecordedAnswersArePrintedAsTheOriginalDoes(t *testing.T) {
	cases := recordedCases(t)
	if len(cases) < 85 {
		t.Fatalf("only %d recorded answers", len(cases))
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			client := newCommander(&Options{}, Means{}, nil, &stdout, &stderr)
			client.server = &config.Server{}
			value, err := answerOf(t, c.ReplyHex)
			code := client.show(c.Argv, value, err)
			if code != *c.RC {
				t.Errorf("exit code %d, want %d", code, *c.RC)
			}
			if c.StdoutRe != "" {
				if !regexp.MustCompile(c.StdoutRe).Match(stdout.Bytes()) {
					t.Errorf("stdout %q, want %s", stdout.String(), c.StdoutRe)
				}
			} else if diff := cmp.Diff(c.Stdout, stdout.String()); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.Stderr, logLines(t, stderr.String())); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
		})
	}
}

// answerOf decodes a recorded reply to what Client.Call returns for it.
func answerOf(t *testing.T, replyHex string) (any, error) {
	t.Helper()
	reply, err := hex.DecodeString(replyHex)
	if err != nil {
		t.Fatal(err)
	}
	v, err := pickle.Decode(reply, pickle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	parts := v.(pickle.Tuple)
	if parts[0] == int64(0) {
		return parts[1], nil
	}
	return nil, &control.Exception{Object: parts[1].(*pickle.Object)}
}

func tupleOf(v ...any) pickle.Tuple { return v }

func listOf(v ...any) []any { return append([]any{}, v...) }

func TestBeautify(t *testing.T) {
	counts := func(now, ever int) pickle.Tuple { return tupleOf(now, ever) }
	jail := listOf(tupleOf("Filter", listOf(tupleOf("A", 1), tupleOf("B", listOf("x", 2)), tupleOf("C", nil))), tupleOf("Actions", listOf(tupleOf("D", ""))))
	tests := []struct {
		name, cmd string
		value     any
		want      string
	}{
		{"nothing", "sleep 1", nil, "None"},
		{"text of several lines", "get x action y actionban", "a\nb", "a\nb"},
		{"float", "get x bantime", 600.0, "600.0"},
		{"tuple", "get x y", tupleOf(1), "(1,)"},
		{"jail started", "start x", nil, "Jail started"},
		{"jail stopped", "stop x", nil, "Jail stopped"},
		{"all jails stopped", "stop --all", nil, "Jail stopped"},
		{"server stopped", "stop", nil, "Shutdown successful"},
		{"jail added", "add x polling", "x", "Added jail x"},
		{"log flushed", "flushlogs", "flushed", "logs: flushed"},
		{"echo of other values", "echo a", listOf(1, "b"), "1 b"},
		{"syslog socket", "get syslogsocket", "auto", "Current syslog socket is:\n`- auto"},
		{"log level of a foreign command", "foo loglevel", "x", "Current logging level is 'x'"},
		{"no database", "get dbfile", nil, "Database currently disabled"},
		{"no purge age", "set dbpurgeage x", nil, "Database currently disabled"},
		{"purge age with a fraction", "get dbpurgeage", 86400.7, "Current database purge age is:\n`- 86400seconds"},
		{"no log files", "set x dellogpath f", listOf(), "No file is currently monitored"},
		{"nothing ignored", "get x ignoreip", listOf(), "No IP address/network is ignored"},
		{"two expressions", "set x addfailregex r", listOf("a", "b"), "The following regular expression are defined:\n|- [0]: a\n`- [1]: b"},
		{"journal matches", "get x journalmatch", listOf(listOf("A=1", "+", "B=2"), listOf("C=3")), "Current match filter:\nA=1 + B=2 + C=3"},
		{"no date pattern", "get x datepattern", nil, "Current date pattern set to: Not set/required"},
		{"named date pattern", "set x datepattern p", tupleOf(nil, "Epoch"), "Current date pattern set to: Epoch"},
		{"no actions", "get x actions", listOf(), "No actions for jail x"},
		{"actions", "get x actions", listOf("a", "b"), "The jail x has the following actions:\na, b"},
		{"no properties", "get x actionproperties y", listOf(), "No properties for jail x action y"},
		{"methods", "get x actionmethods y", listOf("a", "b"), "The jail x action y has the following methods:\na, b"},
		{"a property called like a list", "get x action y actions", listOf("a"), "['a']"},
		{"bans with a separator", "get x banip ;", listOf("a", "b"), "a;b"},
		{"no bans", "get x banip", listOf(), ""},
		{"bans with times", "get x banip --with-time", listOf("a", "b"), "a\nb"},
		{"number of bans", "set x banip a", 2, "2"},
		{"jail", "status x", jail, "Status for the jail: x\n|- Filter\n|  |- A:\t1\n|  |- B:\tx 2\n|  `- C:\tNone\n`- Actions\n   `- D:\t"},
		{"jail without parts", "status x short", listOf(), "Status for the jail: x"},
		{"no jails in detail", "status --all", listOf(tupleOf("Number of jail", 0), tupleOf("Jail list", ""), pickle.NewDict()), "Status\n|- Number of jail:\t0\n`- Jail list:\t"},
		{"no jails in the table", "stats", pickle.NewDict(), "No jails found."},
		{"table of one jail", "status x stats", listOf("polling", counts(1, 20000), counts(3, 4)), "" +
			"          ║          ║ Filter      ║ Actions  \n" +
			" Jail     ║ Backend  ╟─────────────╫───────────\n" +
			"          ║          ║ cur │   tot ║ cur │ tot\n" +
			"══════════╬══════════╬═════════════╬═══════════\n" +
			" x        ║ polling  ║   1 │ 20000 ║   3 │   4\n" +
			"══════════╩══════════╩═════════════╩═══════════"},
		{"statistic stays raw", "statistic", pickle.NewDict("x", listOf("polling", counts(0, 0), counts(0, 0))), "{'x': ['polling', (0, 0), (0, 0)]}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, beautify(strings.Split(tt.cmd, " "), tt.value, true)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatisticsInASCII(t *testing.T) {
	row := func() []any { return listOf("polling", tupleOf(0, 0), tupleOf(0, 0)) }
	const want = "" +
		"          |          | Filter    | Actions  \n" +
		" Jail     | Backend  |-----------x-----------\n" +
		"          |          | cur | tot | cur | tot\n" +
		"----------x----------x-----------x-----------\n" +
		" sshd     | polling  |   0 |   0 |   0 |   0\n" +
		"---------------------------------------------"
	got := beautify([]string{"stats"}, pickle.NewDict("sshd", row()), false)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBeautifyPrintsWhatDoesNotFitAsItIs gives every form values that it is not made for.
func TestBeautifyPrintsWhatDoesNotFitAsItIs(t *testing.T) {
	cmds := []string{
		"start x", "stop", "stop x", "add x", "flushlogs", "echo", "status", "status x", "status --all", "status x stats", "stats",
		"get logtarget", "get syslogsocket", "get dbfile", "get dbpurgeage", "get x logpath", "get x ignoreip",
		"get x failregex", "get x logencoding", "get x journalmatch", "get x datepattern", "get x banip", "get x actions",
		"get x actionproperties y",
	}
	for _, cmd := range cmds {
		words := strings.Split(cmd, " ")
		for _, v := range []any{true, pickle.NewDict("a", "b"), &pickle.Set{}} {
			if got, want := beautify(words, v, true), pickle.Str(v); got != want {
				t.Errorf("%s: %s printed as %s", cmd, want, got)
			}
		}
		for _, v := range []any{listOf(true), listOf(tupleOf(1)), tupleOf(tupleOf(), listOf(1, 2, 3)), tupleOf("a", "b", "c"), "text", 5, nil} {
			beautify(words, v, true) // must not panic
		}
	}
}

func TestExceptionText(t *testing.T) {
	tests := []struct {
		name string
		err  *control.Exception
		want string
	}{
		{"unknown jail", control.UnknownJail("it's"), `Sorry but the jail "it's" does not exist`},
		{"known jail", control.DuplicateJail("x"), "The jail 'x' already exists"},
		{"too few words", control.MissingArgument(), "Sorry but the command is invalid"},
		{"key", control.KeyError("a"), "'a'"},
		{"anything else", control.ValueError("a"), "a"},
		{"unknown jail without a name", &control.Exception{Object: &pickle.Object{Class: "UnknownJailException", Args: pickle.Tuple{}}}, "Sorry but the jail  does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exceptionText(tt.err.Object); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
