package jail

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// at hands over lines that end at an offset, so that the jail has a place to note.
func (b *bench) at(offset int64, texts ...string) {
	batch := &ticket.Batch{Source: "/log", Live: true, End: ticket.Position{Offset: offset, Hash: "h"}}
	for _, text := range texts {
		batch.Lines = append(batch.Lines, ticket.Line{Text: []byte(time.Now().Format("2006-01-02T15:04:05 ") + text)})
	}
	b.sink.Lines(batch)
}

// TestFailuresOutliveAKill lets a jail go without a word, as after kill -9, and has the next go on from what is stored.
func TestFailuresOutliveAKill(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	killed := newBench(t, db, nil)
	killed.at(100, "fail from 192.0.2.1", "fail from 192.0.2.2", "fail from 192.0.2.1")
	killed.jail.checkpoint()
	killed.at(200, "fail from 192.0.2.2") // the last checkpoint does not have this one
	db.Flush()

	b := newBench(t, db, nil)
	if diff := cmp.Diff(ticket.Position{Offset: 100, Hash: "h"}, b.start.Stored); diff != "" {
		t.Errorf("reading begins elsewhere: %s", diff)
	}
	b.at(200, "fail from 192.0.2.2")
	b.want("fw", "start")
	b.at(300, "fail from 192.0.2.1")
	b.want("fw", "start", "ban 192.0.2.1 for 600, 1")
	b.at(400, "fail from 192.0.2.2")
	b.want("fw", "start", "ban 192.0.2.1 for 600, 1", "ban 192.0.2.2 for 600, 1")
	b.jail.Stop()
	killed.jail.Stop()
}

// TestFirstPlaceIsStoredAtOnce kills a jail that has seen its log for a moment only. Without a place the next one would take a log that
// is rotated meanwhile for a new one.
func TestFirstPlaceIsStoredAtOnce(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	killed := newBench(t, db, nil)
	killed.at(100, "fail from 192.0.2.1", "all is well")
	killed.at(200, "all is well")
	place, err := db.Position("j", "/log")
	if err != nil || place.Offset != 100 {
		t.Errorf("position %+v, %v", place, err)
	}
	killed.jail.Stop()
}

// TestBanAndItsPlaceAreStoredTogether looks at the store after every batch.
func TestBanAndItsPlaceAreStoredTogether(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	b := newBench(t, db, nil)
	b.at(100, "fail from 192.0.2.1", "fail from 192.0.2.1", "fail from 192.0.2.1")
	place, err := db.Position("j", "/log")
	if err != nil || place.Offset != 100 {
		t.Errorf("position %+v, %v", place, err)
	}
	if _, ok := db.Known("j", mustParse("192.0.2.1"), false); !ok {
		t.Error("the ban is not stored")
	}
	b.jail.Stop()
}

// TestUnbanHoldsThoughItsLinesAreReadAgain unbans somebody while the batch that banned him is still being judged.
func TestUnbanHoldsThoughItsLinesAreReadAgain(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	killed := newBench(t, db, nil)
	id := mustParse("192.0.2.1")
	j := killed.jail
	j.judging.Lock() // a batch under way
	added, _ := j.ban(&ticket.Ban{Failure: ticket.Failure{ID: id, Time: ticket.Now()}, BanTime: ticket.Default, Count: 1, Failures: 3})
	if !added {
		t.Fatal("not banned")
	}
	done := make(chan int)
	go func() {
		n, _ := j.Unban([]addr.ID{id})
		done <- n
	}()
	select {
	case <-done:
		t.Error("answered before it was certain")
	case <-time.After(50 * time.Millisecond):
	}
	j.judging.Unlock()
	if n := <-done; n != 1 {
		t.Errorf("%d unbanned", n)
	}
	db.Flush()
	b := newBench(t, db, nil)
	b.want("fw", "start")
	b.jail.Stop()
	j.Stop()
}

// TestBurstsAskForTidying lets twenty thousand addresses fail, and then one.
func TestBurstsAskForTidying(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	b := newBench(t, db, nil)
	defer b.jail.Stop()
	asked := make(chan struct{}, 10)
	b.jail.env.Tidy = func() { asked <- struct{}{} }
	var texts []string
	for i := range 20_000 {
		texts = append(texts, fmt.Sprintf("fail from 2001:db8::%x", i+1))
	}
	b.at(100, texts...)
	b.jail.checkpoint()
	db.Flush()
	if len(asked) != 1 {
		t.Errorf("asked %d times after a burst", len(asked))
	}
	b.at(200, "fail from 192.0.2.1")
	b.jail.checkpoint()
	db.Flush()
	if len(asked) != 1 {
		t.Errorf("asked %d times after a burst and one line", len(asked))
	}
}
