package file

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

// sum is the fingerprint of a first line.
func sum(line string) string {
	h := sha1.Sum([]byte(line))
	return hex.EncodeToString(h[:])
}

// numbered returns lines i to j-1, long enough to be told apart.
func numbered(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		fmt.Fprintf(&b, "line %06d of the log, with some more words to be as long as a usual one\n", i)
	}
	return b.String()
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func (b *bench) sibling(name string) string { return filepath.Join(filepath.Dir(b.path), name) }

func (b *bench) remove(path string) {
	b.t.Helper()
	if err := os.Remove(path); err != nil {
		b.t.Fatal(err)
	}
}

// copyTo copies the log, packed if the name says so.
func (b *bench) copyTo(name string) {
	b.t.Helper()
	data, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	if filepath.Ext(name) == ".gz" {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, _ = w.Write(data)
		w.Close()
		data = z.Bytes()
	}
	b.put(b.sibling(name), string(data), os.O_TRUNC)
}

func (b *bench) expect(want string) {
	b.t.Helper()
	b.same(want, b.read())
}

func (b *bench) same(want string, got []string) {
	b.t.Helper()
	if d := cmp.Diff(lines(want), got); d != "" {
		b.t.Errorf("lines (-want +got):\n%s", d)
	}
}

// restart ends the subscription and begins another where it was.
func (b *bench) restart() {
	b.t.Helper()
	at := b.stop()
	b.add(Start{Stored: at, Wait: true})
}

func (b *bench) stop() ticket.Position {
	b.sub.Close()
	return b.sub.Position()
}

