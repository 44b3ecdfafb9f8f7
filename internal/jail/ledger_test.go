package jail

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/failure"
	"gaol/internal/source"
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

// TestEachJailStoresWhatItCounts has jails count together, part, and come together again, and looks at what the store has of each.
func TestEachJailStoresWhatItCounts(t *testing.T) {
	db := openStore(t, t.TempDir()+"/db")
	defer db.Close()
	if err := db.AddJails("j0", "j1", "j2"); err != nil {
		t.Fatal(err)
	}
	c := &circle{hand: source.Deliver}
	compiler := new(Compiler)
	for i := range 3 {
		c.members = append(c.members, newMember(t, fmt.Sprint("j", i), compiler, func(env *Env) { env.Store = db }))
	}
	defer c.stop()
	step := 0
	fail := func(names ...string) {
		step++
		b := &ticket.Batch{Source: "/a.log", Live: true, End: ticket.Position{Offset: int64(step), Hash: "h"}}
		for _, name := range names {
			b.Lines = append(b.Lines, ticket.Line{Text: []byte(time.Now().Format("2006-01-02T15:04:05") + " fail from " + name)})
		}
		c.deliver(b, []int{0, 1, 2})
	}
	stored := func(counters int, want ...string) {
		t.Helper()
		if got := c.counters(t); got != counters {
			t.Errorf("step %d: %d counters, want %d", step, got, counters)
		}
		for i, m := range c.members {
			m.jail.checkpoint()
			db.Flush()
			pieces, err := db.Failures(m.jail.Name)
			table := failure.New(failure.Settings{MaxRetry: 99, FindTime: 600, MaxMatches: 5})
			if err = errors.Join(err, table.Restore(pieces)); err != nil {
				t.Fatal(err)
			}
			table.Apply(failure.Settings{FindTime: 600})
			got := ""
			for _, b := range table.Due() {
				got += fmt.Sprint(b.ID, " ", b.Failures, "; ")
			}
			if got != want[i] {
				t.Errorf("step %d, jail %d: %q is stored, want %q", step, i, got, want[i])
			}
		}
	}
	fail("192.0.2.1")
	stored(1, "192.0.2.1 1; ", "192.0.2.1 1; ", "192.0.2.1 1; ")
	attempt := func(who int) {
		c.members[who].jail.Attempt(&ticket.Failure{ID: mustParse("192.0.2.3"), Time: ticket.Now()})
	}
	attempt(0)
	fail("192.0.2.2")
	stored(2, "192.0.2.1 1; 192.0.2.3 1; 192.0.2.2 1; ", "192.0.2.1 1; 192.0.2.2 1; ", "192.0.2.1 1; 192.0.2.2 1; ")
	attempt(1)
	fail("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.3")
	attempt(0)
	stored(3, "192.0.2.3 2; ", "192.0.2.3 1; ", "")
	attempt(0)
	attempt(1)
	attempt(1)
	stored(3, "", "", "")
	fail("192.0.2.4")
	stored(1, "192.0.2.4 1; ", "192.0.2.4 1; ", "192.0.2.4 1; ")
}
