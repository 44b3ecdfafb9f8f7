package config

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A recorded case is a configuration tree and what the original (1.1.2-dev) made of it. The placeholders @CONF@, @LOGS@ and
// @LOGS2@ stand for directories.
type recorded struct {
	ID    string            `json:"id"`
	Group string            `json:"group"`
	Args  []string          `json:"argv"`
	Files map[string]string `json:"files"`
	New   outcome           `json:"new"`
}

// An outcome is what a run printed and how it ended. Log holds level and text of each line of stderr.
type outcome struct {
	Code   int         `json:"rc"`
	Stdout string      `json:"stdout"`
	Log    [][2]string `json:"log"`
}

func TestRecordedCases(t *testing.T) {
	for _, c := range readCases(t, "testdata/cases.jsonl") {
		t.Run(c.Group+"/"+c.ID, func(t *testing.T) {
			dir := newPlaces(t)
			dir.write(t, c.Files)
			got := dir.run(t, c.Args)
			want := c.New
			for i := range want.Log {
				want.Log[i][1] = dir.expand(want.Log[i][1])
			}
			want.Stdout = sortLogPaths(dir.expand(want.Stdout))
			got.Stdout = sortLogPaths(got.Stdout)
			if why, ok := deliberate[c.ID]; ok {
				if cmp.Equal(want, got) {
					t.Errorf("no difference any more, though listed: %s", why)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// deliberate lists the recorded cases in which we differ, and why.
var deliberate = map[string]string{
	"i6known3":      "a third file may extend what a second one extended; fatal there",
	"i6knowndefdef": "so it is in [DEFAULT]",
	"d1":            "a common file that includes its own .local has it read twice; fatal there",
	"u1":            "jail.local may include jail.conf; fatal there",
}

// sortLogPaths sorts runs of log files of one jail: the original lists a directory in no particular order.
func sortLogPaths(dump string) string {
	lines := strings.Split(dump, "\n")
	for i := 0; i < len(lines); i++ {
		end := i
		for end < len(lines) && strings.Contains(lines[end], ", 'addlogpath', ") {
			end++
		}
		slices.Sort(lines[i:end])
	}
	return strings.Join(lines, "\n")
}

func readCases(t *testing.T, file string) []recorded {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []recorded
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// places are the directories that the placeholders of a case stand for.
type places struct{ conf, logs, logs2 string }

func newPlaces(t *testing.T) places {
	t.Helper()
	root := t.TempDir()
	p := places{filepath.Join(root, "conf"), filepath.Join(root, "logs"), filepath.Join(root, "logs2")}
	for _, dir := range []string{p.conf, p.logs, p.logs2, filepath.Join(p.logs, "dir.log")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a.log", "b.log", "c1.log", "c2.log", "sp ace.log"} {
		writeFile(t, filepath.Join(p.logs, name), "")
	}
	writeFile(t, filepath.Join(p.logs2, "x.log"), "")
	writeFile(t, filepath.Join(p.logs2, "b.txt"), "")
	if err := os.Symlink("nowhere", filepath.Join(p.logs, "dang.log")); err != nil {
		t.Fatal(err)
	}
	return p
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p places) expand(s string) string {
	return strings.NewReplacer("@CONF@", p.conf, "@LOGS@", p.logs, "@LOGS2@", p.logs2).Replace(s)
}

func (p places) write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		writeFile(t, filepath.Join(p.conf, name), p.expand(content))
	}
}

var logPrefix = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \S+ *\[\d+\]: (\S+) +(.*)$`)

// run does what the client does for the arguments that occur in the cases.
func (p places) run(t *testing.T, args []string) outcome {
	t.Helper()
	o := Options{Version: "1.1.2.dev1"}
	test, dump := false, false
	for i := 0; i < len(args); i++ {
		value := ""
		if i+1 < len(args) {
			value = p.expand(args[i+1])
		}
		switch args[i] {
		case "-c":
			o.Source = Dir(value)
		case "-s":
			o.Socket = value
		case "-p":
			o.PidFile = value
		case "--loglevel":
			o.LogLevel = value
		case "--logtarget":
			o.LogTarget = value
		case "--syslogsocket":
			o.SyslogSocket = value
		case "-d":
			dump = true
			continue
		case "-t":
			test = true
			continue
		default:
			t.Fatalf("argument %q of a case", args[i])
		}
		i++
	}
	var stdout, stderr bytes.Buffer
	got := outcome{}
	switch {
	case test && dump:
		got.Code = RunTest(&stdout, &stderr, o, PlainDump)
	case test:
		got.Code = RunTest(&stdout, &stderr, o, NoDump)
	default:
		got.Code = RunDump(&stdout, &stderr, o, false)
	}
	got.Stdout = stdout.String()
	got.Log = parseLog(stderr.String())
	return got
}

// parseLog splits what a client wrote to stderr into level and text of each message; lines without a prefix go on the one above.
func parseLog(s string) [][2]string {
	log := [][2]string{}
	for _, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		switch m := logPrefix.FindStringSubmatch(line); {
		case m != nil:
			log = append(log, [2]string{m[1], m[2]})
		case len(log) > 0:
			log[len(log)-1][1] += "\n" + line
		case line != "":
			log = append(log, [2]string{"", line})
		}
	}
	return log
}
