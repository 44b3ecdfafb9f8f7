package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkStockTree dumps the original's whole configuration with every jail enabled.
func BenchmarkStockTree(b *testing.B) {
	dir := copyTree(b, peerRoot(b)+"/etc/fail2ban")
	if err := os.WriteFile(filepath.Join(dir, "jail.local"), []byte("[DEFAULT]\nenabled = true\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if code := RunDump(io.Discard, io.Discard, Options{Source: Dir(dir)}, false); code != 0 {
			b.Fatal(code)
		}
	}
}

// thousandJails is a configuration of a thousand jails that share three filters and two actions.
func thousandJails() Source {
	var b strings.Builder
	b.WriteString("[DEFAULT]\nenabled = true\nbackend = systemd\nmode = normal\nfilter = f0[mode=%(mode)s]\n" +
		"port = 0:65535\naction_ = act0[port=\"%(port)s\"]\naction = %(action_)s\n act1[name=%(__name__)s-x]\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "[jail-%d]\nfilter = f%d[mode=%%(mode)s]\nmaxretry = %d\nport = %d\n", i, i%3, i%9+1, i)
	}
	files := []string{"jail.conf", b.String()}
	for i := range 3 {
		files = append(files, fmt.Sprintf("filter.d/f%d.conf", i), "[Definition]\nfailregex = "+strings.Repeat("^<p> user <F-USER>\\S+</F-USER> from <HOST> <m-<mode>>$\n  ", 20)+
			"\np = x<q>\nq = %(r)s\nr = 1\nm-normal = a\nm-aggressive = b\n[Init]\nmaxlines = 1\n")
	}
	for i := range 2 {
		files = append(files, fmt.Sprintf("action.d/act%d.conf", i), "[Definition]\nactionstart = new <set> <port>\n  rule <chain> <set>\nactionban = add <set> <ip> <bantime>\n"+
			"actionunban = del <set> <ip>\nset = f2b-<name>\n[Init]\nchain = INPUT\ntool = t4\n[Init?family=inet6]\ntool = t6\n")
	}
	return inMemory(files...)
}

func BenchmarkThousandJails(b *testing.B) {
	source := thousandJails()
	for b.Loop() {
		if c, err := Read(Options{Source: source}); err != nil || len(c.Jails) != 1000 {
			b.Fatal(err)
		}
	}
}

// TestThousandJails takes a quarter of a second of one core; the limit leaves room for a busy machine.
func TestThousandJails(t *testing.T) {
	source := thousandJails()
	within(t, 10*time.Second, func() {
		if c, err := Read(Options{Source: source}); err != nil || len(c.Jails) != 1000 || c.Failed {
			t.Error(err)
		}
	})
}
