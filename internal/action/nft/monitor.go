package nft

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// How fast damage is mended. Somebody who keeps removing what we put back is met ever more slowly: fighting helps nobody.
const (
	firstDelay = 20 * time.Millisecond
	lastDelay  = 30 * time.Second
	calm       = time.Minute     // without damage, until the delay is short again
	echo       = 2 * time.Second // for how long a flood of messages may come from our own change
)

// A removal is what somebody else took away.
type removal struct {
	table  string // "" when messages were lost, so that it could be anything
	family nftables.TableFamily
	set    string // whose members were removed; "" when it was a table, chain, rule or set
}

// Watch puts back what others take away from the tables of k's actions, until ctx is done: a flushed ruleset, a deleted table, an
// emptied set. It returns an error when the kernel cannot be listened to; actions work without it.
func (k *Kernel) Watch(ctx context.Context) error {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, &netlink.Config{Groups: 1 << (unix.NFNLGRP_NFTABLES - 1)})
	if err != nil {
		return fmt.Errorf("watch nftables: %w", err)
	}
	_ = conn.SetReadBuffer(bufferSize / 8) // losing messages is survived, see below
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()

	removals := make(chan []removal, 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.mend(ctx, removals)
	}()
	defer func() { <-done }()
	defer close(removals)
	return k.listen(ctx, conn, removals)
}

// listen passes on what others remove.
func (k *Kernel) listen(ctx context.Context, conn *netlink.Conn, removals chan<- []removal) error {
	for {
		messages, err := conn.Receive()
		var found []removal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, unix.ENOBUFS):
			found = []removal{{}}
		case err != nil:
			return fmt.Errorf("watch nftables: %w", err)
		default:
			found = k.foreign(messages)
		}
		if len(found) == 0 {
			continue
		}
		select {
		case removals <- found:
		case <-ctx.Done():
			return nil
		}
	}
}

// foreign picks the removals that are not our own.
func (k *Kernel) foreign(messages []netlink.Message) []removal {
	k.mu.Lock()
	port := k.port
	k.mu.Unlock()
	var found []removal
	for _, m := range messages {
		if m.Header.PID == port {
			continue
		}
		if r, ok := parseRemoval(m); ok && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	return found
}

// parseRemoval reads a notification. Tables, chains, rules, sets and members all begin with the table's name; members go on with
// the set's.
func parseRemoval(m netlink.Message) (removal, bool) {
	if uint16(m.Header.Type)>>8 != unix.NFNL_SUBSYS_NFTABLES || len(m.Data) < 4 {
		return removal{}, false
	}
	kind := uint16(m.Header.Type) & 0xff
	switch kind {
	case unix.NFT_MSG_DELTABLE, unix.NFT_MSG_DELCHAIN, unix.NFT_MSG_DELRULE, unix.NFT_MSG_DELSET, unix.NFT_MSG_DELSETELEM:
	default:
		return removal{}, false
	}
	d, err := netlink.NewAttributeDecoder(m.Data[4:])
	if err != nil {
		return removal{}, false
	}
	r := removal{family: nftables.TableFamily(m.Data[0])}
	for d.Next() {
		switch {
		case d.Type() == unix.NFTA_SET_ELEM_LIST_TABLE:
			r.table = d.String()
		case d.Type() == unix.NFTA_SET_ELEM_LIST_SET && kind == unix.NFT_MSG_DELSETELEM:
			r.set = d.String()
		}
	}
	return r, d.Err() == nil && r.table != ""
}

// mend waits a moment after a removal, because they come in crowds, and then repairs all actions that are concerned.
func (k *Kernel) mend(ctx context.Context, removals <-chan []removal) {
	delay, last := firstDelay, time.Time{}
	for first := range removals {
		if time.Since(last) > calm {
			delay = firstDelay
		}
		all := gather(ctx, removals, first, delay)
		if ctx.Err() != nil {
			continue // until the sender closes
		}
		if k.repair(all) {
			last, delay = time.Now(), min(2*delay, lastDelay)
		}
	}
}

// gather returns first and all that follows within delay.
func gather(ctx context.Context, removals <-chan []removal, first []removal, delay time.Duration) []removal {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	all := first
	for {
		select {
		case more, ok := <-removals:
			if !ok {
				return all
			}
			for _, r := range more {
				if !slices.Contains(all, r) {
					all = append(all, r)
				}
			}
		case <-timer.C:
			return all
		case <-ctx.Done():
			return all
		}
	}
}

// repair lets every action look after its sets, and reports whether anything was to be done.
func (k *Kernel) repair(all []removal) bool {
	k.mu.Lock()
	actions := slices.Clone(k.actions)
	k.mu.Unlock()
	repaired := false
	for _, a := range actions {
		repaired = a.repair(all) || repaired
	}
	return repaired
}

// repair puts back what is missing of a's sets, and reports whether something was.
func (a *Action) repair(all []removal) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	repaired := false
	for i := range a.families {
		f := &a.families[i]
		if !f.started {
			continue
		}
		damaged, err := a.damagedLocked(f, all)
		if err == nil && damaged {
			repaired = true
			a.log.Warn(fmt.Sprintf("[%s] nftables set %s or its rules were removed by somebody else; putting them back", a.env.Jail, f.set))
			err = a.restoreLocked(f)
		}
		if err != nil {
			a.log.Error(fmt.Sprintf("[%s] nftables set %s cannot be put back: %v", a.env.Jail, f.set, err))
		}
	}
	return repaired
}

// damagedLocked reports whether one of the removals left f's set, its members or its rules incomplete.
func (a *Action) damagedLocked(f *family, all []removal) (bool, error) {
	concerned := false
	for _, r := range all {
		switch {
		case r.table == "":
			// A flood comes from a change of very many members. If it was not ours, somebody emptied a set.
			if !a.kernel.changedWithin(echo) {
				return f.book.until.len() > 0, nil
			}
			concerned = true
		case r.table != a.config.Table || r.family != tableFamilies.Get()[a.config.TableFamily]:
		case r.set == f.set:
			return f.book.until.len() > 0, nil
		case r.set == "":
			concerned = true
		}
	}
	if !concerned {
		return false, nil
	}
	sound, err := a.soundLocked(f)
	return !sound, err
}

func (k *Kernel) changedWithin(d time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Since(k.changed) < d
}
