package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSectionsOfDocsExist looks for the sections of docs/compatibility.md that comments name as the source of a rule.
func TestSectionsOfDocsExist(t *testing.T) {
	text, err := os.ReadFile("../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	reference := regexp.MustCompile(`docs/compatibility\.md, "([^"]+)"`)
	found := 0
	err = filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range reference.FindAllSubmatch(source, -1) {
			found++
			if heading := "\n## " + strings.ToUpper(string(m[1][:1])) + string(m[1][1:]) + "\n"; !strings.Contains(string(text), heading) {
				t.Errorf("%s names the section %q, which is not there", path, m[1])
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d references found, %v", found, err)
	}
}
