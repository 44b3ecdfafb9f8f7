package config

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// These tests compare with Debian's fail2ban 1.0.2, unpacked in .peer at the top of the repository. It is an older version
// than the one whose behaviour we aim at; asOlder says how the two differ.

// A peer is the original's client, kept ready.
type peer struct {
	root string
	in   *json.Encoder
	out  *bufio.Reader
}

// peerRoot returns where the original is unpacked, or skips the test.
func peerRoot(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../../.peer/root")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the original is not unpacked in .peer; nothing to compare with")
	}
	return dir
}

// startPeer readies the original; a run that takes longer than limit is ended with a negative exit code.
func startPeer(t testing.TB, limit time.Duration) *peer {
	t.Helper()
	if testing.Short() {
		t.Skip("compares with the original: takes seconds")
	}
	p := &peer{root: peerRoot(t)}
	cmd := exec.Command("python3", "testdata/peer/driver.py", p.root, strconv.Itoa(int(limit.Seconds())))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("no python3 to run the original: %v", err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("driver: %v", err)
		}
	})
	p.in, p.out = json.NewEncoder(stdin), bufio.NewReader(stdout)
	return p
}

// run returns what the original makes of a command line.
func (p *peer) run(t testing.TB, args ...string) run {
	t.Helper()
	if err := p.in.Encode(args); err != nil {
		t.Fatal(err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var r run
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A run is what a client printed and how it ended.
type run struct {
	Code           int
	Stdout, Stderr string
}

// ourRun is the same of ours, for -c dir -d or -c dir -t.
func ourRun(dir, mode string) run {
	var stdout, stderr bytes.Buffer
	o := Options{Source: Dir(dir), Version: "1.0.2"}
	var r run
	if mode == "-t" {
		r.Code = RunTest(&stdout, &stderr, o, NoDump)
	} else {
		r.Code = RunDump(&stdout, &stderr, o, mode == "--dp")
	}
	r.Stdout, r.Stderr = stdout.String(), stderr.String()
	return r
}

var (
	dateAndPid = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (\S+) *\[\d+\]: `)
	// The newer version says at level debug which defaults it uses.
	defaultUsed = regexp.MustCompile(`(?m)^fail2ban.configreader: WARNING '[^']*' not defined in .*\. Using default one: .*\n`)
	// It has another text for missing logs.
	noLogs = regexp.MustCompile(`(?m)Have not found any log file for '(.*)' jail\.$`)
)

// asOlder brings what the newer version prints into the form that the older one gives it.
func asOlder(r run) run {
	r.Stderr = dateAndPid.ReplaceAllString(r.Stderr, "$1: ")
	r.Stderr = defaultUsed.ReplaceAllString(r.Stderr, "")
	r.Stderr = noLogs.ReplaceAllString(r.Stderr, "Have not found any log file for $1 jail")
	const failed = "ERROR: test configuration failed\n"
	if strings.HasSuffix(r.Stdout, failed) {
		r.Stdout = strings.TrimSuffix(r.Stdout, failed)
		r.Stderr += "fail2ban: ERROR   " + failed
	}
	r.Stdout = sortLogPaths(r.Stdout)
	return r
}

// compare checks that both make the same of a directory.
func compare(t *testing.T, p *peer, dir, mode string) {
	t.Helper()
	want, got := asOlder(p.run(t, "-c", dir, mode)), asOlder(ourRun(dir, mode))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s of %s: -original +ours\n%s", mode, dir, diff)
	}
}

// copyTree copies a directory.
func copyTree(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "conf")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestStockTreeLikeOriginal(t *testing.T) {
	p := startPeer(t, time.Minute)
	dir := copyTree(t, p.root+"/etc/fail2ban")
	compare(t, p, dir, "-d")

	// The one thing in it that the newer version sees otherwise: a parameter that has a variant for IPv6.
	writeFile(t, dir+"/jail.local", "[DEFAULT]\nenabled = true\n[pass2allow-ftp]\naction = %(action_)s\n")
	compare(t, p, dir, "-d")
	compare(t, p, dir, "--dp")
}

// TestStockVariantsLikeOriginal has every mode and log type that stock filters know, for all jails at once; what a filter
// does not know it must treat alike, too. With CONFIG_TREES at its default it contents itself with the first mode.
func TestStockVariantsLikeOriginal(t *testing.T) {
	p := startPeer(t, time.Minute)
	dir := copyTree(t, p.root+"/etc/fail2ban")
	modes := []string{"normal", "ddos", "extra", "aggressive", "rbl", "auth", "errors", "more", "nosuch", ""}
	for i, mode := range modes {
		if number("CONFIG_TREES", defaultTrees) <= defaultTrees && i > 0 {
			break
		}
		for _, rest := range []string{
			"backend = systemd", "backend = polling\nlogpath =",
			"filter = %(__name__)s[mode=%(mode)s, logtype=journal]", "filter = %(__name__)s[mode=%(mode)s, logtype=rfc5424]",
			"filter = %(__name__)s[logtype=short]\naction = %(action_mwl)s\n%(action_xarf)s",
			"action = nftables[type=allports, port=\"%(port)s\"]\n iptables-ipset[name=x]\n firewallcmd-ipset[actname=y]",
		} {
			writeFile(t, dir+"/jail.local", fmt.Sprintf("[DEFAULT]\nenabled = true\nmode = %s\n%s\n[pass2allow-ftp]\nenabled = false\n",
				mode, strings.ReplaceAll(rest, "\n", "\n ")))
			compare(t, p, dir, "-d")
		}
	}
}

func TestOriginalsOwnTestTree(t *testing.T) {
	p := startPeer(t, time.Minute)
	dir := p.root + "/usr/lib/python3/dist-packages/fail2ban/tests/config"
	compare(t, p, dir, "-d")
	compare(t, p, dir, "-t")
}

const defaultTrees = 40

// TestRandomTreesLikeOriginal compares random configurations. CONFIG_TREES sets how many, CONFIG_SEED where to begin.
func TestRandomTreesLikeOriginal(t *testing.T) {
	p := startPeer(t, 5*time.Second) // tags that double would go on for ever
	trees, seed := number("CONFIG_TREES", defaultTrees), number("CONFIG_SEED", 1)
	t.Logf("%d trees from seed %d", trees, seed)
	root := t.TempDir()
	for _, name := range []string{"a1.log", "a2.log", "b.log"} {
		writeFile(t, filepath.Join(root, name), "")
	}
	counts := map[string]int{}
	began := time.Now()
	for i := range trees {
		dir := filepath.Join(root, "conf")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		files := randomTree(int64(seed+i), root)
		for name, content := range files {
			writeFile(t, filepath.Join(dir, name), content)
		}
		verdict := compareRandom(t, p, dir, seed+i)
		counts[verdict]++
		if verdict == "different" && counts[verdict] >= 5 {
			break
		}
	}
	t.Logf("%v in %v", counts, time.Since(began).Round(time.Second))
}

func number(env string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(env))
	if err != nil {
		return otherwise
	}
	return n
}

