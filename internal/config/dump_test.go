package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrintedIsTheStream compares what is laid out jail by jail with the stream as a whole, of jails good, wrong, and long beyond the
// memory that one usually takes.
func TestPrintedIsTheStream(t *testing.T) {
	long := "[DEFAULT]\nenabled = true\nbackend = systemd\n"
	for _, jail := range []string{"a", "b", "c", "d"} {
		long += "[" + jail + "]\nfilter =\nfailregex = " + strings.Repeat("x", 3*sheetSize) + "\n" + strings.Repeat("  y\n", 500)
	}
	sources := map[string]Source{
		"a crowd":    crowd(),
		"a parish":   parish(),
		"long jails": inMemory("jail.conf", long),
		"no jails":   inMemory("jail.conf", ""),
	}
	for name, source := range sources {
		printedIsTheStream(t, name, Options{Source: source})
	}
}

func TestRandomPrintedIsTheStream(t *testing.T) {
	for seed := range int64(400) {
		var files []string
		for name, content := range randomTree(seed, "/nowhere") {
			files = append(files, name, content)
		}
		printedIsTheStream(t, fmt.Sprint("seed ", seed), Options{Source: inMemory(files...), AllowNoLogs: true})
	}
}

func printedIsTheStream(t *testing.T, name string, o Options) {
	t.Helper()
	var want, got, wantSaid, gotSaid bytes.Buffer
	c, err := Read(o)
	dump(&want, c, false)
	c.Messages.print(&wantSaid, debugging)
	printed, printedErr := readPrinted(o)
	dump(&got, printed, false)
	printed.Messages.print(&gotSaid, debugging)
	if fmt.Sprint(err) != fmt.Sprint(printedErr) || got.String() != want.String() || untimed(gotSaid) != untimed(wantSaid) {
		t.Errorf("%s: %v, %v: -want +got\n%s%s", name, err, printedErr, cmp.Diff(want.String(), got.String()), cmp.Diff(untimed(wantSaid), untimed(gotSaid)))
	}
}

// untimed returns log lines without their times.
func untimed(log bytes.Buffer) string {
	return regexp.MustCompile(`(?m)^\S+ \S+`).ReplaceAllString(log.String(), "")
}

// TestLaidOutActions sees to it that actions are laid out once for many jails, and that there are others.
func TestLaidOutActions(t *testing.T) {
	r := newReader(Options{Source: parish(), AllowNoLogs: true})
	r.printing = true
	set, err := r.load("jail")
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := r.drafts(set)
	if err != nil {
		t.Fatal(err)
	}
	laidOut, others := 0, 0
	for _, d := range drafts {
		for _, use := range d.actions {
			if use.outline != nil && use.outline.prints(use.params) {
				laidOut++
			} else {
				others++
			}
		}
	}
	if laidOut < 20 || others < 20 {
		t.Errorf("%d actions are laid out once and %d are not; the test is to see both", laidOut, others)
	}
}