func TestEveryLineOnceOverRotation(t *testing.T) {
	tests := []struct {
		name string
		do   func(b *bench)
	}{
		{"renamed with the rest of the old file unread", func(b *bench) {
			b.append(numbered(10, 20))
			b.rename("a.log.1")
			b.write(numbered(20, 30))
			b.expect(numbered(10, 30))
		}},
		{"written to after the rename, before the new file is used", func(b *bench) {
			b.rename("a.log.1")
			b.write("")
			b.expect("")
			b.put(b.sibling("a.log.1"), numbered(10, 12), os.O_APPEND)
			b.expect(numbered(10, 12))
			b.write(numbered(12, 14))
			b.expect(numbered(12, 14))
		}},
		{"written to by a slow writer after the new file is used", func(b *bench) {
			b.rename("a.log.1")
			b.write(numbered(10, 12))
			b.expect(numbered(10, 12))
			b.put(b.sibling("a.log.1"), numbered(12, 14), os.O_APPEND)
			b.append(numbered(14, 15))
			b.expect(numbered(12, 15))
		}},
		{"renamed twice between two looks", func(b *bench) {
			b.append(numbered(10, 12))
			b.rename("a.log.2")
			b.write(numbered(12, 14))
			b.rename("a.log.1")
			b.write(numbered(14, 16))
			b.expect(numbered(10, 16))
		}},
		{"renamed twice between two late looks", func(b *bench) {
			b.append(numbered(10, 12))
			b.rename("a.log.2")
			b.write(numbered(12, 14))
			b.rename("a.log.1")
			b.write(numbered(14, 16))
			b.now = time.Now().Add(time.Hour) // when the files have grown, as far as we can tell
			b.expect(numbered(10, 16))
		}},
		{"removed with the rest unread", func(b *bench) {
			b.append(numbered(10, 12))
			b.remove(b.path)
			b.expect(numbered(10, 12))
			b.write(numbered(12, 14))
			b.expect(numbered(12, 14))
		}},
		{"truncated and shorter", func(b *bench) {
			b.write(numbered(10, 11))
			b.expect(numbered(10, 11))
		}},
		{"overwritten in place with something longer", func(b *bench) {
			b.write(numbered(10, 40))
			b.expect(numbered(10, 40))
		}},
		{"copied and truncated with the rest unread", func(b *bench) {
			b.append(numbered(10, 20))
			b.copyTo("a.log.1")
			b.write(numbered(20, 21))
			b.expect(numbered(10, 21))
		}},
		{"copied packed and truncated, and long again", func(b *bench) {
			b.append(numbered(10, 20))
			b.copyTo("a.log-20261125.gz")
			b.write(numbered(20, 60))
			b.expect(numbered(10, 60))
		}},
		{"truncated under a writer who keeps his offset", func(b *bench) {
			w, err := os.OpenFile(b.path, os.O_WRONLY, 0)
			if err != nil {
				b.t.Fatal(err)
			}
			defer w.Close()
			_, _ = w.Seek(0, 2)
			if err := os.Truncate(b.path, 0); err != nil {
				b.t.Fatal(err)
			}
			_, _ = w.WriteString(numbered(10, 12))
			b.expect(numbered(10, 12))
			_, _ = w.WriteString(numbered(12, 13))
			b.expect(numbered(12, 13))
		}},
		{"replaced by a copy of itself that has grown", func(b *bench) {
			data, _ := os.ReadFile(b.path)
			b.put(b.sibling("new"), string(data)+numbered(10, 12), os.O_TRUNC)
			_ = os.Rename(b.sibling("new"), b.path)
			b.expect(numbered(10, 12))
		}},
		{"a link that is switched", func(b *bench) {
			b.rename("one.log")
			_ = os.Symlink("one.log", b.path)
			b.put(b.sibling("one.log"), numbered(10, 11), os.O_APPEND)
			b.expect(numbered(10, 11))
			b.put(b.sibling("two.log"), numbered(11, 12), os.O_TRUNC)
			b.remove(b.path)
			_ = os.Symlink("two.log", b.path)
			b.expect(numbered(11, 12))
		}},
		{"an unfinished line waits for its end", func(b *bench) {
			b.append("half of")
			b.expect("")
			b.rename("a.log.1")
			b.write(numbered(11, 12))
			b.put(b.sibling("a.log.1"), " a line\n", os.O_APPEND)
			b.expect("half of a line\n" + numbered(11, 12))
		}},
		{"renamed while we were down", func(b *bench) {
			b.append(numbered(10, 20))
			at := b.stop()
			b.rename("a.log.1")
			b.write(numbered(20, 30))
			b.add(Start{Stored: at})
			b.expect(numbered(10, 30))
		}},
		{"rotated and packed three times while we were down", func(b *bench) {
			b.append(numbered(10, 12))
			at := b.stop()
			b.copyTo("a.log.3.gz")
			b.write(numbered(12, 14))
			b.copyTo("a.log.2.gz")
			b.write(numbered(14, 16))
			b.rename("a.log.1")
			b.write(numbered(16, 18))
			b.add(Start{Stored: at})
			b.expect(numbered(10, 18))
		}},
		{"copied but not truncated yet when we come up", func(b *bench) {
			at := b.stop()
			b.copyTo("a.log.2")
			b.write(numbered(10, 12))
			b.copyTo("a.log.1")
			b.add(Start{Stored: at})
			b.append(numbered(12, 13))
			b.expect(numbered(10, 13))
			b.copyTo("a.log.1")
			b.write(numbered(13, 14))
			b.expect(numbered(13, 14))
		}},
		{"the unread rest is older than what is wanted", func(b *bench) {
			at := b.stop()
			b.rename("a.log.2")
			old := time.Unix(1000, 0)
			_ = os.Chtimes(b.sibling("a.log.2"), old, old)
			b.write(numbered(10, 12))
			b.rename("a.log.1")
			b.write(numbered(12, 14))
			b.add(Start{Stored: at, Since: 2000})
			b.expect(numbered(10, 14))
		}},
		{"stopped in the middle of a rotated file", func(b *bench) {
			b.append(numbered(10, 20))
			at := b.stop()
			at.Offset = int64(len(numbered(0, 5)))
			b.rename("a.log.1")
			b.add(Start{Stored: at, Wait: true})
			b.expect("")
			b.write(numbered(20, 22))
			b.expect(numbered(5, 22))
		}},
		{"recreated while we were down, nothing kept", func(b *bench) {
			at := b.stop()
			b.write(numbered(10, 12))
			b.add(Start{Stored: at})
			b.expect(numbered(10, 12))
		}},
		{"restarted without any change", func(b *bench) {
			b.restart()
			b.expect("")
			b.append(numbered(10, 11))
			b.expect(numbered(10, 11))
		}},
		{"a place stored with an MD5, as Python 2 did", func(b *bench) {
			at := b.stop()
			h := md5.Sum([]byte(numbered(0, 1)))
			at.Hash = hex.EncodeToString(h[:])
			b.append(numbered(10, 11))
			b.add(Start{Stored: at})
			b.expect(numbered(10, 11))
		}},
		{"a stored place in the middle of a line does not count", func(b *bench) {
			at := b.stop()
			at.Offset--
			b.add(Start{Stored: at})
			b.expect(numbered(0, 10))
		}},
		{"unreadable for a while", func(b *bench) {
			b.rename("a.log.1")
			_ = os.Mkdir(b.path, 0o700)
			b.expect("")
			if st := b.sub.Stats(); st.State != Waiting || st.Reason == "" {
				b.t.Errorf("state %q, reason %q, want waiting with a reason", st.State, st.Reason)
			}
			b.remove(b.path)
			b.write(numbered(10, 11))
			b.expect(numbered(10, 11))
		}},
		{"gone for long, then back", func(b *bench) {
			b.remove(b.path)
			b.expect("")
			b.now = b.now.Add(time.Hour)
			b.expect("")
			if n := len(b.sub.follow.segs); n != 0 {
				b.t.Errorf("%d files kept open of a log that was removed long ago", n)
			}
			b.write(numbered(10, 11))
			b.expect(numbered(10, 11))
		}},
		{"the old file is let go when it is quiet", func(b *bench) {
			b.rename("a.log.1")
			b.write(numbered(10, 11))
			b.expect(numbered(10, 11))
			if n := len(b.sub.follow.segs); n != 2 {
				b.t.Errorf("%d files open right after rotation, want 2", n)
			}
			b.now = b.now.Add(time.Hour)
			b.expect("")
			if n := len(b.sub.follow.segs); n != 1 {
				b.t.Errorf("%d files open an hour after rotation, want 1", n)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.write(numbered(0, 10))
			b.add(Start{})
			b.expect(numbered(0, 10))
			tt.do(b)
		})
	}
}

func TestOnlyTheFirstLineIsAnother(t *testing.T) {
	b := newBench(t)
	b.write("first\n" + numbered(0, 10))
	b.add(Start{})
	b.expect("first\n" + numbered(0, 10))
	b.write("other\n" + numbered(0, 10))
	b.expect("")
	b.now = b.now.Add(31 * time.Second)
	b.expect("other\n" + numbered(0, 10))
}

// steps reads without a look at the path before, as if what the test did had happened between the look and the reading.
func (b *bench) steps() []string {
	buf := b.r.buffer()
	for b.sub.follow.step(buf) {
	}
	return b.take()
}

func (b *bench) expectSteps(want string) {
	b.t.Helper()
	b.same(want, b.steps())
}

func TestTruncatedBetweenTheLookAndTheFirstRead(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 4))
	b.add(Start{})
	b.copyTo("a.log.1")
	b.write(numbered(4, 6))
	b.expectSteps(numbered(0, 6))
}

