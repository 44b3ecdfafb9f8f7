package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLook compares the one look that suffices for most names with the search that patterns need.
func TestLook(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.log", "b.log", "sub/c.log"} {
		writeFile(t, filepath.Join(dir, name), "")
	}
	for name, to := range map[string]string{"dangling.log": "nowhere", "link.log": "a.log", "folder": "sub"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	files, links := 0, 0
	for _, name := range []string{
		"a.log", "a.log/", "none.log", "dangling.log", "dangling.log/", "link.log", "sub", "sub/", "folder", "folder/", "folder/c.log", "*.log", "*/", "", "\x00",
	} {
		want := sight{}
		for _, f := range glob(dir + "/" + name) {
			if _, err := os.Stat(f); err == nil {
				want.files = append(want.files, f)
			} else {
				want.dangling = append(want.dangling, f)
			}
		}
		got := look(dir + "/" + name)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(sight{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", name, diff)
		}
		files, links = files+len(got.files), links+len(got.dangling)
	}
	if files != 13 || links != 2 {
		t.Errorf("saw %d files and %d links that lead nowhere", files, links)
	}
	if got := look(""); got.files != nil || got.dangling != nil {
		t.Errorf("no name stands for %v", got)
	}
}
