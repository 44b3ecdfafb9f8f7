package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gaol/test/bench/logs"
)

// Each side bans this many addresses in each round, one by one.
const (
	latencyRounds = 2
	bansEach      = 10
)

// latency measures the time from the write of a log line to the server's own line about it, and to the kernel's notice of the ban.
func latency(b *bench) error {
	for range latencyRounds {
		for _, s := range b.sides() {
			if err := b.judgeOneByOne(s); err != nil {
				return err
			}
		}
		for _, c := range []struct {
			what, ours, peer string
		}{
			{"nftables-multiport, netlink", "nftables-multiport", "nftables-multiport"},
			{"nftables-multiport, shell", "nftables-multiport[driver=shell]", "nftables-multiport"},
			{"iptables-multiport", "iptables-multiport", "iptables-multiport"},
		} {
			what := "log line to ban in force: " + c.what
			if err := b.banOneByOne(b.ours, c.ours, what); err != nil {
				return err
			}
			if err := b.banOneByOne(b.peer, c.peer, what); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) banOneByOne(s *side, action, what string) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail, action: action})
	if err != nil {
		return err
	}
	defer d.remove()
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return err
	}
	fw, err := listen()
	if err != nil {
		return err
	}
	defer fw.close()
	time.Sleep(time.Second)
	for i := range bansEach + 1 {
		took, err := b.banOne(d, fw, i)
		if err != nil {
			return err
		}
		if i > 0 { // the first ban also sets the firewall up
			b.report.figure(what, milliseconds, 0).add(s, took)
		}
	}
	_, err = d.stop()
	return err
}

// banOne has address number i banned, after a pause of random length, so that no poll falls into step with us.
func (b *bench) banOne(d *daemon, fw *firewall, i int) (float64, error) {
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	a := logs.IPv4(i)
	line := fmt.Sprintf("%s web01 sshd[%d]: Failed password for root from %s port %d ssh2\n", time.Now().Format(time.Stamp), 1000+i, a, 40000+i)
	written, err := d.append("auth.log", line)
	if err != nil {
		return 0, err
	}
	at, err := fw.awaitAddress(b.ctx, a)
	return at.Sub(written).Seconds(), err
}