func TestTruncatedUnderAnOffsetBetweenTheLookAndTheFirstRead(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 40))
	b.add(Start{})
	b.copyTo("a.log.1")
	b.write(strings.Repeat("\x00", len(numbered(0, 40))) + numbered(40, 42))
	b.expectSteps(numbered(0, 42))
}

// takeForItsOwn has the rotated file read before the log, as another file.
func (b *bench) takeForItsOwn() {
	f := b.sub.follow
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.earlier(f.siblings()[0])
	s.cursors[b.sub] = &cursor{}
	f.segs = append([]*segment{s}, f.segs...)
}

func TestCopyThatWasTakenForAFileOfItsOwn(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 4))
	b.add(Start{})
	b.copyTo("a.log.1")
	b.takeForItsOwn()
	b.write(numbered(4, 6))
	b.expectSteps(numbered(0, 6))
}

func TestPlacesInClosedFilesAreRemembered(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 4))
	b.add(Start{})
	b.expect(numbered(0, 4))
	b.copyTo("a.log.1")
	b.write(numbered(4, 6))
	b.expect(numbered(4, 6))
	f := b.sub.follow
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.earlier(f.siblings()[0])
	defer s.body.Close()
	c := &cursor{}
	if f.resume(b.sub, s, c); c.off != int64(len(numbered(0, 4))) {
		t.Errorf("goes on at %d in a copy of what was read, want %d", c.off, len(numbered(0, 4)))
	}
}

func TestLateSubscribersCatchUpAndShare(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 10))
	b.add(Start{Tail: true})
	b.expect("")
	var late recorder
	sub, err := b.r.Subscribe(b.path, Start{Stored: ticket.Position{Offset: int64(len(numbered(0, 4))), Hash: sum(numbered(0, 1))}}, &late)
	if err != nil {
		t.Fatal(err)
	}
	b.append(numbered(10, 12))
	b.expect(numbered(10, 12))
	if d := cmp.Diff(lines(numbered(4, 12)), late.take()); d != "" {
		t.Errorf("the late one (-want +got):\n%s", d)
	}
	if b.sub.Position() != sub.Position() {
		t.Errorf("positions differ: %v and %v", b.sub.Position(), sub.Position())
	}
	sub.Close()
	b.append(numbered(12, 13))
	b.expect(numbered(12, 13))
	if n := len(late.take()); n != 0 {
		t.Errorf("%d lines after Close", n)
	}
}

