package file

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"gaol/internal/ticket"
)

// behind returns the place behind n lines of a log that begins with line 0.
func behind(n int) ticket.Position {
	return ticket.Position{Offset: int64(len(numbered(0, n))), Hash: sum(numbered(0, 1))}
}

func recent([]byte) (ticket.Unix, bool) { return 1700000000, true }

func TestTruncatedBeforeTheSearchByDate(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 40))
	b.add(Start{Stored: behind(20), Since: 1, DateOf: recent})
	b.copyTo("a.log.1")
	b.write(numbered(40, 90))
	b.expectSteps(numbered(20, 90))
}

func TestTruncatedDuringTheSearchByDate(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 4000))
	first := true
	b.add(Start{Since: 1700000000, DateOf: func(line []byte) (ticket.Unix, bool) {
		if first {
			first = false
			b.copyTo("a.log.1")
			b.write(numbered(4000, 9000))
		}
		return 1600000000, true // old, so that the place moves
	}})
	got := b.steps()
	if want := lines(numbered(4000, 9000)); len(got) < len(want) || !cmp.Equal(want, got[len(got)-len(want):]) {
		t.Errorf("%d lines, the last of which are not those that the log holds now", len(got))
	}
}

// hole returns what is in front of the text of a writer who keeps his place over a truncation.
func hole(size int) string { return strings.Repeat("\x00", size) }

func TestSkippedHoleIsNoPlace(t *testing.T) {
	b := newBench(t)
	first := hole(3000) + numbered(0, 20)
	b.write(first)
	b.add(Start{})
	buf := b.r.buffer()
	b.sub.follow.step(buf)
	if at, want := b.sub.Position(), (ticket.Position{Hash: sum(numbered(0, 1))}); at != want {
		t.Errorf("behind a hole the place is %v, want %v", at, want)
	}
	b.copyTo("a.log.1")
	b.write(hole(len(first)) + numbered(20, 22))
	b.sub.follow.step(buf)
	b.restart()
	b.expect(numbered(0, 22))
}

func TestFirstLineEndsBetweenTheLookAndTheRead(t *testing.T) {
	b := newBench(t)
	b.write("half")
	b.add(Start{})
	f, buf := b.sub.follow, b.r.buffer()
	s, ended := f.pick(buf)
	b.append(" of a line\n")
	f.read(s, buf, buf.window(s, buf.group[0].cursor), ended)
	b.expect("half of a line\n")
	for _, end := range b.ends {
		if end.Hash == "" {
			t.Errorf("handed over with place %v, which cannot be found again", end)
		}
	}
}

func TestCopyThatIsBeingCompressed(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 10))
	b.rename("a.log.2")
	b.write(numbered(10, 20))
	b.copyTo("a.log.1.gz")
	whole, err := os.ReadFile(b.sibling("a.log.1.gz"))
	if err != nil {
		t.Fatal(err)
	}
	b.put(b.sibling("a.log.1.gz"), string(whole[:20]), os.O_TRUNC)
	b.add(Start{Stored: behind(5)})
	b.put(b.sibling("a.log.1.gz"), string(whole), os.O_TRUNC)
	b.expectSteps(numbered(5, 20))
	b.write(numbered(20, 30))
	b.expect(numbered(20, 30))
	if n := b.sub.Stats().Lost; n != 0 {
		t.Errorf("%d stretches count as lost", n)
	}
}

// TestCopyThatWasReadAndClosed has a log truncated the moment after it was opened, so that it is known by a first line that it has no
// more; its copy is taken for a file of its own, read, and closed before that shows.
func TestCopyThatWasReadAndClosed(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 4))
	b.add(Start{})
	b.copyTo("a.log.1.gz")
	b.takeForItsOwn()
	b.write("")
	b.expectSteps(numbered(0, 4))
	b.sub.follow.retire()
	b.append(numbered(4, 6))
	b.expect(numbered(4, 6))
}

// TestPlaceThatCouldNotBeLearned has a file truncated before the bytes in front of a place in it were read.
func TestPlaceThatCouldNotBeLearned(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 2))
	s, c := b.opened(), &cursor{}
	s.place(c, behind(5).Offset)
	b.write(numbered(10, 40))
	if data, _, err := s.fill(c, make([]byte, 4096)); err != errOverwritten {
		t.Errorf("%q, %v; want %v", data, err, errOverwritten)
	}
}

// opened returns the log as a segment.
func (b *bench) opened() *segment {
	b.t.Helper()
	file, l, err := open(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { file.Close() })
	return &segment{body: file, id: l.identity, size: l.size}
}

// TestReadsAreOfOneFile has a file truncated and written anew again and again, each time with other bytes of the same length, while it
// is read. What is read at once must be from one time. Memory that the kernel has to find page by page makes the reading slow enough for the
// writer to overtake it.
func TestReadsAreOfOneFile(t *testing.T) {
	b := newBench(t)
	content := func(i int) string { return strings.Repeat(fmt.Sprintf("%07d\n", i), bulk/8) }
	b.write(content(0))
	stop, stopped := make(chan struct{}), make(chan error)
	go func() { stopped <- overwriteUntil(stop, b.path, content) }()
	s, window := b.opened(), b.pages(bulk)
	overwritten, read := 0, 0
	for end := time.Now().Add(time.Second); time.Now().Before(end) || read < 100; {
		c := &cursor{}
		s.place(c, markSize)
		_ = unix.Madvise(window, unix.MADV_DONTNEED) // an error only makes it quick
		switch data, _, err := s.fill(c, window); {
		case err == errOverwritten:
			overwritten++
		case err != nil:
			t.Fatal(err)
		case len(data) > 0:
			read++
			if all := append(c.mark, data...); !bytes.Equal(all, bytes.Repeat(all[:8], len(all)/8+1)[:len(all)]) {
				t.Fatalf("torn: %q, then %q … %q", all[:8], data[:8], data[len(data)-8:])
			}
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reads, %d more of a file that was overwritten", read, overwritten)
}

// pages returns memory that is not Go's.
func (b *bench) pages(size int) []byte {
	b.t.Helper()
	p, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = unix.Munmap(p) })
	return p
}

func overwriteUntil(stop <-chan struct{}, path string, content func(i int) string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for i := 1; ; i++ {
		select {
		case <-stop:
			return nil
		default:
		}
		text := []byte(content(i))
		if err := f.Truncate(0); err != nil {
			return err
		}
		for off := 0; off < len(text); off += 4 << 10 {
			if _, err := f.WriteAt(text[off:off+4<<10], int64(off)); err != nil {
				return err
			}
		}
	}
}
