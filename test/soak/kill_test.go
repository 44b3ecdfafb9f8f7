package soak

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/test/torture"
)

// rounds is how often the server is killed: 200 times with GAOL_FULL=1.
func rounds() int {
	if full {
		return 200
	}
	return 10
}

// TestKill9 kills the server at random moments under attack. In the end exactly those must be banned who failed three times, however
// their failures fell around the kills, and what an operator was told to be banned or free must be so.
func TestKill9(t *testing.T) { killAgainAndAgain(t, time.Hour) }

// TestKill9AndRotation also rotates the log several times a minute, under the server and while it is down.
func TestKill9AndRotation(t *testing.T) { killAgainAndAgain(t, 700*time.Millisecond) }

func killAgainAndAgain(t *testing.T, rotate time.Duration) {
	random := randomness(t)
	m := newMachine(t, jailsOnFile)
	l := &torture.Log{Path: m.log(), Crowd: torture.NewCrowd(random(), 0.5), Rate: 800}
	l.Open()
	l.Write(time.Now().Add(20 * time.Millisecond))
	m.begin()
	stop := attack(l, rotate)
	o := &operator{machine: m, rand: random(), wants: map[string]bool{}, unsure: map[string]bool{}}
	moments := random()
	for range rounds() {
		s := m.start()
		kill := time.AfterFunc(time.Duration(20+moments.IntN(200))*time.Millisecond, s.kill)
		o.work()
		kill.Stop()
		s.kill()
		s.wait()
	}
	stop()
	s := m.start()
	m.awaitEnd()
	want := slices.Concat(l.Crowd.Due(), o.banned())
	slices.Sort(want)
	got := slices.DeleteFunc(m.banned("auth"), func(name string) bool { return o.unsure[name] })
	t.Logf("%d lines, %d offenders banned, %d acknowledged commands, %d kills", l.Crowd.Total(), len(want), o.done, rounds())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(l.Crowd.Due(), m.banned("twin")); diff != "" {
		t.Errorf("banned by the twin (-want +got)\n%s", diff)
	}
	s.terminate()
	m.checkCounts(l.Crowd)
	m.checkDatabase()
}

// begin lets the server see the log once: what is rotated before that is not its business.
func (m *machine) begin() {
	s := m.start()
	m.awaitEnd()
	s.kill()
	s.wait()
}

// attack writes to l, rotating it now and then, until stop is called, which lets every offender finish what he has begun.
func attack(l *torture.Log, rotate time.Duration) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for last := time.Now(); l.Err == nil; {
			select {
			case <-quit:
				l.Finish()
				l.Close()
				return
			default:
				l.Write(time.Now().Add(10 * time.Millisecond))
			}
			if time.Since(last) > rotate {
				l.RenameAndCreate()
				last = time.Now()
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// An operator bans and unbans, and remembers what was acknowledged.
type operator struct {
	machine *machine
	rand    *rand.Rand
	wants   map[string]bool
	unsure  map[string]bool // no answer came: it may have happened or not
	next    int
	done    int
}

// work gives commands until the server is gone.
func (o *operator) work() {
	for {
		name := fmt.Sprintf("172.16.%d.%d", o.next>>8&255, o.next&255)
		word := "banip"
		if o.wants[name] {
			word = "unbanip"
		}
		if _, err := o.machine.ask("set", "auth", word, name); err != nil {
			delete(o.wants, name)
			o.unsure[name] = true
			o.next++
			return
		}
		o.done++
		o.wants[name] = word == "banip"
		if word == "unbanip" || o.rand.IntN(2) == 0 {
			o.next++
		}
	}
}

func (o *operator) banned() (names []string) {
	for name, banned := range o.wants {
		if banned {
			names = append(names, name)
		}
	}
	return names
}
