package file

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowLines is what the lines of a file are, the obvious way.
func slowLines(data []byte, limit int) (lines []string) {
	for {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return lines
		}
		line = bytes.TrimLeft(line, "\x00")
		line = bytes.TrimRight(line[:min(len(line), limit)], "\r")
		lines = append(lines, string(line))
		data = rest
	}
}

// FuzzLines writes any bytes in two steps and compares the lines read with the obvious ones.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), 3)
	f.Add([]byte("a\n"+strings.Repeat("\x00", 2000)+"b\n\x00\x00\n"), 700)
	f.Add([]byte(strings.Repeat("long ", 300)+"\nb\n"), 900)
	f.Add([]byte(strings.Repeat("\n", 5000)), 1)
	name := filepath.Join(f.TempDir(), "a.log")
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		at = max(0, min(at, len(data)))
		if err := os.WriteFile(name, data[:at], 0o600); err != nil {
			t.Fatal(err)
		}
		r := NewReader(Options{MaxLine: 256})
		var rec recorder
		s, err := r.Subscribe(name, Start{}, &rec)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.follow.round(context.Background())
		w, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(data[at:])
		w.Close()
		s.follow.round(context.Background())
		if d := cmp.Diff(slowLines(data, 256), rec.lines); d != "" {
			t.Errorf("lines (-want +got):\n%s", d)
		}
	})
}

// FuzzMatch compares patterns with the standard library's, where the two mean the same.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("*[a-c]*", "xbx")
	f.Add("**a", "aaab")
	f.Fuzz(func(t *testing.T, pat, name string) {
		got := match(pat, name)
		if strings.ContainsAny(pat, `[\/`) || strings.Contains(name, "/") {
			return
		}
		if want, err := path.Match(pat, name); err == nil && got != want {
			t.Errorf("match(%q, %q) = %v", pat, name, got)
		}
	})
}
