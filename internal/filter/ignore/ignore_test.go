package ignore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// hosts is a name service.
type hosts map[string][]netip.Addr

func (h hosts) Addresses(name string) []netip.Addr { return h[name] }

func failure(t *testing.T, text string) *ticket.Failure {
	t.Helper()
	id, err := addr.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &ticket.Failure{ID: id}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestCases runs the recorded truth.
func TestCases(t *testing.T) {
	in, err := os.Open("../testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	type testCase struct {
		ID, Kind string
		In       struct {
			IgnoreIP []string
			Files    map[string]string
			IPs      []string
		}
		Out json.RawMessage
	}
	ran := 0
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c testCase
		if json.Unmarshal(lines.Bytes(), &c) != nil || c.Kind != "ignore" {
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for name, text := range c.In.Files {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r, err := New(Settings{IPs: c.In.IgnoreIP}, Env{Log: discard()})
			if err != nil {
				t.Fatal(err)
			}
			got, want := map[string]bool{}, map[string]bool{}
			if err := json.Unmarshal(c.Out, &want); err != nil {
				t.Fatal(err)
			}
			for _, ip := range c.In.IPs {
				_, got[ip] = r.Check(failure(t, ip), 1000)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("ignored (-want +got):\n%s", d)
			}
		})
	}
	if ran == 0 {
		t.Fatal("no cases")
	}
}

