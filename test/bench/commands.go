package main

import "fmt"

// How often everything is done, and a command within that.
const (
	commandRounds = 5
	commandsEach  = 4
)

// commands measures the client's commands, and start and stop, with one jail and with twenty.
func commands(b *bench) error {
	for range commandRounds {
		for _, s := range b.sides() {
			if err := b.oneJail(s); err != nil {
				return err
			}
			if err := b.twentyJails(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) oneJail(s *side) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail, action: "nftables-multiport"})
	if err != nil {
		return err
	}
	defer d.remove()
	pong, _, err := d.start(b.ctx, "sshd")
	if err != nil {
		return err
	}
	b.report.figure("server: start to first pong", milliseconds, 0.020).add(s, pong)
	for range commandsEach {
		if err := b.client(d, "ping", 0.005, "ping"); err != nil {
			return err
		}
		if err := b.client(d, "status", 0, "status"); err != nil {
			return err
		}
		if err := b.client(d, "status sshd", 0, "status", "sshd"); err != nil {
			return err
		}
	}
	if err := b.client(d, "reload", 0, "reload"); err != nil {
		return err
	}
	stop, err := d.stop()
	b.report.figure("client: stop, process gone", milliseconds, 0.200).add(s, stop)
	if err != nil {
		return err
	}
	return b.background(d)
}

// background measures `fail2ban-client start`, which leaves a server in the background.
func (b *bench) background(d *daemon) error {
	if err := b.client(d, "start", 0, "start"); err != nil {
		return err
	}
	_, err := d.client("stop")
	return err
}

// client runs one command and notes how long it took.
func (b *bench) client(d *daemon, what string, goal float64, args ...string) error {
	o, err := d.client(args...)
	b.report.figure("client: "+what, milliseconds, goal).add(d.side, o.wall)
	b.report.figure("client: "+what+", its CPU", milliseconds, 0).add(d.side, o.cpu)
	return err
}

func (b *bench) twentyJails(s *side) error {
	d, err := b.newDaemon(s, setup{jails: sshdJails(20), action: "nftables-multiport"})
	if err != nil {
		return err
	}
	defer d.remove()
	_, ready, err := d.start(b.ctx, "sshd19")
	if err != nil {
		return err
	}
	b.report.figure("server: start to the 20th jail", milliseconds, 0.080).add(s, ready)
	stop, err := d.stop()
	b.report.figure("client: stop, 20 jails", milliseconds, 0.200).add(s, stop)
	if err != nil {
		return fmt.Errorf("20 jails: %w", err)
	}
	return nil
}
