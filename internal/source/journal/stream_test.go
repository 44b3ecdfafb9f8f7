package journal

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

func TestFallsBackToJournalctl(t *testing.T) {
	if _, err := exec.LookPath("journalctl"); err != nil {
		t.Skip("needs journalctl, of the Debian package systemd")
	}
	dir := t.TempDir()
	at := time.Now().UnixMicro() - 60e6
	next := func(message, ident string) raw {
		at += 1e6
		return raw{at, at % 1e12, [][2]string{{"SYSLOG_IDENTIFIER", ident}, {"MESSAGE", message}}}
	}
	f := feed(t, dir+"/x.journal")
	entries := []raw{next("0", "a"), next("1\nand more", "a"), next("2", "b"), next("3", "c")}
	f.add(entries...)
	r := NewReader(Options{Path: dir})
	r.fallback.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	rec := &recorder{}
	s, err := r.Subscribe([][]string{{"SYSLOG_IDENTIFIER=a"}, {"SYSLOG_IDENTIFIER=b"}},
		Start{Stored: ticket.Position{Hash: isoTime(uint64(entries[0].Realtime), time.UTC)}}, rec)
	if err != nil {
		t.Fatal(err)
	}
	rec.await(t, []string{`a: 1\nand more`, "b: 2"})
	f.add(next("4", "a"), next("5", "c"))
	rec.await(t, []string{`a: 1\nand more`, "b: 2", "a: 4"})
	for end := time.Now().Add(3 * time.Second); !s.Stats().Live && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	if st := s.Stats(); !st.Live || !st.Fallback || st.Lines != 3 {
		t.Errorf("stats %+v", st)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNewerFormatIsNoticed(t *testing.T) {
	entries, _ := sample()
	b := build(false, 0, entries)
	b[headIncompatible+3] = 1
	path := t.TempDir() + "/x.journal"
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r := NewReader(Options{Files: []string{path}})
	r.scan()
	if !r.fallback.Load() {
		t.Error("a file of a newer format did not make us fall back")
	}
}

func TestDecode(t *testing.T) {
	entries, _ := sample()
	entries[2].Fields = append(entries[2].Fields, [2]string{"COREDUMP", strings.Repeat("x\n", 50000)}, [2]string{"LONG", strings.Repeat("y", 100000)})
	var got, want []string
	decode(strings.NewReader(export(entries)), 4096, func(r *record) bool {
		got = append(got, string(r.appendText(nil)))
		return true
	})
	_, want = sample()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func FuzzDecode(f *testing.F) {
	entries, _ := sample()
	f.Add([]byte(export(entries)))
	f.Add([]byte("MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		decode(bytes.NewReader(b), 100, func(r *record) bool { r.appendText(nil); return true })
	})
}
