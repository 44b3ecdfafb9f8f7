// Package nft shuts addresses out with nftables, over netlink and without any program.
//
// In go an action's parameters and the jail's bans; out come a table, a chain, one set for each address family and the rules that
// look it up: name for name and rule for rule what the stock nftables action makes with the nft program, so that one can change
// from one to the other at any time. What must be in the kernel is kept as a value here, a book for each set; everything the
// package does is to make the kernel agree with it. It never reads configuration and never decides who is banned.
package nft

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// bufferSize is for the netlink socket's both directions: a transaction larger than the buffer fails as a whole, and one of 100,000
// addresses takes about 10 MB. The kernel accounts only what is in use.
const bufferSize = 64 << 20

// A Kernel is the one way to the kernel that all nft actions of a server share: they have a table in common, and must not
// change it at the same time. The zero Kernel is ready; it connects when first used.
type Kernel struct {
	mu      sync.Mutex // one transaction at a time; taken after an action's own lock, never before
	conn    *nftables.Conn
	port    uint32    // of conn: changes that carry it are our own
	changed time.Time // when we last changed anything
	actions []*Action
}

// Available reports why nftables cannot be used here: no right to, or no support in the kernel.
func (k *Kernel) Available() error {
	return k.do(func(conn *nftables.Conn) error {
		_, err := conn.ListTables()
		if err != nil {
			return fmt.Errorf("nftables: %w", err)
		}
		return nil
	})
}

// Close ends the connection. The kernel keeps what it has.
func (k *Kernel) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closeLocked()
}

func (k *Kernel) closeLocked() error {
	if k.conn == nil {
		return nil
	}
	err := k.conn.CloseLasting()
	k.conn = nil
	return err
}

// do runs f with the connection, alone. The connection is dropped after an error that is not the kernel's answer, because it may be
// out of step or hold a half-made transaction.
func (k *Kernel) do(f func(*nftables.Conn) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn == nil {
		conn, err := nftables.New(nftables.AsLasting(), nftables.WithSockOptions(k.prepare))
		if err != nil {
			return fmt.Errorf("nftables: %w", err)
		}
		k.conn = conn
	}
	err := f(k.conn)
	if err != nil && !isAnswer(err) {
		_ = k.closeLocked() // the first error is the one to tell
	}
	return err
}

// change runs f, which makes transactions, as do does.
func (k *Kernel) change(f func(*nftables.Conn) error) error {
	return k.do(func(conn *nftables.Conn) error {
		defer func() { k.changed = time.Now() }()
		return f(conn)
	})
}

// isAnswer reports whether err is the kernel's verdict on a transaction.
func isAnswer(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EEXIST) || errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EINVAL) ||
		errors.Is(err, unix.EOPNOTSUPP)
}

// prepare sets up a new socket and learns its port.
func (k *Kernel) prepare(c *netlink.Conn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return fmt.Errorf("nftables socket: %w", err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for _, option := range []int{unix.SO_SNDBUFFORCE, unix.SO_RCVBUFFORCE} {
			failed = errors.Join(failed, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, option, bufferSize))
		}
		var sa unix.Sockaddr
		if sa, err = unix.Getsockname(int(fd)); err == nil {
			if nl, ok := sa.(*unix.SockaddrNetlink); ok {
				k.port = nl.Pid
			}
		}
		failed = errors.Join(failed, err)
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("nftables socket: %w", err)
	}
	return nil
}

// A present is what the kernel has of one configuration and one address family.
type present struct {
	table bool
	chain bool
	set   *nftables.Set
	rules []*nftables.Rule // in our chain, looking up our set
	// alone is true when the table holds nothing but these.
	alone bool
}

// look reads what is there for set.
func look(conn *nftables.Conn, c Config, setName string) (present, error) {
	t := c.table()
	p := present{alone: true}
	tables, err := conn.ListTablesOfFamily(t.Family)
	if err != nil {
		return p, fmt.Errorf("list tables: %w", err)
	}
	p.table = slices.ContainsFunc(tables, func(x *nftables.Table) bool { return x.Name == t.Name })
	if !p.table {
		return p, nil
	}
	if err := p.lookSets(conn, t, setName); err != nil {
		return p, err
	}
	return p, p.lookChains(conn, t, c.Chain, setName)
}

func (p *present) lookSets(conn *nftables.Conn, t *nftables.Table, name string) error {
	sets, err := conn.GetSets(t)
	if err != nil {
		return fmt.Errorf("list sets of %s: %w", t.Name, err)
	}
	for _, s := range sets {
		switch {
		case s.Name == name:
			s.Table = t
			p.set = s
		case !s.Anonymous:
			p.alone = false
		}
	}
	return nil
}

func (p *present) lookChains(conn *nftables.Conn, t *nftables.Table, chain, set string) error {
	chains, err := conn.ListChainsOfTableFamily(t.Family)
	if err != nil {
		return fmt.Errorf("list chains of %s: %w", t.Name, err)
	}
	for _, ch := range chains {
		switch {
		case ch.Table.Name != t.Name:
		case ch.Name == chain:
			p.chain = true
		default:
			p.alone = false
		}
	}
	if !p.chain {
		return nil
	}
	rules, err := conn.GetRules(t, &nftables.Chain{Table: t, Name: chain})
	if err != nil {
		return fmt.Errorf("list rules of %s %s: %w", t.Name, chain, err)
	}
	for _, r := range rules {
		if looksUp(r, set) {
			p.rules = append(p.rules, r)
		} else {
			p.alone = false
		}
	}
	return nil
}

func looksUp(r *nftables.Rule, set string) bool {
	return slices.ContainsFunc(r.Exprs, func(e expr.Any) bool {
		l, ok := e.(*expr.Lookup)
		return ok && l.SetName == set
	})
}

func (c Config) table() *nftables.Table {
	return &nftables.Table{Name: c.Table, Family: tableFamilies.Get()[c.TableFamily]}
}

func (c Config) chain(t *nftables.Table) *nftables.Chain {
	return &nftables.Chain{
		Table: t, Name: c.Chain, Type: nftables.ChainType(c.ChainType),
		Hooknum: hooks.Get()[c.Hook], Priority: nftables.ChainPriorityRef(nftables.ChainPriority(c.Priority)),
	}
}

// errNoAddress is what banning anything but an address yields.
var errNoAddress = errors.New("only addresses can be shut out by nftables")

var _ io.Closer = (*Kernel)(nil)
