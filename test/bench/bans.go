package main

import (
	"fmt"
	"time"
)

// bans measures what many bans cost. The original takes minutes for 10,000, so it does that once.
func bans(b *bench) error {
	for _, c := range []struct{ bans, ours, peer int }{{1000, 3, 3}, {10000, 3, 1}} {
		for i := range max(c.ours, c.peer) {
			if err := b.manyBans(b.ours, c.bans, c.bans == 10000); err != nil {
				return err
			}
			if i < c.peer {
				if err := b.manyBans(b.peer, c.bans, c.bans == 10000); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// manyBans lets a server restore n bans; with all, it then measures the commands too.
func (b *bench) manyBans(s *side, n int, all bool) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail, action: "nftables-multiport"})
	if err != nil {
		return err
	}
	defer d.remove()
	empty, err := b.prepare(d, n)
	if err != nil {
		return err
	}
	fw, err := listen()
	if err != nil {
		return err
	}
	defer fw.close()
	if err := d.launch(); err != nil {
		return err
	}
	at, err := fw.awaitElements(b.ctx, func(have int) bool { return have >= n })
	if err != nil {
		return err
	}
	b.report.figure(fmt.Sprintf("restore %d bans, start to all in the kernel", n), milliseconds, 0).add(s, at.Sub(d.begin).Seconds())
	if all {
		return b.withBans(d, fw, n, empty)
	}
	_, err = d.stop()
	return err
}

// prepare lets the server make its database, fills that, and returns how much memory the server had without bans.
func (b *bench) prepare(d *daemon, n int) (empty float64, err error) {
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return 0, err
	}
	time.Sleep(500 * time.Millisecond)
	empty, _ = resident(d.pid())
	if _, err := d.stop(); err != nil {
		return 0, err
	}
	return empty, d.fillDatabase("sshd", n)
}

// withBans measures memory and commands of a server that has n bans in force.
func (b *bench) withBans(d *daemon, fw *firewall, n int, empty float64) error {
	time.Sleep(2 * time.Second)
	full, _ := resident(d.pid())
	with := fmt.Sprintf(", %d bans", n)
	b.report.figure("memory per ban"+with, octets, 400).add(d.side, (full-empty)/float64(n))
	for _, c := range []struct {
		what string
		goal float64
		args []string
	}{
		{"ping", 0.005, []string{"ping"}}, {"status", 0, []string{"status"}}, {"status sshd", 0.012, []string{"status", "sshd"}},
		{"get sshd banip", 0, []string{"get", "sshd", "banip"}},
	} {
		for range 2 * commandsEach {
			if err := b.client(d, c.what+with, c.goal, c.args...); err != nil {
				return err
			}
		}
	}
	for range 2 {
		if err := b.client(d, "reload"+with, 0.030, "reload"); err != nil {
			return err
		}
		time.Sleep(time.Second)
		if _, err := fw.awaitElements(b.ctx, func(have int) bool { return have == n }); err != nil {
			return fmt.Errorf("after a reload: %w", err)
		}
	}
	return b.liftAll(d, fw, with)
}

// liftAll measures the end of all bans, in the kernel too.
func (b *bench) liftAll(d *daemon, fw *firewall, with string) error {
	begin := time.Now()
	if err := b.client(d, "unban --all"+with, 0.080, "unban", "--all"); err != nil {
		return err
	}
	at, err := fw.awaitElements(b.ctx, func(have int) bool { return have <= 0 })
	if err != nil {
		return err
	}
	b.report.figure("unban --all, all gone from the kernel"+with, milliseconds, 0).add(d.side, at.Sub(begin).Seconds())
	_, err = d.stop()
	return err
}
