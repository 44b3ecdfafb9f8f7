package main

import (
	"fmt"
	"strings"
	"time"

	"gaol/test/bench/logs"
)

const (
	scaleRounds = 2
	// enoughTries is how many failures get an address banned: more than any of the attackers in the log makes.
	enoughTries = 30
)

// scale measures how time and memory grow with jails and attackers: lines are appended in one write to a watched file, and the
// end is when the address that fails in the last lines is banned, by every jail.
func scale(b *bench) error {
	for range scaleRounds {
		for _, s := range b.sides() {
			if err := b.jailsOnOneFile(s, 1, 100_000, 7e5); err != nil {
				return err
			}
			if err := b.jailsOnOneFile(s, 20, b.linesForMany(s), 7e5/3); err != nil {
				return err
			}
			if err := b.manyAttackers(s, 100_000); err != nil {
				return err
			}
		}
	}
	return nil
}

// linesForMany returns how many lines many jails judge: of the original ten seconds' worth, and of ours so many that it is not the bans at
// the end which take the time.
func (b *bench) linesForMany(s *side) int {
	if s == b.peer {
		return 5_000
	}
	return 50_000
}

func (b *bench) jailsOnOneFile(s *side, jails, lines int, goal float64) error {
	var text strings.Builder
	// So many hosts that none comes near being banned.
	o := logs.Options{Lines: lines, Attack: 0.5, Hosts: 1 << 40, End: time.Now(), Span: 9 * time.Minute, Seed: 1}
	if err := logs.Write(&text, "auth", o); err != nil {
		return err
	}
	d, err := b.scaleDaemon(s, jails)
	if err != nil {
		return err
	}
	defer d.remove()
	took, err := b.feed(d, text.String(), jails)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("server: %d jails on one file", jails)
	b.report.figure(what, linesPerSec, goal).add(s, float64(lines)/took)
	_, err = d.stop()
	return err
}

func (b *bench) scaleDaemon(s *side, jails int) (*daemon, error) {
	specs := sshdJails(jails)
	d, err := b.newDaemon(s, setup{jails: specs, action: "nftables-multiport", maxRetry: enoughTries})
	if err != nil {
		return nil, err
	}
	if _, _, err := d.start(b.ctx, specs[jails-1].name); err != nil {
		d.remove()
		return nil, err
	}
	time.Sleep(time.Second)
	return d, nil
}

// feed appends text and then the last attacker's lines, and returns the seconds until every jail has banned that.
func (b *bench) feed(d *daemon, text string, jails int) (float64, error) {
	fw, err := listen()
	if err != nil {
		return 0, err
	}
	defer fw.close()
	written, err := d.append("auth.log", text+strings.Repeat(failure(logs.IPv4(131_071).String()), enoughTries))
	if err != nil {
		return 0, err
	}
	at, err := fw.awaitElements(b.ctx, func(have int) bool { return have >= jails })
	return at.Sub(written).Seconds(), err
}

// failure is a line about a failed login just now.
func failure(address string) string {
	return fmt.Sprintf("%s web01 sshd[4711]: Failed password for root from %s port 40000 ssh2\n", time.Now().Format(time.Stamp), address)
}

// manyAttackers measures n addresses that fail once each.
func (b *bench) manyAttackers(s *side, n int) error {
	d, err := b.scaleDaemon(s, 1)
	if err != nil {
		return err
	}
	defer d.remove()
	time.Sleep(time.Second) // together with the one before enough for what a start leaves behind
	_, before := resident(d.pid())
	var text strings.Builder
	for i := range n {
		text.WriteString(failure(logs.IPv4(i).String()))
	}
	took, err := b.feed(d, text.String(), 1)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("server: %d attackers that fail once", n)
	b.report.figure(what, linesPerSec, 0).add(s, float64(n)/took)
	time.Sleep(2 * time.Second)
	_, after := resident(d.pid())
	b.report.figure("memory per failing address", octets, 250).add(s, (after-before)/float64(n))
	_, err = d.stop()
	return err
}
