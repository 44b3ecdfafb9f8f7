package main

import "time"

// idleTime is how long the servers are watched while nothing happens.
const idleTime = 10 * time.Second

// idle measures servers that have nothing to do, all at the same time.
func idle(b *bench) error {
	for _, c := range []struct {
		what   string
		jails  []jailSpec
		memory float64 // the goal
	}{
		{"1 jail", sshdJail, 0},
		{"5 jails", fiveJails, 15 << 20},
	} {
		if err := b.idleWith(c.what, c.jails, c.memory); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) idleWith(what string, jails []jailSpec, memory float64) error {
	var all []*daemon
	for _, s := range b.sides() {
		d, err := b.newDaemon(s, setup{jails: jails, action: "nftables-multiport"})
		if err != nil {
			return err
		}
		defer d.remove()
		if _, _, err := d.start(b.ctx, jails[len(jails)-1].name); err != nil {
			return err
		}
		all = append(all, d)
	}
	time.Sleep(3 * time.Second)
	cpu, wakes := map[*daemon]float64{}, map[*daemon]float64{}
	for _, d := range all {
		cpu[d], wakes[d] = cpuTime(d.pid()), wakeUps(d.pid())
	}
	time.Sleep(idleTime)
	for _, d := range all {
		all, own := resident(d.pid())
		b.report.figure("idle, "+what+": resident memory", mebibytes, memory).add(d.side, all)
		b.report.figure("idle, "+what+": resident memory but for files", mebibytes, 0).add(d.side, own)
		b.report.figure("idle, "+what+": CPU", percent, 0.0002).add(d.side, (cpuTime(d.pid())-cpu[d])/idleTime.Seconds())
		b.report.figure("idle, "+what+": wake-ups", perSecond, 2).add(d.side, (wakeUps(d.pid())-wakes[d])/idleTime.Seconds())
		if _, err := d.stop(); err != nil {
			return err
		}
	}
	return nil
}
