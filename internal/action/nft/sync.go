package nft

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"golang.org/x/sys/unix"

	"gaol/internal/addr"
)

// perMessage is how many members of a set go into one message: the elements of a message share an attribute whose length has 16
// bits, and silently wraps. 500 IPv6 intervals with timeouts take 52 kB.
const perMessage = 500

// applyLocked brings a change of f's book to the kernel. What must not be missing, the set and the rules, is made when it is
// missing: at the first ban, and when somebody else removed it.
func (a *Action) applyLocked(f *family, c change) error {
	if len(c.del)+len(c.add) == 0 {
		return nil
	}
	if !f.started {
		if len(c.add) == 0 {
			return nil
		}
		return a.restoreLocked(f)
	}
	if !f.shape.interval && f.book.hasNetworks() {
		return a.restoreLocked(f)
	}
	err := a.kernel.change(func(conn *nftables.Conn) error { return a.send(conn, f, c) })
	if err == nil {
		return nil
	}
	// A set that is gone makes the change fail, and so does a single member that is not there. Either way the book is right, and
	// putting it all in is quick.
	if restoreErr := a.restoreLocked(f); restoreErr != nil {
		return errors.Join(err, restoreErr)
	}
	return nil
}

// send makes one transaction of c.
func (a *Action) send(conn *nftables.Conn, f *family, c change) error {
	set := a.config.newSet(f)
	if err := f.queue(conn.SetDeleteElements, set, c.del); err != nil {
		return err
	}
	if err := f.queue(conn.SetAddElements, set, c.add); err != nil {
		return err
	}
	return conn.Flush()
}

// queue calls to with the elements of members, in portions.
func (f *family) queue(to func(*nftables.Set, []nftables.SetElement) error, set *nftables.Set, members []netip.Prefix) error {
	now := time.Now()
	for len(members) > 0 {
		n := min(len(members), perMessage)
		batch := make([]nftables.SetElement, 0, 2*n)
		for _, p := range members[:n] {
			if !set.Interval && !p.IsSingleIP() {
				return fmt.Errorf("set %s holds single addresses only, and %s is a network", set.Name, p)
			}
			until, _ := f.book.until.get(p)
			batch = append(batch, elements(p, set.Interval, timeout(until.time(), now))...)
		}
		if err := to(set, batch); err != nil {
			return fmt.Errorf("set %s: %w", set.Name, err)
		}
		members = members[n:]
	}
	return nil
}

