package main

import (
	"fmt"
	"time"
)

const (
	someBans = 1000
	manyBans = 10_000
)

// bans measures what many bans cost. The original would take minutes to restore 10,000 with commands, so it holds those
// without an action: what its own commands cost is still to be seen.
func bans(b *bench) error {
	for range 3 {
		if err := b.restore(b.ours, someBans); err != nil {
			return err
		}
		if err := b.restoreMany(b.ours, "nftables-multiport"); err != nil {
			return err
		}
	}
	if err := b.restoreMany(b.peer, ""); err != nil {
		return err
	}
	return b.restore(b.peer, someBans)
}

// restore lets a server bring n bans back.
func (b *bench) restore(s *side, n int) error {
	d, _, err := b.prepare(s, "nftables-multiport", n)
	if err != nil {
		return err
	}
	defer d.remove()
	fw, err := listen()
	if err != nil {
		return err
	}
	defer fw.close()
	if err := b.awaitRestored(d, fw, n); err != nil {
		return err
	}
	_, err = d.stop()
	return err
}

func (b *bench) awaitRestored(d *daemon, fw *firewall, n int) error {
	if err := d.launch(); err != nil {
		return err
	}
	at, err := fw.awaitElements(b.ctx, func(have int) bool { return have >= n })
	b.report.figure(fmt.Sprintf("restore %s bans, start to all in the kernel", commas(int64(n))), milliseconds, 0).add(d.side, at.Sub(d.begin).Seconds())
	return err
}

// restoreMany lets a server bring back many bans and measures its memory and its commands then.
func (b *bench) restoreMany(s *side, action string) error {
	d, empty, err := b.prepare(s, action, manyBans)
	if err != nil {
		return err
	}
	defer d.remove()
	fw, err := listen()
	if err != nil {
		return err
	}
	defer fw.close()
	if action != "" {
		err = b.awaitRestored(d, fw, manyBans)
	} else {
		err = b.restoreQuietly(d)
	}
	if err != nil {
		return err
	}
	return b.withBans(d, fw, empty, action)
}

// restoreQuietly starts a server without actions and waits until it has all bans.
func (b *bench) restoreQuietly(d *daemon) error {
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		held, err := d.number(b.ctx, "Actions", "Currently banned")
		switch {
		case err != nil || held >= manyBans:
			return err
		case time.Now().After(end):
			return fmt.Errorf("%s: only %v bans restored", d.side.name, held)
		}
	}
}

// prepare lets a server make its database, fills that, and returns how much memory of its own the server had without bans.
func (b *bench) prepare(s *side, action string, n int) (d *daemon, empty float64, err error) {
	if d, err = b.newDaemon(s, setup{jails: sshdJail, action: action}); err != nil {
		return nil, 0, err
	}
	if _, _, err = d.start(b.ctx, "sshd"); err == nil {
		time.Sleep(2 * time.Second)
		_, empty = resident(d.pid())
		_, err = d.stop()
	}
	if err == nil {
		err = d.fillDatabase("sshd", n)
	}
	if err != nil {
		d.remove()
	}
	return d, empty, err
}

// withBans measures memory and commands of a server that has many bans in force.
func (b *bench) withBans(d *daemon, fw *firewall, empty float64, action string) error {
	time.Sleep(2 * time.Second)
	_, full := resident(d.pid())
	with := ", " + commas(manyBans) + " bans"
	b.report.figure("memory per ban"+with, octets, 400).add(d.side, (full-empty)/manyBans)
	for _, c := range []struct {
		what string
		goal float64
		args []string
	}{
		{"ping", 0.005, []string{"ping"}}, {"status", 0, []string{"status"}}, {"status sshd", 0.012, []string{"status", "sshd"}},
		{"get sshd banip", 0, []string{"get", "sshd", "banip"}},
	} {
		for range commandsEach {
			if err := b.client(d, c.what+with, c.goal, c.args...); err != nil {
				return err
			}
		}
	}
	if err := b.client(d, "reload"+with, 0.030, "reload"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	if action == "" {
		return b.liftAll(d, with)
	}
	if _, err := fw.awaitElements(b.ctx, func(have int) bool { return have == manyBans }); err != nil {
		return fmt.Errorf("after a reload: %w", err)
	}
	if err := b.liftAll(d, with); err != nil {
		return err
	}
	_, err := fw.awaitElements(b.ctx, func(have int) bool { return have <= 0 })
	return err
}

// liftAll measures the end of all bans; the server answers when they are gone from the kernel.
func (b *bench) liftAll(d *daemon, with string) error {
	return b.client(d, "unban --all"+with, 0.080, "unban", "--all")
}
