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

// own is the set of the machine's own addresses, as last found.
type own struct {
	find func() []netip.Addr

	mu    sync.Mutex // guards the rest
	addrs map[netip.Addr]bool
	until ticket.Unix
}

func (o *own) has(ip netip.Addr, now ticket.Unix) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.addrs == nil || now > o.until {
		o.addrs, o.until = make(map[netip.Addr]bool), now+ownLife
		for _, a := range o.find() {
			o.addrs[a] = true
		}
	}
	return o.addrs[ip]
}

// OwnAddresses returns the addresses of all network interfaces, and those that resolve (which may be nil) knows for localhost,
// for the machine's short name and for its full name. What cannot be found out is left out.
func OwnAddresses(resolve Resolver) []netip.Addr {
	var own []netip.Addr
	if addrs, err := net.InterfaceAddrs(); err == nil {
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				own = append(own, p.Addr().Unmap().WithZone(""))
			}
		}
	}
	if resolve == nil {
		return own
	}
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