func TestReasons(t *testing.T) {
	file := filepath.Join(t.TempDir(), "set")
	if err := os.WriteFile(file, []byte("203.0.113.0/24 ; 198.51.100.1\nhost.example"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := New(Settings{
		Self: true,
		IPs:  []string{"192.0.2.1", "192.0.2.0/25", "other.example", "file:" + file, "[2001:db8::/32]", "0.0.0.0/8"},
	}, Env{
		Log: discard(),
		Own: func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("198.51.100.9")} },
		Resolve: hosts{
			"host.example":  {netip.MustParseAddr("198.51.100.20")},
			"other.example": {netip.MustParseAddr("198.51.100.21")},
		},
		Command: func(f *ticket.Failure) (int, error) {
			switch f.ID.String() {
			case "198.51.100.50", "word":
				return 0, nil
			case "198.51.100.52":
				return 0, errors.New("timed out")
			}
			return 1, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]string{
		"198.51.100.9": "ignoreself rule", "192.0.2.1": "ip", "192.0.2.77": "ip", "192.0.2.0/26": "ip", "192.0.2.130": "",
		"198.51.100.21": "dns", "198.51.100.20": "file:/" + file, "203.0.113.7": "file:/" + file, "198.51.100.1": "",
		"2001:db8::7": "ip", "0.1.2.3": "ip", "198.51.100.50": "command", "198.51.100.51": "", "198.51.100.52": "", "word": "command",
		"other.example": "",
	} {
		got, ignored := r.Check(failure(t, ip), 1000)
		if got != want || ignored != (want != "") {
			t.Errorf("%s: got %q %v, want %q", ip, got, ignored, want)
		}
	}
}

func TestListAddAndRemove(t *testing.T) {
	var log bytes.Buffer
	r, err := New(Settings{IPs: []string{"192.0.2.9/24", "198.51.100.2", "host", "2001:DB8::1", "198.51.100.1/32", "0.0.0.0/0"}},
		Env{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{"192.0.2.0/255.255.255.0", "host", "[2001:db8::1]", ""} {
		if err := r.Add(again); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"192.0.2.0/24", "host", "0.0.0.0", "198.51.100.1", "198.51.100.2", "2001:db8::1"}
	if d := cmp.Diff(want, r.List()); d != "" {
		t.Errorf("list (-want +got):\n%s", d)
	}
	if n := strings.Count(log.String(), "Ignore duplicate"); n != 3 {
		t.Errorf("%d duplicates reported, want 3:\n%s", n, log.String())
	}
	if _, ignored := r.Check(failure(t, "8.8.8.8"), 1000); !ignored {
		t.Error("0.0.0.0/0 does not cover 8.8.8.8")
	}
	for text, want := range map[string]bool{"192.0.2.77/24": true, "198.51.100.2": true, "9.9.9.9": false, "0.0.0.0/0": true, "nobody": false} {
		if got := r.Remove(text); got != want {
			t.Errorf("remove %s: got %v, want %v", text, got, want)
		}
	}
	if d := cmp.Diff([]string{"host", "198.51.100.1", "2001:db8::1"}, r.List()); d != "" {
		t.Errorf("list after removing (-want +got):\n%s", d)
	}
	if err := r.Add("192.0.2.1/255.0.255.0"); err == nil {
		t.Error("a netmask with holes was taken")
	}
}

func TestManyNetworks(t *testing.T) {
	var ips []string
	for i := range 200 {
		ips = append(ips, fmt.Sprintf("10.%d.0.0/16", i), fmt.Sprintf("2001:db8:%x::/48", i))
	}
	r, err := New(Settings{IPs: ips}, Env{Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]bool{"10.199.3.4": true, "10.200.0.1": false, "2001:db8:c7::1": true, "2001:db8:c8::1": false} {
		if _, got := r.Check(failure(t, ip), 1000); got != want {
			t.Errorf("%s: got %v, want %v", ip, got, want)
		}
	}
}

func TestResultsAreRemembered(t *testing.T) {
	now, runs := ticket.Unix(1000), 0
	r, err := New(Settings{Cache: &Cache{Key: "<ip>", MaxCount: 2, MaxTime: 60}}, Env{
		Log:     discard(),
		Now:     func() ticket.Unix { return now },
		Expand:  func(_ string, f *ticket.Failure) string { return f.ID.String() },
		Command: func(*ticket.Failure) (int, error) { runs++; return runs % 2, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		at      ticket.Unix
		ip      string
		ignored bool
		runs    int
	}{
		{1000, "192.0.2.1", false, 1}, {1060, "192.0.2.1", false, 1}, {1061, "192.0.2.1", true, 2},
		{1061, "192.0.2.2", false, 3}, {1061, "192.0.2.3", true, 4}, {1061, "192.0.2.1", false, 5},
	} {
		now = step.at
		_, ignored := r.Check(failure(t, step.ip), 0)
		if ignored != step.ignored || runs != step.runs {
			t.Errorf("step %d: got ignored %v after %d runs, want %v after %d", i, ignored, runs, step.ignored, step.runs)
		}
	}
}

func TestFileIsReadAgain(t *testing.T) {
	name := filepath.Join(t.TempDir(), "set")
	now := ticket.Unix(1000)
	r, err := New(Settings{IPs: []string{"file:" + name}}, Env{Log: discard(), Now: func() ticket.Unix { return now }})
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		stamp := time.Unix(int64(now), 0)
		if err := os.Chtimes(name, stamp, stamp); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, want bool) {
		t.Helper()
		if _, got := r.Check(failure(t, "192.0.2.1"), now); got != want {
			t.Errorf("%s: ignored is %v, want %v", what, got, want)
		}
	}
	check("no file", false)
	write("192.0.2.1")
	now += 59
	check("file appeared, retry not due", false)
	now++
	check("file appeared", true)
	write("192.0.2.2 x")
	check("changed within the second", true)
	now++
	check("changed", false)
	write("192.0.2.1")
	now++
	check("changed back", true)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	now++
	check("gone: the last good set stays", true)
}

func TestFilePath(t *testing.T) {
	for item, want := range map[string]string{
		"/etc/x": "/etc/x", "///etc/x": "/etc/x", "//etc/x": "/etc/x", "x/y": "x/y", "//./x": "./x", "/a/b": "a/b", "/ab/c": "ab/c",
		"/abc/d": "/abc/d", "": "", "/x": "/x",
	} {
		if got := filePath(item); got != want {
			t.Errorf("file:%s: got %q, want %q", item, got, want)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add("192.0.2.1,192.0.2.8/29 ; c\n\t2001:db8::/126\n10.7.7.7#x", "192.0.2.1")
	f.Add("1.2.3.4/255.0.255.0 /0 [::]/0 file:x", "::1")
	f.Fuzz(func(t *testing.T, text, ip string) {
		s := parseFile(text)
		if a, err := netip.ParseAddr(ip); err == nil {
			s.networks.covers(netip.PrefixFrom(a, a.BitLen()))
		}
		if _, err := New(Settings{IPs: strings.Fields(text)}, Env{Log: discard()}); err != nil && !strings.Contains(err.Error(), "mask") {
			t.Error(err)
		}
	})
}
