package file

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// past lets the log begin anew n times after lines 0 to 9, with ten lines each time, and returns a place behind the first five of all.
func (b *bench) past(n int, name func(i int) string) ticket.Position {
	b.t.Helper()
	for i := range n + 1 {
		b.write(numbered(10*i, 10*i+10))
		if i < n {
			b.rename(name(n - i))
		}
	}
	return ticket.Position{Offset: int64(len(numbered(0, 5))), Hash: sum(numbered(0, 1))}
}

// joined has another jail subscribe, which stopped at at. From then on the first one reads ofFirst, the other one ofOther.
func (b *bench) joined(at ticket.Position, ofFirst, ofOther string) {
	b.t.Helper()
	other := &recorder{}
	sub, err := b.r.Subscribe(b.path, Start{Stored: at}, other)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(sub.Close)
	b.expect(ofFirst)
	if d := cmp.Diff(lines(ofOther), other.take()); d != "" {
		b.t.Errorf("the other's lines (-want +got):\n%s", d)
	}
}

func plainName(i int) string { return fmt.Sprintf("a.log.%d", i) }

func TestManyRotationsWhileWeWereDown(t *testing.T) {
	b := newBench(t)
	const n = 3 * maxSegs
	b.add(Start{Stored: b.past(n, plainName)})
	b.expect(numbered(5, 10*n+10))
	b.expect("")
	if st := b.sub.Stats(); st.Lost != 0 {
		t.Errorf("%d files given up", st.Lost)
	}
}

// TestLateSubscriberOfRotatedFiles has two jails come back one after the other, the first of which is through with a rotated file,
// so that it was closed, when the second comes.
func TestLateSubscriberOfRotatedFiles(t *testing.T) {
	b := newBench(t)
	at := b.past(3, plainName)
	b.copyTo("a.log.0.gz") // the youngest but for the log itself, which begins anew once more
	b.write(numbered(40, 50))
	b.add(Start{Stored: at})
	b.expect(numbered(5, 50))
	b.joined(at, "", numbered(5, 50))
}

func TestTheFileWhereWeStoppedIsGone(t *testing.T) {
	b := newBench(t)
	at := b.past(4, plainName)
	b.remove(b.sibling("a.log.4"))
	long := b.now.Add(-2 * 3600e9)
	if err := os.Chtimes(b.sibling("a.log.3"), long, long); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.log.2", "a.log.1"} {
		if err := os.Chtimes(b.sibling(name), b.now, b.now); err != nil {
			t.Fatal(err)
		}
	}
	b.add(Start{Stored: at, Since: ticket.Unix(b.now.Unix() - 3600)})
	b.expect(numbered(20, 50))
	if st := b.sub.Stats(); st.Lost != 1 {
		t.Errorf("lost %d stretches, want 1", st.Lost)
	}
}

// TestLateSubscriberReadsInOrder has a compressed file, which is closed as soon as it is read, come before one that stays open.
func TestLateSubscriberReadsInOrder(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 10))
	b.copyTo("a.log.2.gz")
	b.write(numbered(10, 20))
	b.rename("a.log.1")
	b.write(numbered(20, 30))
	b.add(Start{Stored: ticket.Position{Hash: sum(numbered(0, 1))}})
	b.expect(numbered(0, 30))
	b.joined(ticket.Position{Hash: sum(numbered(0, 1))}, "", numbered(0, 30))
}

// TestLateSubscriberOfAFileThatWasCompressed has the current file renamed, compressed and deleted between two subscriptions.
func TestLateSubscriberOfAFileThatWasCompressed(t *testing.T) {
	b := newBench(t)
	at := b.past(1, plainName)
	b.add(Start{Stored: at})
	b.expect(numbered(5, 20))
	b.copyTo("a.log.0.gz")
	b.remove(b.path)
	b.write(numbered(20, 30))
	b.expect(numbered(20, 30))
	b.joined(at, "", numbered(5, 30))
}

