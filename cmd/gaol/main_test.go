package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOurPackagesHaveNothingToDoBeforeMain keeps the start of a client's command short: what a package makes for its variables is made
// whenever any of our programs starts. Put it off with package lazy, or write it so that the compiler can lay it out.
func TestOurPackagesHaveNothingToDoBeforeMain(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	seen := 0
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(line, "init "); ok {
			seen++
			if name, _, _ = strings.Cut(name, " "); strings.HasPrefix(name, "gaol/") {
				ours = append(ours, name)
			}
		}
	}
	slices.Sort(ours)
	known := []string{
		"gaol/internal/config/omap", // draws the seed of its hash
		"gaol/internal/logging",     // notes when the program started
		"gaol/internal/pyre",        // three tables that are put off in another way
	}
	if diff := cmp.Diff(known, ours); diff != "" || seen < 50 {
		t.Errorf("of %d packages with something to do, these of ours (-known +got):\n%s", seen, diff)
	}
}
