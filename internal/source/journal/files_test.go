package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilesOfAChoice(t *testing.T) {
	const own, other = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	root := t.TempDir()
	touch := func(names ...string) {
		for _, name := range names {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	user := fmt.Sprintf("user-%d", os.Getuid())
	persistent, runtime := "var/log/journal/"+own+"/", "run/log/journal/"+own+"/"
	touch(persistent+"system.journal", persistent+"system@1-2.journal", persistent+user+".journal", persistent+"system@3.journal~",
		persistent+"notes.txt", runtime+"system.journal", "var/log/journal/"+other+"/system.journal",
		"var/log/journal/"+own+".web/system.journal", "else/x.journal", "else/"+other+"/y.journal", "else/sub/z.journal")
	machine := func(id string) {
		touch("etc/machine-id")
		if err := os.WriteFile(filepath.Join(root, "etc/machine-id"), []byte(id+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, machine string
		opt           Options
		want          []string // archived ones with a + in front
	}{
		{"local", own, Options{}, []string{runtime + "system.journal", persistent + "system.journal", "+" + persistent + "system@1-2.journal",
			"+" + persistent + "system@3.journal~", persistent + user + ".journal"}},
		{"runtime", own, Options{Flags: FlagRuntime}, []string{runtime + "system.journal"}},
		{"system", own, Options{Flags: FlagSystem | FlagRuntime}, []string{runtime + "system.journal"}},
		{"user", own, Options{Flags: FlagUser}, []string{persistent + user + ".journal"}},
		{"name space", own, Options{Namespace: "web"}, []string{"var/log/journal/" + own + ".web/system.journal"}},
		{"of the host", "11111111111111111111111111111111", Options{Flags: FlagSystem | FlagRuntime}, []string{runtime + "system.journal"}},
		{"a directory", own, Options{Path: root + "/else"}, []string{"else/" + other + "/y.journal", "else/x.journal"}},
		{"files", own, Options{Files: []string{root + "/else/*/?.journal", root + "/none"}}, []string{"else/" + other + "/y.journal", "else/sub/z.journal"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			machine(tt.machine)
			tt.opt.root = root
			var got []string
			for _, f := range tt.opt.find() {
				name, _ := filepath.Rel(root, f.path)
				if f.rotated {
					name = "+" + name
				}
				got = append(got, name)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
		})
	}
}