// TestSubscribersComeWhileACompressedFileIsRead has some look into the file that another one is in the middle of.
func TestSubscribersComeWhileACompressedFileIsRead(t *testing.T) {
	const n = 50_000
	b := newBench(t)
	b.write(numbered(0, n))
	b.copyTo("a.log.1.gz")
	b.write(numbered(n, n+1))
	r := running(t, Options{})
	from := Start{Stored: ticket.Position{Hash: sum(numbered(0, 1))}}
	var counts [8]atomic.Int64
	for i := range counts {
		sub, err := r.Subscribe(b.path, from, source.SinkFunc(func(batch *ticket.Batch) { counts[i].Add(int64(len(batch.Lines))) }))
		if err != nil {
			t.Fatal(err)
		}
		defer sub.Close()
		time.Sleep(time.Millisecond)
	}
	for i := range counts {
		for end := time.Now().Add(10 * time.Second); counts[i].Load() != n+1; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("subscriber %d has %d lines of %d", i, counts[i].Load(), n+1)
			}
		}
	}
}

// TestCopiedAndTruncatedBeforeTheFirstLook has a file that was empty when we opened it filled, copied and truncated at once.
func TestCopiedAndTruncatedBeforeTheFirstLook(t *testing.T) {
	fill := func(b *bench) {
		b.append(numbered(20, 30))
		b.copyTo("a.log.0.gz")
		b.write(numbered(30, 40))
	}
	t.Run("after a rotation", func(t *testing.T) {
		b := newBench(t)
		b.write(numbered(10, 20))
		b.add(Start{})
		b.expect(numbered(10, 20))
		b.rename("a.log.1")
		b.write("")
		b.expect("")
		fill(b)
		b.expect(numbered(20, 40))
	})
	t.Run("after a restart", func(t *testing.T) {
		b := newBench(t)
		at := b.past(1, plainName)
		b.rename("a.log.0")
		b.write("")
		b.add(Start{Stored: at})
		b.expect(numbered(5, 20))
		for i := 1; i >= 0; i-- {
			if err := os.Rename(b.sibling(plainName(i)), b.sibling(plainName(i+1))); err != nil {
				t.Fatal(err)
			}
		}
		fill(b)
		b.expect(numbered(20, 40))
	})
}

// TestLateSubscriberOfACopy has the file copied and truncated between two subscriptions, before the first of them has read on.
func TestLateSubscriberOfACopy(t *testing.T) {
	for name, rotate := range map[string]func(b *bench){
		"copied once": func(b *bench) { b.copyTo("a.log.1") },
		"copied, filled and copied again": func(b *bench) {
			b.copyTo("a.log.2")
			b.write(numbered(20, 30))
			b.copyTo("a.log.1")
		},
		"renamed after that": func(b *bench) {
			b.copyTo("a.log.2")
			b.write(numbered(20, 30))
			b.rename("a.log.1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write(numbered(10, 20))
			at := ticket.Position{Offset: int64(len(numbered(10, 15))), Hash: sum(numbered(10, 11))}
			b.add(Start{Stored: at})
			rotate(b)
			b.write(numbered(30, 40))
			want := numbered(15, 20) + numbered(30, 40)
			if name != "copied once" {
				want = numbered(15, 40)
			}
			b.joined(at, want, want)
		})
	}
}

// TestOrderOfCopies has two rotations between two looks, when the growth of the file was noticed later than it was copied.
func TestOrderOfCopies(t *testing.T) {
	b := newBench(t)
	b.now = time.Now().Add(time.Minute)
	b.write(numbered(10, 20))
	b.add(Start{})
	b.expect(numbered(10, 20))
	b.append(numbered(20, 30))
	b.copyTo("a.log.2")
	b.write(numbered(30, 40))
	b.copyTo("a.log.1")
	b.write(numbered(40, 50))
	b.expect(numbered(20, 50))
}

// TestLogsThatBeginAlike has a file that was current between two looks begin with the hundred lines with which the next one begins.
func TestLogsThatBeginAlike(t *testing.T) {
	b := newBench(t)
	b.write(numbered(0, 10))
	b.add(Start{})
	b.expect(numbered(0, 10))
	b.rename("a.log.2")
	b.write(numbered(100, 200) + "one\n")
	b.rename("a.log.1")
	b.write(numbered(100, 200) + "two\n")
	b.expect(numbered(100, 200) + "one\n" + numbered(100, 200) + "two\n")
}
