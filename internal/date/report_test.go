package date

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSameReportAsPeer compares the date template hits that fail2ban-regex reports, with the real clock.
func TestSameReportAsPeer(t *testing.T) {
	needPeer(t)
	g := newGenerator(5)
	for _, pattern := range []string{"", "{^LN-BEG}", "%b %d %H:%M:%S\n%Y-%m-%d %H:%M:%S\n%H:%M"} {
		q := question{Zone: "UTC", Now: float64(time.Now().Unix()), Pattern: pattern}
		for _, line := range g.lines(int64(q.Now), 1500) {
			if line != "" && !strings.Contains(line, "BST") { // fail2ban-regex ends at an unknown zone
				q.Lines = append(q.Lines, line)
			}
		}
		d, err := detectorWith(q, oldBase())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range q.Lines {
			if _, _, err := findIn(d, []byte(line)); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
		var got []string
		for _, s := range d.Templates() {
			got = append(got, fmt.Sprintf("[%d] %s", s.Hits, s.Name))
		}
		if diff := cmp.Diff(peerReport(t, q), got); diff != "" {
			t.Errorf("pattern %q (-want +got):\n%s", pattern, diff)
		}
	}
}

// peerReport returns the date template hits of fail2ban-regex.
func peerReport(t *testing.T, q question) []string {
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte(strings.Join(q.Lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-v", "--print-no-missed", log, "^<HOST> nowhere$"}
	if q.Pattern != "" {
		args = append([]string{"-d", q.Pattern}, args...)
	}
	cmd := exec.Command("../../.peer/bin/fail2ban-regex", args...)
	cmd.Env = append(os.Environ(), "TZ="+q.Zone, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	_, block, ok := strings.Cut(string(out), "|- [# of hits] date format\n")
	if !ok {
		t.Fatalf("no date template hits (%v):\n%s", err, out)
	}
	block, _, _ = strings.Cut(block, "`-")
	var rows []string
	for line := range strings.Lines(block) {
		rows = append(rows, strings.TrimSpace(strings.TrimPrefix(line, "|")))
	}
	return rows
}
