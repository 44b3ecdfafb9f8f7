// Package internal holds only the test of how the packages below may see each other.
package internal

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers lists the packages from the bottom up: each imports only what stands before it.
var layers = []string{
	"lazy", "slab", "addr", "ticket", "ticket/packed", "pyre", "pickle", "logging",
	"config/pytext", "config/omap", "config/ini", "config/layers", "config",
	"date", "source", "source/inotify", "source/stdin", "source/file", "source/journal",
	"filter", "filter/dns", "filter/ignore", "health", "failure", "ban",
	"action", "action/shell", "action/nft", "action/smtp", "store",
	"jail", "control", "control/serve", "server", "regextest", "cli/client", "cli/regex",
	"cli/early", "cli/early/tester", "cli",
}

func TestImportsGoUpwards(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	const root = "gaol/internal/"
	for line := range strings.Lines(string(out)) {
		name, imports, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name+"/" == root {
			continue
		}
		name = strings.TrimPrefix(name, root)
		place := slices.Index(layers, name)
		if place < 0 {
			t.Errorf("package %s is not in the list of layers", name)
		}
		for _, i := range strings.Fields(imports) {
			if other, ok := strings.CutPrefix(i, root); ok && slices.Index(layers, other) >= place {
				t.Errorf("%s imports %s, which stands above it", name, other)
			}
		}
	}
}
