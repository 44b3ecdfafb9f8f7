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
	all, _ := initialised(t, "gaol.test", "-test.run=^$")
	var ours []string
	for _, name := range all {
		if strings.HasPrefix(name, "gaol/") {
			ours = append(ours, name)
		}
	}
	slices.Sort(ours)
	known := []string{
		"gaol/internal/cli/early",        // may be all there is to do
		"gaol/internal/cli/early/tester", // likewise
		"gaol/internal/config/omap",      // draws the seed of its hash
		"gaol/internal/logging",          // notes when the program started
		"gaol/internal/pyre",             // two tables that are put off in another way
	}
	if diff := cmp.Diff(known, ours); diff != "" || len(all) < 50 {
		t.Errorf("of %d packages with something to do, these of ours (-known +got):\n%s", len(all), diff)
	}
}

// TestClientCommandsComeBeforeTheLibraries is what package early is for.
func TestClientCommandsComeBeforeTheLibraries(t *testing.T) {
	packages, out := initialised(t, "fail2ban-client", "--str2sec", "1h")
	for _, late := range []string{
		"net", "crypto/x509", "go.starlark.net/starlark", "modernc.org/libc", "modernc.org/sqlite/lib", "modernc.org/mathutil", "regexp",
		"github.com/dustin/go-humanize",
	} {
		if slices.Contains(packages, late) {
			t.Errorf("%s is initialised before a command that does not need it", late)
		}
	}
	if !strings.HasSuffix(out, "\n3600\n") || len(packages) == 0 {
		t.Errorf("printed %q", out)
	}
}

// TestTheTesterComesBeforeTheServer is what package early/tester is for. Of what it waits for nothing may wait for what comes late.
func TestTheTesterComesBeforeTheServer(t *testing.T) {
	packages, out := initialised(t, "fail2ban-regex", "-d", "^EPOCH", "1700000000 bad 192.0.2.1", "bad <HOST>")
	for _, late := range []string{"modernc.org/libc", "modernc.org/sqlite/lib", "github.com/google/nftables", "crypto/x509", "crypto/tls"} {
		if slices.Contains(packages, late) {
			t.Errorf("%s is initialised before a command that does not need it", late)
		}
	}
	if !strings.Contains(out, "\nLines: 1 lines, 0 ignored, 1 matched, 0 missed\n") || len(packages) == 0 {
		t.Errorf("printed %q", out)
	}
}

// initialised runs this program with words, the first being what it is called, and returns the packages that had something to do before
// main or the end, and all that was printed.
func initialised(t *testing.T, words ...string) (packages []string, out string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = words
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	printed, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	for line := range strings.Lines(string(printed)) {
		if name, ok := strings.CutPrefix(line, "init "); ok {
			name, _, _ = strings.Cut(name, " ")
			packages = append(packages, name)
		}
	}
	return packages, string(printed)
}
