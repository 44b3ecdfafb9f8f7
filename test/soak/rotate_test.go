package soak

import (
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"gaol/test/torture"
)

// A torment says how hard a run is.
type torment struct {
	rate  int           // lines a second
	times int           // rotations of each kind
	rest  time.Duration // between two rotations, at most
}

func torments() []torment {
	if full {
		return []torment{{rate: 2000, times: 10, rest: 600 * time.Millisecond}, {rate: 50_000, times: 10, rest: 600 * time.Millisecond}}
	}
	return []torment{{rate: 2000, times: 1, rest: 300 * time.Millisecond}}
}

// TestEveryLineOnce rotates a log in every way, in random order, while the server is killed, or told to stop, and started again. In the
// end every line must have been counted once.
func TestEveryLineOnce(t *testing.T) {
	for _, hard := range torments() {
		random := randomness(t)
		m := newMachine(t, jailsOnFile)
		var up sync.Mutex // whoever holds it keeps the server from being stopped, or from being seen up
		up.Lock()
		l := &torture.Log{Path: m.log(), Crowd: torture.NewCrowd(random(), 0.02), Rate: hard.rate}
		l.Attend = func(rotate func()) { m.attend(&up, rotate) }
		l.Open()
		l.Write(time.Now().Add(20 * time.Millisecond))
		m.begin()
		written := make(chan struct{})
		go func() {
			defer close(written)
			rotateInEveryWay(l, hard, random())
		}()
		stops := m.stopAgainAndAgain(&up, written, random())
		if l.Err != nil {
			t.Fatal(l.Err)
		}
		m.account(l.Crowd)
		t.Logf("%d lines/s, %d stops", hard.rate, stops)
	}
}

// rotateInEveryWay writes to l and rotates it.
func rotateInEveryWay(l *torture.Log, hard torment, random *rand.Rand) {
	var program []torture.Rotation
	for range hard.times {
		program = append(program, torture.Rotations...)
	}
	random.Shuffle(len(program), func(i, j int) { program[i], program[j] = program[j], program[i] })
	for _, r := range program {
		l.Write(time.Now().Add(time.Duration(random.Int64N(int64(hard.rest)))))
		r.Rotate(l)
	}
	l.Write(time.Now().Add(hard.rest))
	l.Finish()
	l.Close()
}

// stopAgainAndAgain lets the server run for random times until all is written; it is called with up held. It returns how often.
func (m *machine) stopAgainAndAgain(up *sync.Mutex, written <-chan struct{}, random *rand.Rand) (stops int) {
	for {
		s := m.start()
		up.Unlock()
		select {
		case <-time.After(time.Duration(50+random.IntN(2500)) * time.Millisecond):
		case <-written:
			s.kill()
			s.wait()
			return stops
		}
		up.Lock() // waits for a rotation that needs the server; none begins until it is up again
		if random.IntN(4) == 0 {
			_ = s.cmd.Process.Signal(syscall.SIGTERM)
		} else {
			s.kill()
		}
		s.wait()
		stops++
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
	}
}

// attend does rotate while the server is up and through with the log, and waits until it is again.
func (m *machine) attend(up *sync.Mutex, rotate func()) {
	for !m.t.Failed() {
		up.Lock()
		if within(20*time.Second, m.atEnd) {
			rotate()
			if !within(20*time.Second, m.atEnd) {
				m.t.Errorf("the lines around a rotation were not judged\n%s", m.tail())
			}
			up.Unlock()
			return
		}
		up.Unlock()
		time.Sleep(time.Millisecond) // let a restart go on
	}
}
