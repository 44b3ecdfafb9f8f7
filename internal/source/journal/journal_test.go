package journal

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// remote is the tool that makes real journal files: Debian's package systemd-journal-remote.
const remote = "/lib/systemd/systemd-journal-remote"

// A raw is an entry to be written.
type raw struct {
	Realtime, Monotonic int64
	Fields              [][2]string
}

// export writes entries in the journal's export format.
func export(entries []raw) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n", e.Realtime, e.Monotonic)
		for _, f := range e.Fields {
			b.WriteString(f[0])
			if strings.Contains(f[1], "\n") {
				b.WriteByte('\n')
				_ = binary.Write(&b, binary.LittleEndian, uint64(len(f[1])))
			} else {
				b.WriteByte('=')
			}
			b.WriteString(f[1] + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// write makes a journal file with the entries.
func write(tb testing.TB, path string, entries []raw, env ...string) {
	tb.Helper()
	if _, err := os.Stat(remote); err != nil {
		tb.Skip("needs the Debian package systemd-journal-remote, to make real journal files")
	}
	cmd := exec.Command(remote, "-o", path, "-")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(export(entries))
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
}

// A recorder keeps what it is given.
type recorder struct {
	mu    sync.Mutex
	lines []ticket.Line
	text  []string
	live  []bool
}

func (r *recorder) Lines(b *ticket.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range b.Lines {
		r.lines = append(r.lines, ticket.Line{Time: l.Time, Date: l.Date})
		r.text = append(r.text, string(l.Text))
		r.live = append(r.live, b.Live)
	}
}

func (r *recorder) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.text...)
}

// await waits until the texts are want.
func (r *recorder) await(tb testing.TB, want []string) {
	tb.Helper()
	var d string
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if d = cmp.Diff(want, r.texts()); d == "" {
			return
		}
	}
	tb.Fatalf("lines (-want +got):\n%s", d)
}

// read reads everything that opt has for matches.
func read(tb testing.TB, opt Options, matches [][]string, start Start) (*recorder, *Subscription) {
	tb.Helper()
	r := NewReader(opt)
	rec := &recorder{}
	s, err := r.Subscribe(matches, start, rec)
	if err != nil {
		tb.Fatal(err)
	}
	r.rescan.Store(true)
	r.round(context.Background(), nil)
	tb.Cleanup(r.shut)
	return rec, s
}

// running starts a Reader and stops it with the test.
func running(tb testing.TB, opt Options) *Reader {
	tb.Helper()
	r := NewReader(opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	return r
}

// formats are the environments for each form of file that the tool can write.
var formats = map[string][]string{
	"compact": {"SYSTEMD_JOURNAL_COMPACT=1", "SYSTEMD_JOURNAL_KEYED_HASH=1"},
	"regular": {"SYSTEMD_JOURNAL_COMPACT=0", "SYSTEMD_JOURNAL_KEYED_HASH=0"},
}

func TestCasesOfTheSpecification(t *testing.T) {
	f, err := os.Open("testdata/journal_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); n++ {
		var c struct {
			ID string
			In struct {
				Match   []string
				Entries []raw
			}
			Out [][]any
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for format, env := range formats {
			t.Run(c.ID+" "+format, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "x.journal")
				write(t, path, c.In.Entries, env...)
				rec, _ := read(t, Options{Files: []string{path}, Location: time.UTC}, [][]string{c.In.Match}, Start{})
				var got [][]any
				for i, l := range rec.lines {
					got = append(got, []any{l.Date, rec.text[i], float64(l.Time)})
				}
				if d := cmp.Diff(c.Out, got); d != "" {
					t.Errorf("lines (-want +got):\n%s", d)
				}
			})
		}
	}
	if n != 2 {
		t.Errorf("%d cases, want 2", n)
	}
}

// simple returns an entry with a message, at a second.
func simple(second int64, message string, more ...[2]string) raw {
	return raw{second * 1e6, second * 1e6 % 1e12, append(more, [2]string{"MESSAGE", message})}
}

