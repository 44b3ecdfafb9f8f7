package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/source/inotify"
	"gaol/test/bench/logs"
)

// judgeOneByOne measures how long a server takes to notice and judge a line: until it says Found in its own log.
func (b *bench) judgeOneByOne(s *side) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail, maxRetry: enoughTries})
	if err != nil {
		return err
	}
	defer d.remove()
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return err
	}
	if _, err := d.call(b.ctx, "set", "loglevel", "INFO"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	says, stop, err := d.listen()
	if err != nil {
		return err
	}
	defer stop()
	for i := range bansEach + 1 {
		time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond)) // so that no poll falls into step with us
		written, err := d.append("auth.log", failure(logs.IPv4(i).String()))
		if err != nil {
			return err
		}
		at, err := d.found(says, logs.IPv4(i).String())
		if err != nil {
			return err
		}
		if i > 0 { // the first one also sets up what is made at first use
			b.report.figure("log line to its Found", milliseconds, 0).add(s, at.Sub(written).Seconds())
		}
	}
	_, err = d.stop()
	return err
}

// listen returns the times at which the server's log is written to, until stop is called.
func (d *daemon) listen() (says <-chan time.Time, stop func(), err error) {
	in, err := inotify.Open()
	if err != nil {
		return nil, nil, err
	}
	if _, err := in.Add(d.path("server.log"), unix.IN_MODIFY); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c, done := make(chan time.Time, 1000), make(chan struct{})
	go func() {
		defer close(done)
		in.Run(ctx, func(inotify.Event) {
			select {
			case c <- time.Now():
			default: // nobody has listened for long
			}
		})
	}()
	return c, func() {
		cancel()
		<-done
		in.Close()
	}, nil
}

// found waits until the server says that it found a failure of address, and returns when it did.
func (d *daemon) found(says <-chan time.Time, address string) (time.Time, error) {
	timeout := time.After(10 * time.Second)
	for {
		select {
		case at := <-says:
			text, err := os.ReadFile(d.path("server.log"))
			if err != nil {
				return at, err
			}
			if strings.Contains(last(string(text), 2000), "Found "+address+" ") {
				return at, nil
			}
		case <-timeout:
			return time.Time{}, fmt.Errorf("%s: no failure of %s was found", d.side.name, address)
		}
	}
}