// compareRandom compares one tree and says what it came to.
func compareRandom(t *testing.T, p *peer, dir string, seed int) string {
	mode := []string{"-d", "-d", "-d", "-t"}[seed%4]
	theirs := p.run(t, "-c", dir, mode)
	if theirs.Code < 0 || strings.Contains(theirs.Stderr, "Failed during configuration: \n") {
		return "original ran out of time or memory"
	}
	want, got := asOlder(theirs), asOlder(ourRun(dir, mode))
	if cmp.Equal(want, got) {
		switch {
		case got.Code == 0 && strings.Count(got.Stdout, "\n") > 8:
			return "same and substantial"
		case got.Code == 0:
			return "same"
		}
		return "same error"
	}
	if why := knownDifference(want, got); why != "" {
		return why
	}
	t.Errorf("seed %d, %s: -original +ours\n%s", seed, mode, cmp.Diff(want, got))
	return "different"
}

// knownDifference names the deliberate difference between two runs, "" if there is none. All concern configurations that are
// fatal to the original.
func knownDifference(want, got run) string {
	fatal := func(text string) bool {
		return want.Code == 255 && strings.Contains(want.Stderr, "Failed during configuration") && strings.Contains(want.Stderr, text)
	}
	switch {
	case fatal("Recursion limit exceeded") && strings.Contains(want.Stderr, "%(known/"):
		return "deliberate: known/… through three layers"
	case fatal("maximum recursion depth") && strings.Contains(got.Stderr, "includes itself"):
		return "deliberate: endless includes"
	}
	return ""
}
