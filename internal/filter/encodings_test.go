package filter

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/ianaindex"
)

// TestEncodingsLikeIANA asks for every name that package ianaindex lists.
func TestEncodingsLikeIANA(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/text").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "encoding/ianaindex/tables.go"))
	if err != nil {
		t.Fatal(err)
	}
	// What Python means by a name comes first, and ASCII and UTF-8 need no codec.
	ours := strings.Fields("utf-16 utf-8 us-ascii cp367 csascii ibm367 iso-ir-6 iso646-us us")
	known := 0
	for _, m := range regexp.MustCompile(`(?m)^\t"([^"]+)":`).FindAllStringSubmatch(string(source), -1) {
		name := m[1]
		theirs, err := ianaindex.IANA.Encoding(name)
		if err != nil || theirs == nil || encodingName(name) != name {
			continue
		}
		known++
		got, err := findEncoding(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Contains(ours, name) && got.codec != theirs && codecName(got.codec) != codecName(theirs) {
			t.Errorf("%s is %s, want %s", name, codecName(got.codec), codecName(theirs))
		}
	}
	if known < 150 {
		t.Errorf("only %d names are known", known)
	}
}

func codecName(codec any) string {
	if s, ok := codec.(interface{ String() string }); ok {
		return s.String()
	}
	return "no codec"
}
