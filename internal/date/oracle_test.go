package date

import (
	"bufio"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const peer = "../../.peer/root/usr/lib/python3/dist-packages"

// needPeer skips t unless GAOL_FULL asks for the comparison with fail2ban, and fails it if fail2ban is missing then.
func needPeer(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("GAOL_FULL is not set: no comparison with fail2ban")
	}
	if _, err := os.Stat(peer); err != nil {
		t.Fatalf("fail2ban is not unpacked in .peer: %v", err)
	}
}

// An answer is what testdata/oracle.py says to a question.
type answer struct {
	Error   string
	Rows    []json.RawMessage
	Pattern [2]*string
	Order   []stat
}

// A stat is a template's name, hits and distance.
type stat [3]any

// askPeer puts questions to fail2ban and calls check with each answer.
func askPeer(t *testing.T, questions []question, check func(q question, a answer)) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-W", "ignore", "testdata/oracle.py")
	dir, err := filepath.Abs(peer)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "FAIL2BAN="+dir, "PYTHONIOENCODING=utf-8")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for i := range questions {
		// An empty match of {NONE} is an error there, after some of the counting, and no date here.
		questions[i].Lines = slices.DeleteFunc(questions[i].Lines, func(line string) bool { return line == "" })
	}
	enc, dec := json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))
	for _, q := range questions {
		var a answer
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
		if err := dec.Decode(&a); err != nil {
			t.Fatalf("answer to %+v: %v", q, err)
		}
		check(q, a)
	}
	in.Close()
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// oldBase are the base patterns of fail2ban 1.0.2, which knew fewer forms of number 14.
func oldBase() []string {
	base := slices.Clone(basePatterns)
	base[13] = `%ExY%Exm%Exd(?:T|  ?)%ExH%ExM%ExS(?:[.,]%f)?(?:\s*%z)?`
	return base
}

// TestSameAsPeer compares found dates, times, and what was learnt from them with fail2ban 1.0.2, on lines made at random.
func TestSameAsPeer(t *testing.T) {
	needPeer(t)
	g := newGenerator(7)
	var questions []question
	for range 2000 {
		questions = append(questions, g.question(40))
	}
	compareWithPeer(t, questions)
}

// TestSameAsPeerOnSampleLogs does so on the log lines that fail2ban comes with, with usual patterns and those of its jails.
func TestSameAsPeerOnSampleLogs(t *testing.T) {
	needPeer(t)
	configured := peerPatterns(t)
	used := 0
	var questions []question
	for name, lines := range sampleLogs(t) {
		patterns := []string{"", "{^LN-BEG}", `^[^\[]*\[({DATE})` + "\n{^LN-BEG}"}
		if own, ok := configured[name]; ok && !slices.Contains(patterns, own) {
			patterns = append(patterns, own)
			used++
		}
		for _, pattern := range patterns {
			questions = append(questions, question{Zone: "Europe/Zurich", Now: 1124013600, Pattern: pattern, Lines: lines})
		}
	}
	if used < 10 {
		t.Errorf("only %d jails with a pattern of their own have a sample log", used)
	}
	compareWithPeer(t, questions)
}

// sampleLogs returns the lines of each sample log by its file name.
func sampleLogs(t *testing.T) map[string][]string {
	found := map[string][]string{}
	logs := os.DirFS(filepath.Join(peer, "fail2ban/tests/files/logs"))
	err := fs.WalkDir(logs, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(logs, name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(strings.ToValidUTF8(string(text), "\ufffd")) {
			found[name] = append(found[name], strings.TrimRight(line, "\r\n"))
		}
		return nil
	})
	if err != nil || len(found) < 90 {
		t.Fatalf("only %d sample logs: %v", len(found), err)
	}
	return found
}

// peerPatterns returns the datepattern of each jail that fail2ban comes with.
func peerPatterns(t *testing.T) map[string]string {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../.peer/root/etc/fail2ban")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jail.local"), []byte("[DEFAULT]\nenabled = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dump, err := exec.Command("../../.peer/bin/fail2ban-client", "-c", dir, "-d").Output()
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]string{}
	for line := range strings.Lines(string(dump)) {
		rest, ok := strings.CutPrefix(line, "['set', '")
		jail, rest, ok2 := strings.Cut(rest, "', 'datepattern', '")
		value, ok3 := strings.CutSuffix(strings.TrimSpace(rest), "']")
		if ok && ok2 && ok3 {
			patterns[jail] = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\'`, `'`).Replace(value)
		}
	}
	if len(patterns) < 50 {
		t.Fatalf("only %d jails with a datepattern", len(patterns))
	}
	return patterns
}

// compareWithPeer reports where detectors and the peer differ, and gives up after ten lines.
func compareWithPeer(t *testing.T, questions []question) {
	dated, bad := 0, 0
	askPeer(t, questions, func(q question, a answer) {
		d, err := detectorWith(q, oldBase())
		if err != nil || a.Error != "" {
			if err == nil || err.Error() != a.Error {
				t.Errorf("%q: got error %v, want %q", q.Pattern, err, a.Error)
			}
			return
		}
		for i, line := range q.Lines {
			want, got := peerRow(t, a.Rows[i]), rowOf(d, line)
			if len(got) == 1 {
				got = row{"error"}
			}
			if len(got) == 4 {
				dated++
			}
			if diff := cmp.Diff(want, got, sameNumbers); diff != "" {
				t.Errorf("pattern %q zone %s %s now %.0f, line %d %q (-want +got):\n%s", q.Pattern, q.Zone, q.Offset, q.Now, i, line, diff)
				if bad++; bad > 10 {
					t.FailNow()
				}
				return // what follows depends on it
			}
		}
		if diff := cmp.Diff(a.Order, order(d)); diff != "" {
			t.Errorf("pattern %q: order (-want +got):\n%s", q.Pattern, diff)
		}
	})
	t.Logf("%d questions, %d lines with dates", len(questions), dated)
}

// peerRow reads a row of the peer; an exception becomes "error".
func peerRow(t *testing.T, raw json.RawMessage) row {
	if strings.HasPrefix(string(raw), `"`) {
		return row{"error"}
	}
	var r row
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// order returns the names, hits and distances of d's templates in their order.
func order(d *Detector) []stat {
	var all []stat
	for _, e := range d.entries {
		all = append(all, stat{e.name, float64(e.hits), float64(e.distance)})
	}
	return all
}
