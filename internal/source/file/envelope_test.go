package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

func TestEngineLogs(t *testing.T) {
	for path, want := range map[string]bool{
		"/var/lib/docker/containers/abc/abc-json.log":                                      true,
		"/srv/docker/containers/abc/abc-json.log":                                          true,
		"/var/lib/docker/containers/abc/other-json.log":                                    false,
		"/var/lib/docker/volumes/abc/abc-json.log":                                         false,
		"/var/log/pods/default_web-0_uid/web/0.log":                                        true,
		"/var/log/containers/web-0_default_web-0123.log":                                   true,
		"/var/lib/containers/storage/overlay-containers/0123/userdata/ctr.log":             true,
		"/home/u/.local/share/containers/storage/overlay-containers/0123/userdata/ctr.log": true,
		"/srv/userdata/ctr.log":                                                            false,
		"/var/log/nginx/error.log":                                                         false,
		"abc-json.log":                                                                     false,
		"":                                                                                 false,
	} {
		if got := engineLog(path); got != want {
			t.Errorf("engineLog(%q) = %v", path, got)
		}
	}
}

// letter is a line as Docker writes it.
func letter(stream, text string, at time.Time) string {
	line, _ := json.Marshal(struct {
		Log    string `json:"log"`
		Stream string `json:"stream"`
		Time   string `json:"time"`
	}{text, stream, at.UTC().Format(time.RFC3339Nano)})
	return string(line) + "\n"
}

func TestOpen(t *testing.T) {
	const stamp = "2016-10-06T00:17:09.5Z"
	const at = ticket.Unix(1475713029.5)
	long := strings.Repeat("x", dockerPiece)
	tests := []struct {
		name, line string
		want       piece
		ok         bool
	}{
		{"docker", `{"log":"a b\n","stream":"stdout","time":"` + stamp + `"}`, piece{[]byte("a b"), false, true, at}, true},
		{"another order, more fields", `{ "time" : "` + stamp + `","attrs":{"a":["}",{"b":1}],"c":null},"n":-1.5e3,"stream":"stderr","log":"x"}`,
			piece{[]byte("x"), true, true, at}, true},
		{"escapes", `{"log":"\"\\\/\b\f\t\u003c\u00e9\ud83d\ude00\ud83dx\r\n","stream":"stdout","time":"` + stamp + `"}`,
			piece{[]byte("\"\\/\b\f\t<é😀�x\r"), false, true, at}, true},
		{"a line within", `{"log":"a\nb\n","stream":"stdout","time":"` + stamp + `"}`, piece{[]byte("a b"), false, true, at}, true},
		{"a part", `{"log":"` + long + `","stream":"stdout","time":"` + stamp + `"}`, piece{[]byte(long), false, false, at}, true},
		{"no stream", `{"log":"a","time":"` + stamp + `"}`, piece{}, false},
		{"no time", `{"log":"a","stream":"stdout","time":"yesterday"}`, piece{}, false},
		{"not the end", `{"log":"a","stream":"stdout","time":"` + stamp + `"`, piece{}, false},
		{"more behind", `{"log":"a","stream":"stdout","time":"` + stamp + `"} x`, piece{}, false},
		{"a number", `{"log":1,"stream":"stdout","time":"` + stamp + `"}`, piece{}, false},
		{"other JSON", `{"level":"info","msg":"a"}`, piece{}, false},
		{"cri", stamp + " stdout F a  b", piece{[]byte("a  b"), false, true, at}, true},
		{"a zone", "2016-10-06T02:17:09.5+02:00 stderr P:x a", piece{[]byte("a"), true, false, at}, true},
		{"empty", stamp + " stdout F ", piece{[]byte{}, false, true, at}, true},
		{"no tag", stamp + " stdout text", piece{}, false},
		{"no such stream", stamp + " stdin F text", piece{}, false},
		{"a usual line", "2016-10-06 00:17:09 sshd[1]: text", piece{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := docker
			if tt.line[0] != '{' {
				e = cri
			}
			got, ok := e.open([]byte(tt.line), nil)
			if !ok {
				got = piece{}
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(piece{})); d != "" || ok != tt.ok {
				t.Errorf("ok %v (-want +got):\n%s", ok, d)
			}
			if want := map[bool]envelope{true: e, false: bare}[tt.ok]; envelopeOf([]byte(tt.line)) != want {
				t.Errorf("taken for %d, want %d", envelopeOf([]byte(tt.line)), want)
			}
		})
	}
}