func TestPausedSubscriberLosesNothing(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 10))
	b.add(Start{})
	b.expect(numbered(0, 10))
	b.sub.Pause()
	b.append(numbered(10, 12))
	b.expect("")
	b.rename("a.log.1")
	b.write(numbered(12, 14))
	b.expect("")
	b.sub.Resume()
	b.expect(numbered(10, 14))
}

func TestLiveBeginsAtTheFirstEnd(t *testing.T) {
	b := newBench(t)
	b.write("")
	b.add(Start{})
	b.read()
	for i, want := range []bool{false, true} {
		b.append(numbered(i, i+1))
		b.sub.follow.round(t.Context())
		if d := cmp.Diff([]bool{want}, b.live); d != "" {
			t.Errorf("read %d: live (-want +got):\n%s", i, d)
		}
		b.take()
	}
	b.sub.Close()
	b.add(Start{Stored: b.sub.Position()})
	b.append(strings.Repeat("\n", maxBatch+1))
	b.sub.follow.round(t.Context())
	if slices.Contains(b.live, true) {
		t.Error("a batch before the end is live")
	}
	b.take()
	b.sub.Close()
	b.add(Start{Tail: true})
	b.append(numbered(2, 3))
	b.sub.follow.round(t.Context())
	if d := cmp.Diff([]bool{true}, b.live); d != "" {
		t.Errorf("tail: live (-want +got):\n%s", d)
	}
}

func TestAwkwardBytes(t *testing.T) {
	long := strings.Repeat("x", 5000)
	tests := []struct {
		name  string
		write []string
		want  [][]string
	}{
		{"a line beyond the limit is cut", []string{"a\n" + long + "\nb\n"}, [][]string{{"a", long[:512], "b"}}},
		{"a long line waits for its end", []string{"a\n" + long, long, "\nb\n"}, [][]string{{"a"}, nil, {long[:512], "b"}}},
		{"a line just at the limit is whole", []string{long[:512] + "\n" + long[:513] + "\n"}, [][]string{{long[:512], long[:512]}}},
		{"NULs before a line are left out", []string{"a\n\x00\x00\x00b\x00\n"}, [][]string{{"a", "b\x00"}}},
		{"a long run of NULs before a line", []string{"a\n" + strings.Repeat("\x00", 9000) + "b\nc\n"}, [][]string{{"a", "b", "c"}}},
		{"NULs wait for what follows", []string{strings.Repeat("\x00", 9000), "b\n"}, [][]string{nil, {"b"}}},
		{"carriage returns", []string{"a\r\r\n\r\nb\rc\r\n"}, [][]string{{"a", "", "b\rc"}}},
		{"many blank lines", []string{strings.Repeat("\n", 5000)}, [][]string{make([]string, 5000)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.write("")
			b.add(Start{})
			for i, w := range tt.write {
				b.append(w)
				if d := cmp.Diff(tt.want[i], b.read()); d != "" {
					t.Errorf("read %d (-want +got):\n%s", i, d)
				}
			}
		})
	}
}

func TestTextWrittenIntoAllocatedSpace(t *testing.T) {
	b := newBench(t)
	b.write("a\n" + strings.Repeat("\x00", 3000))
	b.add(Start{})
	b.expect("a\n")
	f, err := os.OpenFile(b.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _ = f.WriteAt([]byte("b\nhalf"), 2)
	b.now = b.now.Add(time.Second)
	_ = os.Chtimes(b.path, b.now, b.now) // the clock's grain may hide the change
	b.expect("b\n")
	_, _ = f.WriteAt([]byte(" c\n"), 8)
	_ = os.Chtimes(b.path, b.now, b.now.Add(time.Second))
	b.expect("half c\n")
}

func TestSearchByDate(t *testing.T) {
	b := newBench(t)
	var text strings.Builder
	for i := range 100000 {
		fmt.Fprintf(&text, "%d line\n", 1700000000+i)
	}
	b.write(text.String())
	probes := 0
	b.add(Start{Since: 1700099990, DateOf: func(line []byte) (ticket.Unix, bool) {
		probes++
		var n int64
		_, err := fmt.Sscanf(string(line), "%d", &n)
		return ticket.Unix(n), err == nil
	}})
	got := b.read()
	if probes > 200 {
		t.Errorf("%d lines were looked at", probes)
	}
	if len(got) < 10 || len(got) > 100000/10 || got[len(got)-1] != "1700099999 line" {
		t.Errorf("%d lines, want those of the last 10 s and some before", len(got))
	}
}
