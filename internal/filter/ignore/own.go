package ignore

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"gaol/internal/ticket"
)

// ownLife is how long, in seconds, the machine's own addresses are taken to stay the same.
const ownLife = 300

// own is the set of the machine's own addresses. Those of its network interfaces are looked up when somebody asks; those that its
// names stand for may take a name service that does not answer, so nobody waits for them: the last ones known count.
type own struct {
	near func() []netip.Addr
	far  func() []netip.Addr // nil: there are none

	mu     sync.Mutex // guards the rest
	addrs  map[netip.Addr]bool
	until  ticket.Unix
	named  map[netip.Addr]bool
	asking bool
}

func (o *own) has(ip netip.Addr, now ticket.Unix) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.addrs == nil || now > o.until {
		o.addrs, o.until = setOf(o.near()), now+ownLife
		o.askLocked()
	}
	return o.addrs[ip] || o.named[ip]
}

// ask looks up the far addresses, without waiting for the answer.
func (o *own) ask() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.askLocked()
}

func (o *own) askLocked() {
	if o.far == nil || o.asking {
		return
	}
	o.asking = true
	go func() {
		named := setOf(o.far())
		o.mu.Lock()
		defer o.mu.Unlock()
		o.named, o.asking = named, false
	}()
}

func setOf(addrs []netip.Addr) map[netip.Addr]bool {
	set := make(map[netip.Addr]bool, len(addrs))
	for _, a := range addrs {
		set[a] = true
	}
	return set
}

// InterfaceAddresses returns the addresses of all network interfaces.
func InterfaceAddresses() []netip.Addr {
	var own []netip.Addr
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, p.Addr().Unmap().WithZone(""))
		}
	}
	return own
}

// namedAddresses returns what resolve knows for localhost, for the machine's short name and for its full name.
func namedAddresses(resolve Resolver) []netip.Addr {
	var own []netip.Addr
	for _, name := range ownNames() {
		own = append(own, resolve.Addresses(name)...)
	}
	return own
}

// ownNames returns the names of this machine.
func ownNames() []string {
	names := []string{"localhost"}
	host, err := os.Hostname()
	if err != nil || host == "" {
		return names
	}
	names = append(names, host)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if full, err := net.DefaultResolver.LookupCNAME(ctx, host); err == nil {
		if n := len(full) - 1; n > 0 && full[n] == '.' {
			full = full[:n]
		}
		if full != host {
			names = append(names, full)
		}
	}
	return names
}
