package regex

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// peerTests is where the original keeps its sample logs and test filters.
const peerTests = "root/usr/lib/python3/dist-packages/fail2ban/tests"

// peerDir returns the directory of the oracle (test/peer/fetch), or skips the test.
func peerDir(t *testing.T) string {
	t.Helper()
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("set GAOL_FULL=1 to compare with the original")
	}
	dir, err := filepath.Abs("../../../.peer")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bin", "fail2ban-regex")); err != nil {
		t.Fatalf("the original is not there (run test/peer/fetch .peer): %v", err)
	}
	return dir
}

// runPeer runs the original's regex tester.
func runPeer(t *testing.T, peer string, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(peer, "bin", "fail2ban-regex"), args...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8")
	out, _ := cmd.Output() // what matters is what it prints
	return string(out)
}

// A sample is a log of the original with one set of options that it names.
type sample struct{ log, filter, options string }

var optionsMark = regexp.MustCompile(`filterOptions:\s*(.*)`)

// samples returns every sample log that has a stock filter, with every set of options named in it.
func samples(t *testing.T, peer string) []sample {
	t.Helper()
	root := filepath.Join(peer, peerTests, "files", "logs")
	var all []sample
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		filter := filepath.Base(path)
		if _, err := os.Stat(filepath.Join(peer, "root/etc/fail2ban/filter.d", filter+".conf")); err != nil {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sets := []string{""}
		for _, m := range optionsMark.FindAllSubmatch(text, -1) {
			for _, o := range optionSets(t, m[1]) {
				if !slices.Contains(sets, o) {
					sets = append(sets, o)
				}
			}
		}
		for _, o := range sets {
			all = append(all, sample{path, filter, o})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 90 {
		t.Fatalf("only %d samples", len(all))
	}
	return all
}

// optionSets returns the sets of options in a mark, written as a filter's brackets.
func optionSets(t *testing.T, mark []byte) []string {
	t.Helper()
	var many []map[string]string
	if err := json.Unmarshal(mark, &many); err != nil {
		var one map[string]string
		if err := json.Unmarshal(mark, &one); err != nil {
			t.Fatalf("%s: %v", mark, err)
		}
		many = append(many, one)
	}
	var sets []string
	for _, m := range many {
		var words []string
		for name, value := range m {
			if !strings.HasPrefix(name, "test.") {
				words = append(words, fmt.Sprintf("%s=%q", name, value))
			}
		}
		slices.Sort(words)
		if len(words) == 0 {
			sets = append(sets, "")
			continue
		}
		sets = append(sets, "["+strings.Join(words, ", ")+"]")
	}
	return sets
}

// canonicalRows is a Python program that rewrites rows so that they compare: without groups that took no part (which of them
// are shown differs between releases of the original, and so does the order that they leave behind), names and sets sorted, and
// the present time by that name.
const canonicalRows = `
import ast, json, sys, time
for line in sys.stdin:
    who, when, data = ast.literal_eval(line.strip().rstrip(","))
    if when is not None and abs(when - time.time()) < 3600: when = "now"
    print(json.dumps([who, when, {k: sorted(v) if isinstance(v, set) else v for k, v in sorted(data.items()) if v is not None}]))
`

func canonical(t *testing.T, rows string) []string {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-c", canonicalRows)
	cmd.Stdin = strings.NewReader(rows)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("rows are no Python: %v\n%s", err, rows)
	}
	return strings.Split(string(out), "\n")
}

// compareRows compares what both find in log with the filter of s, and returns the number of rows.
func (s *sample) compareRows(t *testing.T, peer, log string) int {
	t.Helper()
	args := []string{"-c", filepath.Join(peer, "root/etc/fail2ban"), "--raw", "-o", "row", log, s.filter + ".conf" + s.options}
	want := canonical(t, runPeer(t, peer, args...))
	_, got, _ := runTool(t, args...)
	if d := cmp.Diff(want, canonical(t, got)); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	return len(want) - 1
}

// TestSamplesLikePeer compares the failures found in every sample log.
func TestSamplesLikePeer(t *testing.T) {
	peer := peerDir(t)
	utc(t)
	rows := 0
	for _, s := range samples(t, peer) {
		t.Run(s.filter+s.options, func(t *testing.T) {
			rows += s.compareRows(t, peer, s.log)
		})
	}
	t.Logf("%d rows compared", rows)
}

// reported are the filters whose whole reports are compared.
var reported = []string{
	"sshd", "postfix", "dovecot", "apache-auth", "nginx-http-auth", "asterisk", "named-refused", "exim", "proftpd", "mysqld-auth", "mongodb-auth",
}

// TestReportsLikePeer compares reports, line by line, but for the name of the filter's label, prefregex (whose tags expand to
// other words) and the time it took.
func TestReportsLikePeer(t *testing.T) {
	peer := peerDir(t)
	utc(t)
	config := filepath.Join(peer, "root/etc/fail2ban")
	for _, name := range reported {
		t.Run(name, func(t *testing.T) {
			log := filepath.Join(peer, peerTests, "files", "logs", name)
			for _, more := range []string{"--print-all-matched", "--verbose"} {
				args := []string{"-c", config, "--raw", "--print-all-missed", more, log, name + ".conf"}
				want := comparable(runPeer(t, peer, args...))
				_, got, _ := runTool(t, args...)
				if d := cmp.Diff(want, comparable(got)); d != "" {
					t.Errorf("report with %s (-want +got):\n%s", more, d)
				}
			}
		})
	}
}

var incomparable = regexp.MustCompile(`(?m)(?:^Use +failregex filter file|^Use +filter file|processed in [0-9.]+ sec|^\|  .*\(\?P<content>.*$)`)

// comparable returns the lines of a report. The original at hand knows fewer forms of one date format, and lines without a date
// show the present.
func comparable(report string) []string {
	today := time.Now().UTC()
	present := regexp.MustCompile(today.Format(`Mon Jan 02 `) + `\d\d:\d\d:\d\d ` + today.Format(`2006`))
	report = present.ReplaceAllString(report, "now")
	report = strings.ReplaceAll(report, "(?:-|T|  ?)Ex24hour:?ExMinute:?ExSecond", "(?:T|  ?)Ex24hourExMinuteExSecond")
	return strings.Split(incomparable.ReplaceAllString(report, "#"), "\n")
}

// longLog writes 1.2 MB of the lines of a log in any order, which is enough for several workers and for lines that lead to nothing to be
// only counted, and returns the path.
func longLog(t *testing.T, log string, r *rand.Rand) string {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(bytes.SplitAfter(text, []byte("\n")), func(l []byte) bool { return len(l) < 2 || l[0] == '#' })
	noise := []byte("Nov 14 22:13:20 host prog[12]: nothing of interest\n")
	share := []float64{0, 0.6, 0.98}[r.IntN(3)] // of lines that lead to nothing
	var long []byte
	for len(long) < 1200<<10 {
		l := noise
		if r.Float64() >= share {
			l = lines[r.IntN(len(lines))]
		}
		long = append(long, l...)
		if l[len(l)-1] != '\n' {
			long = append(long, '\n')
		}
	}
	path := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(path, long, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// spanning are filters whose expressions span lines. No log of theirs is worked on in pieces, and the original does not count a line that
// such an expression has spanned as matched while an equal one stands among the last lines (docs/compatibility.md).
var spanning = []string{"slapd", "mongodb-auth"}

// TestLongLogsLikePeer compares the reports of logs that are long enough to be worked on in pieces.
func TestLongLogsLikePeer(t *testing.T) {
	peer := peerDir(t)
	utc(t)
	r := rand.New(rand.NewPCG(1, 0))
	for _, s := range samples(t, peer) {
		if s.options != "" || slices.Contains(spanning, s.filter) {
			continue
		}
		t.Run(s.filter, func(t *testing.T) {
			args := []string{"-c", filepath.Join(peer, "root/etc/fail2ban"), longLog(t, s.log, r), s.filter + ".conf"}
			want := comparable(runPeer(t, peer, args...))
			_, got, _ := runTool(t, args...)
			if d := cmp.Diff(want, comparable(got)); d != "" {
				t.Errorf("report (-want +got):\n%.3000s", d)
			}
		})
	}
}
