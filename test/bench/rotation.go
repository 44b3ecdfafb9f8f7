package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gaol/internal/pickle"
	"gaol/test/torture"
)

const (
	rotationTime = 10 * time.Second
	rotateEvery  = time.Second
	settleTime   = 4 * time.Second  // without a new ban: the server is through
	settleLimit  = 90 * time.Second // however far it is
)

// rotation counts who is banned, and should be or not, when a log is rotated by renaming it, and when the server is killed as well.
func rotation(b *bench) error {
	for _, perSecond := range []int{1000, 50_000} {
		for _, kills := range []bool{false, true} {
			for _, s := range b.sides() {
				if err := b.rotate(s, perSecond, kills); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bench) rotate(s *side, perSecond int, kills bool) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail, maxRetry: torture.MaxRetry})
	if err != nil {
		return err
	}
	defer d.remove()
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return err
	}
	l := &torture.Log{Path: d.path("auth.log"), Crowd: torture.NewCrowd(rand.New(rand.NewPCG(1, 2)), 0.1), Rate: perSecond}
	written := make(chan struct{})
	go func() {
		defer close(written)
		rotateOnAndOn(l)
	}()
	if err := b.killOnAndOn(d, kills, written); err != nil {
		return err
	}
	if l.Err != nil {
		return l.Err
	}
	banned, err := b.settle(d)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("log at %d lines/s, rotated each second", perSecond)
	if kills {
		what += ", server killed every three"
	}
	b.compare(s, what, l.Crowd, banned)
	_, err = d.stop()
	return err
}

func rotateOnAndOn(l *torture.Log) {
	l.Open()
	for end := time.Now().Add(rotationTime); l.Err == nil && time.Now().Before(end); {
		l.Write(time.Now().Add(rotateEvery))
		l.RenameAndCreate()
	}
	l.Finish()
	l.Close()
}

// killOnAndOn kills the server every three seconds, if it is to be, and starts it again, until all is written.
func (b *bench) killOnAndOn(d *daemon, kills bool, written <-chan struct{}) error {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-written:
			return nil
		case <-tick.C:
			if !kills {
				continue
			}
			_ = d.cmd.Process.Kill() // an error: it is gone already, which shows at the start
			_ = d.cmd.Wait()
			if _, _, err := d.start(b.ctx, "sshd"); err != nil {
				return err
			}
		}
	}
}

// settle waits until nobody is banned any more, and returns who is.
func (b *bench) settle(d *daemon) (banned []string, err error) {
	for begin, last := time.Now(), time.Now(); time.Since(last) < settleTime && time.Since(begin) < settleLimit; time.Sleep(200 * time.Millisecond) {
		v, err := d.call(b.ctx, "get", "sshd", "banned")
		if err != nil {
			return nil, err
		}
		all, _ := pickle.Items(v)
		if len(all) != len(banned) {
			last = time.Now()
		}
		banned = banned[:0]
		for _, a := range all {
			banned = append(banned, pickle.Str(a))
		}
	}
	return banned, nil
}

// compare notes how many of those who are due are banned, and how many who are not due.
func (b *bench) compare(s *side, what string, c *torture.Crowd, banned []string) {
	due := c.Due()
	justly := 0
	for _, a := range banned {
		if _, found := slices.BinarySearch(due, a); found {
			justly++
		}
	}
	b.report.figure(what+": offenders banned", share, 0).add(s, float64(justly)/float64(len(due)))
	b.report.figure(what+": banned without cause", addresses, 0).add(s, float64(len(banned)-justly))
}