// Checked by running the original with the same entries.
func TestOddFieldsAsTheOriginalShowsThem(t *testing.T) {
	app := [2]string{"SYSLOG_IDENTIFIER", "app"}
	tests := []struct {
		name, want string
		fields     [][2]string
	}{
		{"leading zero", "app[10]: m", [][2]string{app, {"SYSLOG_PID", "010"}}},
		{"underscore", "app[10]: m", [][2]string{app, {"_PID", "1_0"}}},
		{"blank before the number", "app[12]: m", [][2]string{app, {"_PID", " 12"}}},
		{"hexadecimal", "app[255]: m", [][2]string{app, {"_PID", "0XFF"}}},
		{"octal", "app[15]: m", [][2]string{app, {"_PID", "0o17"}}},
		{"binary", "app[3]: m", [][2]string{app, {"_PID", "0b11"}}},
		{"negative", "app[-5]: m", [][2]string{app, {"_PID", "-5"}}},
		{"letters", "app[b'ff']: m", [][2]string{app, {"_PID", "ff"}}},
		{"bytes", `app[b"a'b\\\xff"]: m`, [][2]string{app, {"_PID", "a'b\\\xff"}}},
		{"zero is none", "app: m", [][2]string{app, {"_PID", "0"}}},
		{"zero gives way", "app[7]: m", [][2]string{app, {"SYSLOG_PID", "0"}, {"_PID", "7"}}},
		{"empty gives way", "app[7]: m", [][2]string{app, {"SYSLOG_PID", ""}, {"_PID", "7"}}},
		{"empty identifier gives way", "foo[7]: m", [][2]string{{"SYSLOG_IDENTIFIER", ""}, {"_COMM", "foo"}, {"_PID", "7"}}},
		{"no identifier, no process", "m", [][2]string{{"_PID", "7"}}},
		{"kernel with a process", "kernel[3]: m", [][2]string{{"SYSLOG_IDENTIFIER", "kernel"}, {"_PID", "3"}}},
		{"kernel with process zero", "kernel: [    1.000000] m", [][2]string{{"SYSLOG_IDENTIFIER", "kernel"}, {"_PID", "0"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r record
			r.reset(1732785363000000, 1000000)
			for _, f := range append(tt.fields, [2]string{"MESSAGE", "m"}) {
				r.add([]byte(f[0] + "=" + f[1]))
			}
			if d := cmp.Diff(tt.want, string(r.appendText(nil))); d != "" {
				t.Errorf("line (-want +got):\n%s", d)
			}
		})
	}
}

func TestDateTexts(t *testing.T) {
	zone := time.FixedZone("", -(3*3600 + 1800))
	for us, want := range map[uint64]string{
		1732785363000000: "2024-11-28T05:46:03-03:30",
		1732785363000001: "2024-11-28T05:46:03.000001-03:30",
	} {
		got := isoTime(us, zone)
		if got != want {
			t.Errorf("isoTime(%d) = %q, want %q", us, got, want)
		}
		if back, ok := parseISO(got); !ok || back != us {
			t.Errorf("parseISO(%q) = %d, %v", got, back, ok)
		}
	}
}

func TestBadMatchesAreRefused(t *testing.T) {
	for _, m := range []string{"nope", "=x", "lower=x", "__CURSOR=x", "A B=x", ""} {
		if _, err := NewReader(Options{}).Subscribe([][]string{{"_COMM=a", m}}, Start{}, nil); err == nil {
			t.Errorf("%q was accepted", m)
		}
	}
}

func TestLongMessagesAreUnpackedAndCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.journal")
	long := strings.Repeat("long ", 3000)
	write(t, path, []raw{simple(1732785363, long), simple(1732785364, strings.Repeat("y", 200000))}, "SYSTEMD_JOURNAL_COMPRESS=1")
	rec, _ := read(t, Options{Files: []string{path}}, nil, Start{})
	got := rec.texts()
	if len(got) != 2 || got[0] != long || len(got[1]) < ticket.DefaultMaxLine-len("MESSAGE=") || len(got[1]) > ticket.DefaultMaxLine {
		t.Errorf("%d lines", len(got))
	}
}

func TestStartsWhereItIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.journal")
	var entries []raw
	var all []string
	for i := range 500 {
		entries = append(entries, simple(1732785000+int64(i), fmt.Sprint(i)))
		all = append(all, fmt.Sprint(i))
	}
	write(t, path, entries)
	tests := []struct {
		name  string
		start Start
		want  []string
	}{
		{"nowhere", Start{}, all},
		{"since", Start{Since: 1732785100}, all[100:]},
		{"since between", Start{Since: 1732785100.5}, all[101:]},
		{"stored with a time text", Start{Stored: ticket.Position{Offset: 1, Hash: "2024-11-28T09:11:40+00:00"}}, all[101:]},
		{"stored without", Start{Stored: ticket.Position{Offset: 1732785100}}, all[101:]},
		{"the later counts", Start{Stored: ticket.Position{Offset: 1732785100}, Since: 1732785200}, all[200:]},
		{"after the end", Start{Since: 1732785500}, nil},
		{"a stored place in the future does not count", Start{Stored: ticket.Position{Offset: 32503680000}}, all},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, s := read(t, Options{Files: []string{path}, Location: time.UTC}, nil, tt.start)
			if d := cmp.Diff(tt.want, rec.texts()); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
			want := ticket.Position{Offset: 1732785499, Hash: "2024-11-28T09:18:19+00:00"}
			if d := cmp.Diff(want, s.Position()); d != "" && tt.want != nil {
				t.Errorf("position (-want +got):\n%s", d)
			}
			if !s.Stats().Live {
				t.Error("not live at the end")
			}
		})
	}
}