// TestLinesOfContainersComeOutOfTheirEnvelopes reads a log as an engine writes it, and from every place where a run can end.
func TestLinesOfContainersComeOutOfTheirEnvelopes(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	half := strings.Repeat("x", dockerPiece)
	logs := map[string]string{
		"docker": letter("stdout", "one\n", at) + letter("stdout", half, at) + letter("stderr", "two\r\n", at) + letter("stdout", "end\n", at) +
			"garbage\n" + letter("stdout", "three", at) + letter("stdout", "four\n", at),
		"cri": "2026-01-02T03:04:05Z stdout F one\n2026-01-02T03:04:05Z stdout P " + half + "\n2026-01-02T03:04:05Z stderr F two\r\n" +
			"2026-01-02T03:04:05Z stdout F end\ngarbage\n2026-01-02T03:04:05Z stdout F three\n2026-01-02T03:04:05Z stdout F four\n",
	}
	want := []string{"stdout one", "stderr two", "stdout " + half + "end", " garbage", "stdout three", "stdout four"}
	for name, content := range logs {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "containers", "abc")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "abc-json.log")
			var got []string
			var place ticket.Position
			for _, line := range strings.SplitAfter(content, "\n") {
				appendTo(t, path, line)
				r := NewReader(Options{})
				s, err := r.Subscribe(path, Start{Stored: place}, sinkOf(func(b *ticket.Batch) {
					for _, l := range b.Lines {
						got = append(got, l.Stream+" "+string(l.Text))
						if timed := l.Time == ticket.At(at); timed != (string(l.Text) != "garbage") {
							t.Errorf("%.20q has the time %v", l.Text, l.Time)
						}
					}
				}))
				if err != nil {
					t.Fatal(err)
				}
				s.follow.round(t.Context())
				place = s.Position()
				s.Close()
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

type sinkOf func(b *ticket.Batch)

func (f sinkOf) Lines(b *ticket.Batch) { f(b) }

func TestLinesTooLongInEnvelopes(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	block := strings.Repeat("y", dockerPiece)
	var log strings.Builder
	add := func(stream, text string) { log.WriteString(letter(stream, text, at)) }
	add("stdout", "first\n")
	for range 6 { // longer than a line may be, and than is read at once
		add("stdout", block)
	}
	add("stdout", "tail\n")
	for range 2 * maxLetters / dockerPiece { // longer than anybody waits for
		add("stdout", block)
	}
	add("stderr", "other\n")
	add("stdout", "forged\n")
	add("stdout", "last\n")
	add("stdout", block) // whose process has died
	at = at.Add(time.Minute)
	add("stderr", "late\n")
	path := filepath.Join(t.TempDir(), "containers", "c", "c-json.log")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	appendTo(t, path, log.String())
	r, rec := NewReader(Options{}), &recorder{}
	s, err := r.Subscribe(path, Start{}, rec)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.follow.round(t.Context())
	var got []string
	for _, line := range rec.lines {
		got = append(got, fmt.Sprintf("%.5s %d", line, len(line)))
	}
	limit := ticket.DefaultMaxLine
	want := []string{"first 5", fmt.Sprint("yyyyy ", limit), fmt.Sprint("yyyyy ", limit), "other 5", "last 4",
		fmt.Sprint("yyyyy ", dockerPiece), "late 4"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if n := s.Stats().Long; n != 2 {
		t.Errorf("%d long lines", n)
	}
}

func TestOtherLogsKeepWhatLooksLikeAnEnvelope(t *testing.T) {
	b := newBench(t)
	line := strings.TrimSuffix(letter("stdout", "x\n", time.Now()), "\n")
	b.append(line + "\n")
	b.add(Start{})
	if got := b.read(); !cmp.Equal(got, []string{line}) {
		t.Errorf("got %q", got)
	}
}

func TestSearchByTheTimeOfEnvelopes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "containers", "c", "c-json.log")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var log strings.Builder
	for i := range 5000 {
		log.WriteString(letter("stdout", fmt.Sprintf("2001-01-01 00:00:00 line %d\n", i), at.Add(time.Duration(i)*time.Second)))
	}
	appendTo(t, path, log.String())
	r, rec := NewReader(Options{}), &recorder{}
	s, err := r.Subscribe(path, Start{Since: ticket.At(at.Add(4000 * time.Second)), DateOf: func([]byte) (ticket.Unix, bool) {
		t.Error("the date in the text is asked for")
		return 0, false
	}}, rec)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.follow.round(t.Context())
	if n := len(rec.lines); n < 1000 || n > 2000 {
		t.Errorf("%d lines of 5000 are read, a thousand are wanted", n)
	}
}

