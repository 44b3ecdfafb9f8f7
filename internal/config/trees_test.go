package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what comes out into testdata/trees/*.want")

// TestTreesOfOthers reads configurations as applications document them and as configuration management writes them, and
// compares the dump with the recorded one. TestTreesOfOthersLikeOriginal has the original read them, too.
func TestTreesOfOthers(t *testing.T) {
	for _, file := range treeFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := writeArchive(t, file)
			r := ourRun(dir.conf, "-d")
			if r.Code != 0 || r.Stderr != "" {
				t.Errorf("does not load cleanly: exit code %d\n%s", r.Code, r.Stderr)
			}
			got := strings.NewReplacer(dir.conf, "@CONF@", dir.logs, "@LOGS@").Replace(r.Stdout)
			golden := strings.TrimSuffix(file, ".txtar") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestTreesOfOthersLikeOriginal(t *testing.T) {
	p := startPeer(t, time.Minute)
	for _, file := range treeFiles(t) {
		compare(t, p, writeArchive(t, file).conf, "-d")
	}
}

func TestTreesOfOthersHaveNoFindings(t *testing.T) {
	for _, file := range treeFiles(t) {
		c, err := Read(Options{Source: Dir(writeArchive(t, file).conf)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Check(c) {
			if f.Severity != remark && f.Code != "unanchored" {
				t.Errorf("%s: %+v", file, f)
			}
		}
	}
}

func treeFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/trees/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no trees: %v", err)
	}
	return files
}

func writeArchive(t *testing.T, file string) places {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlaces(t)
	name, lines := "", []string{}
	for _, line := range append(strings.Split(string(data), "\n"), "-- end --") {
		next, ok := strings.CutPrefix(line, "-- ")
		if !ok {
			lines = append(lines, line)
			continue
		}
		if name != "" {
			writeFile(t, filepath.Join(p.conf, name), p.expand(strings.Join(lines, "\n")+"\n"))
		}
		name, lines = strings.TrimSuffix(next, " --"), nil
	}
	return p
}