// restoreLocked makes everything of f anew, in one transaction: table, chain, set, rules, and everybody in the book. What is there
// already is replaced, so that no packet sees anything in between; rules that we made and that are all there stay in their place.
func (a *Action) restoreLocked(f *family) error {
	if !f.started {
		a.recallLocked(f)
	}
	err := a.kernel.change(func(conn *nftables.Conn) error {
		p, err := look(conn, a.config, f.set)
		if err != nil {
			return err
		}
		f.shape = shape{interval: f.book.hasNetworks(), timeout: true}
		err = a.rebuild(conn, f, p, true)
		if p.set != nil && errors.Is(err, unix.EBUSY) {
			// Rules of somebody else look the set up: it cannot be replaced, so use it as it is.
			f.shape = shape{p.set.Interval, p.set.HasTimeout}
			err = a.rebuild(conn, f, p, false)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("table %s %s: %w", a.config.TableFamily, a.config.Table, err)
	}
	f.started, f.renew, f.book.forgetful = true, false, f.shape.timeout
	return nil
}

// recallLocked writes into f's book whom the jail calls banned. Their own events are still to come, and change nothing then.
func (a *Action) recallLocked(f *family) {
	if a.env.Active == nil {
		return
	}
	var nothing change
	for _, e := range a.env.Active() {
		if p, _ := e.ID().Prefix(); e.ID().Family() == f.name && a.wantsLocked(e) && !f.book.has(p, end(e)) {
			f.book.put(p, end(e), &nothing)
		}
	}
}

// rebuild makes one transaction that replaces the rules, and the set or at least its members.
func (a *Action) rebuild(conn *nftables.Conn, f *family, p present, replace bool) error {
	t := conn.AddTable(a.config.table())
	chain := a.config.chain(t)
	if !p.chain {
		conn.AddChain(chain)
	}
	set := a.config.newSet(f)
	rules, err := a.config.rules(f.name, t, set)
	if err != nil {
		return err
	}
	replace = replace && p.set != nil && f.shape != shape{p.set.Interval, p.set.HasTimeout}
	keep := f.started && !f.renew && !replace && p.set != nil && len(p.rules) == len(rules)
	if !keep {
		if err := deleteRules(conn, p); err != nil {
			return err
		}
	}
	if err := queueSet(conn, set, p.set, replace); err != nil {
		return err
	}
	if !keep {
		if err := queueRules(conn, chain, rules); err != nil {
			return err
		}
	}
	if err := f.queue(conn.SetAddElements, set, f.book.visible()); err != nil {
		return err
	}
	return conn.Flush()
}

// queueSet makes set, or empties the one that is there, or replaces it.
func queueSet(conn *nftables.Conn, set, present *nftables.Set, replace bool) error {
	switch {
	case present == nil:
	case replace:
		conn.DelSet(present)
	default:
		conn.FlushSet(set)
		return nil
	}
	return conn.AddSet(set, nil)
}

func queueRules(conn *nftables.Conn, chain *nftables.Chain, rules []rule) error {
	for _, r := range rules {
		if err := r.queue(conn, chain); err != nil {
			return err
		}
	}
	return nil
}

func deleteRules(conn *nftables.Conn, p present) error {
	for _, r := range p.rules {
		if err := conn.DelRule(r); err != nil {
			return err
		}
	}
	return nil
}

// removeLocked takes a set and its rules away, and the table if that leaves it empty.
func (a *Action) removeLocked(set string, c Config) error {
	err := a.kernel.change(func(conn *nftables.Conn) error {
		p, err := look(conn, c, set)
		if err != nil || !p.table {
			return err
		}
		if p.alone {
			conn.DelTable(c.table())
			return conn.Flush()
		}
		if err := deleteRules(conn, p); err != nil {
			return err
		}
		if p.set != nil {
			conn.DelSet(p.set)
		}
		return conn.Flush()
	})
	if err != nil {
		return fmt.Errorf("remove set %s: %w", set, err)
	}
	return nil
}

// checkLocked mends f, and removes what of it a predecessor left behind.
func (a *Action) checkLocked(f *family) error {
	if f.started {
		sound, err := a.soundLocked(f)
		if err != nil || sound {
			return err
		}
		a.log.Warn(fmt.Sprintf("[%s] nftables set %s or its rules are missing; putting them back", a.env.Jail, f.set))
		return a.restoreLocked(f)
	}
	p, err := a.lookLocked(f)
	if err != nil || p.set == nil && len(p.rules) == 0 {
		return err
	}
	return a.removeLocked(f.set, a.config)
}

// soundLocked compares what must be there with what is there, less the members: listing those takes the kernel seconds.
func (a *Action) soundLocked(f *family) (bool, error) {
	p, err := a.lookLocked(f)
	if err != nil {
		return false, err
	}
	rules, err := a.config.rules(f.name, a.config.table(), a.config.newSet(f))
	return p.set != nil && p.chain && len(p.rules) == len(rules), err
}

func (a *Action) lookLocked(f *family) (p present, err error) {
	err = a.kernel.do(func(conn *nftables.Conn) error {
		p, err = look(conn, a.config, f.set)
		return err
	})
	return p, err
}

// newSet returns a description of f's set.
func (c Config) newSet(f *family) *nftables.Set {
	s := &nftables.Set{
		Table: c.table(), Name: f.set, KeyType: nftables.TypeIPAddr, KeyByteOrder: binaryutil.BigEndian,
		Interval: f.shape.interval, HasTimeout: f.shape.timeout,
	}
	if f.name == addr.Inet6 {
		s.KeyType = nftables.TypeIP6Addr
	}
	return s
}