// FuzzOpen compares with the JSON package, and checks that no text is longer than what it came from.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(letter("stdout", "a\u2028\x00\"\\<\n", time.Unix(1e9, 5))))
	f.Add([]byte(`{"log":"\u\ud800\udc00\u12","stream":"stderr","attrs":{"a":[1,{"x":"]"}]},"time":"2016-10-06T00:17:09Z"}`))
	f.Add([]byte("2016-10-06T00:17:09.669794202Z stdout P text"))
	f.Add([]byte(`{"log":"x","stream":"stdout","time":"2016-10-06T00:17:09Z","a":{,}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, e := range []envelope{docker, cri} {
			got, ok := e.open(line, make([]byte, 0, len(line)))
			if ok && len(got.text) > len(line) {
				t.Fatalf("%d bytes of %d", len(got.text), len(line))
			}
			if e == cri || !json.Valid(line) || !utf8.Valid(line) || bytes.ContainsAny(line, "\n\r") {
				continue
			}
			var want struct{ Log, Stream, Time any }
			keys := map[string]any{}
			if json.Unmarshal(line, &keys) != nil || bytes.Contains(line, []byte(`\u`)) {
				continue // escapes in keys, and half characters, are not of interest
			}
			want.Log, want.Stream, want.Time = keys["log"], keys["stream"], keys["time"]
			text, isText := want.Log.(string)
			if ok && isText && strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", " ") != string(got.text) {
				t.Fatalf("text %q, want %q", got.text, text)
			}
			if _, err := time.Parse(time.RFC3339Nano, fmt.Sprint(want.Time)); ok && err != nil {
				t.Fatalf("time %v of %v", got.time, want.Time)
			}
		}
	})
}

// FuzzUnwrap checks that lines are the same however the log is cut into reads at places where reading may stop.
func FuzzUnwrap(f *testing.F) {
	at := time.Unix(1e9, 0)
	f.Add([]byte(letter("stdout", "a\n", at)+letter("stderr", "b", at)+"x\n"+letter("stdout", "c\n", at)), true)
	f.Add([]byte("2016-10-06T00:17:09Z stdout P a\n2016-10-06T00:17:09Z stderr F b\n2016-10-06T00:17:19Z stderr P c\n2016-10-06T00:17:19Z stdout F d\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, isDocker bool) {
		e := cri
		if isDocker {
			e = docker
		}
		all := linesOf(t, e, data, func(int) int { return len(data) })
		pieces := linesOf(t, e, data, func(from int) int {
			if i := bytes.IndexByte(data[from:], '\n'); i >= 0 {
				return from + i + 1
			}
			return len(data)
		})
		if d := cmp.Diff(all, pieces); d != "" {
			t.Errorf("in one and in pieces (-one +pieces):\n%s", d)
		}
	})
}

// linesOf reads data as a log that grows: to says up to where it is there when somebody stands at from and nothing came of less.
func linesOf(t *testing.T, e envelope, data []byte, to func(from int) int) (all []string) {
	b := &buffer{limit: 64}
	var left streams
	for from, end := 0, 0; end < len(data); {
		end = to(max(from, end))
		for {
			used, _, more, l := b.unwrap(e, data[from:end], left, false)
			left = l
			if used > end-from {
				t.Fatalf("%d of %d bytes", used, end-from)
			}
			for _, line := range b.batch.Lines {
				all = append(all, fmt.Sprintf("%v %s %s", line.Time, line.Stream, line.Text))
			}
			from += used
			if !more {
				break
			}
		}
	}
	return all
}

// BenchmarkUnwrap takes lines out of what Docker puts around them.
func BenchmarkUnwrap(b *testing.B) {
	line := letter("stderr", "2026/01/02 03:04:05 [error] 7#7: *1 user \"root\": password mismatch, client: 192.0.2.1, server: x\n", time.Unix(1.7e9, 5e8))
	data := []byte(strings.Repeat(line, (64<<10)/len(line)))
	buf := &buffer{limit: ticket.DefaultMaxLine}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		buf.unwrap(docker, data, 0, false)
		n += len(buf.batch.Lines)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}