// A feeder appends to a journal file while it is read.
type feeder struct {
	in  *os.File
	cmd *exec.Cmd
}

func feed(tb testing.TB, path string, args ...string) *feeder {
	tb.Helper()
	if _, err := os.Stat(remote); err != nil {
		tb.Skip("needs the Debian package systemd-journal-remote, to make real journal files")
	}
	r, w, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(remote, append(args, "-o", path, "-")...)
	cmd.Stdin = r
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	r.Close()
	f := &feeder{w, cmd}
	tb.Cleanup(f.stop)
	return f
}

func (f *feeder) add(entries ...raw) { _, _ = f.in.WriteString(export(entries)) }

func (f *feeder) stop() {
	f.in.Close()
	_ = f.cmd.Wait()
}

func TestFollowsWithMatchesForMany(t *testing.T) {
	dir := t.TempDir()
	r := running(t, Options{Path: dir})
	a, b, all := &recorder{}, &recorder{}, &recorder{}
	for sink, m := range map[*recorder][][]string{
		a: {{"SYSLOG_IDENTIFIER=a"}}, b: {{"SYSLOG_IDENTIFIER=b", "+", "PRIORITY=3"}}, all: nil,
	} {
		if _, err := r.Subscribe(m, Start{}, source.Sink(sink)); err != nil {
			t.Fatal(err)
		}
	}
	f := feed(t, dir+"/x.journal")
	at := time.Now().UnixMicro()
	simple := func(message string, more ...[2]string) raw {
		at++
		return raw{at, at % 1e12, append(more, [2]string{"MESSAGE", message})}
	}
	ident := func(s string) [2]string { return [2]string{"SYSLOG_IDENTIFIER", s} }
	f.add(simple("1", ident("a")), simple("2", ident("b")), simple("3", ident("c"), [2]string{"PRIORITY", "3"}))
	a.await(t, []string{"a: 1"})
	b.await(t, []string{"b: 2", "c: 3"})
	all.await(t, []string{"a: 1", "b: 2", "c: 3"})
	f.add(simple("4", ident("a")))
	a.await(t, []string{"a: 1", "a: 4"})
	late := &recorder{}
	s, err := r.Subscribe([][]string{{"SYSLOG_IDENTIFIER=a"}}, Start{}, late)
	if err != nil {
		t.Fatal(err)
	}
	late.await(t, []string{"a: 1", "a: 4"})
	s.Pause()
	f.add(simple("5", ident("a")))
	a.await(t, []string{"a: 1", "a: 4", "a: 5"})
	late.await(t, []string{"a: 1", "a: 4"})
	s.Resume()
	late.await(t, []string{"a: 1", "a: 4", "a: 5"})
	if err := s.SetMatches([][]string{{"SYSLOG_IDENTIFIER=z"}}); err != nil {
		t.Fatal(err)
	}
	f.add(simple("6", ident("a")), simple("7", ident("z")))
	late.await(t, []string{"a: 1", "a: 4", "a: 5", "z: 7"})
	if err := s.SetMatches([][]string{{"PRIORITY=4"}, {"SYSLOG_IDENTIFIER=c"}}); err != nil {
		t.Fatal(err)
	}
	f.add(simple("8", ident("y"), [2]string{"PRIORITY", "4"}), simple("9", ident("c")))
	late.await(t, []string{"a: 1", "a: 4", "a: 5", "z: 7", "y: 8", "c: 9"})
	if !s.Stats().Live || !late.live[3] {
		t.Error("not live")
	}
}

func TestLongLinesAreCutAndCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.journal")
	write(t, path, []raw{{1e6, 1e6, [][2]string{{"MESSAGE", "short"}}}, {2e6, 2e6, [][2]string{{"MESSAGE", strings.Repeat("x", 400)}}}})
	rec, s := read(t, Options{Files: []string{path}, MaxLine: 256}, nil, Start{})
	rec.await(t, []string{"short", strings.Repeat("x", 256)})
	if st := s.Stats(); st.Lines != 2 || st.Long != 1 {
		t.Errorf("%d lines, %d cut; want 2, 1", st.Lines, st.Long)
	}
}
