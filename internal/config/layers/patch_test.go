package layers

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPatchedSources lays texts over a directory of the system, and over files in memory.
func TestPatchedSources(t *testing.T) {
	dir, memory := t.TempDir(), files("jail.conf", "[a]\nx = file\ny = file\n", "jail.d/5.conf", "[a]\nz = 5\n", "b.conf", "[b]\n")
	for name, f := range memory {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, source := range map[string]Source{"system": Dir(dir), "memory": Embedded(memory, dir)} {
		for _, c := range []struct {
			base, hidden string
			texts        map[string]string
			want         []string // nil for nothing read
		}{
			{"jail", "", nil, []string{"jail.conf", "jail.d/5.conf"}},
			{"jail", "", map[string]string{"jail.d/4.conf": "[c]", "jail.d/6.conf": "[d]"}, []string{"jail.conf", "jail.d/4.conf", "jail.d/5.conf", "jail.d/6.conf"}},
			{"jail", "", map[string]string{"jail.d/5.conf": "[c]"}, []string{"jail.conf", "jail.d/5.conf"}},
			{"jail", "jail", map[string]string{"jail.conf": "[INCLUDES]\nbefore = b.conf\n"}, []string{"b.conf", "jail.conf"}},
			{"jail", "jail.d", nil, []string{"jail.conf"}},
			{"jail", "jail", nil, nil},
			{"new", "", map[string]string{"new.conf": "[n]", "new.d/1.conf": "[n]"}, []string{"new.conf", "new.d/1.conf"}},
		} {
			reading, err := NewReader(source.Patched(c.texts, c.hidden)).Read(c.base)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			if reading.Set != nil {
				for _, f := range reading.Set.Files {
					inside, _ := source.below(f)
					got = append(got, inside)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s with %q, without %q (-want +got):\n%s", name, c.base, c.texts, c.hidden, diff)
			}
		}
	}
}

// TestPatchedTextsAreRead reads an option of a text that lies over a file.
func TestPatchedTextsAreRead(t *testing.T) {
	source := Embedded(files("jail.conf", "[a]\nx = file\ny = file\n"), "(mem)")
	reading, err := NewReader(source.Patched(map[string]string{"jail.local": "[a]\nx = text\n"}, "")).Read("jail")
	if err != nil {
		t.Fatal(err)
	}
	if x, y := value(t, reading.Set, "a", "x"), value(t, reading.Set, "a", "y"); x != "text" || y != "file" {
		t.Errorf("x = %s, y = %s", x, y)
	}
}
