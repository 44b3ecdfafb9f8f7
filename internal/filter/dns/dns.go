// Package dns asks the system's name service and remembers the answers.
//
// In go host names and addresses as logs hold them; out come addresses and names. Answers, good or bad, are kept for five
// minutes. The package never decides what a name is good for, and never asks while one of its locks is held.
package dns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"gaol/internal/ticket"
)

// Limits of each of the two caches, as the original has them.
const (
	maxEntries = 1000
	life       = 300 // seconds
)

// timeout bounds one question: whoever asks is a jail that is not reading its log meanwhile.
const timeout = 10 * time.Second

// Options say how a Cache asks. The zero value asks the system.
type Options struct {
	Log    *slog.Logger                                                 // told about names without an address; default: nobody
	Now    func() ticket.Unix                                           // default ticket.Now
	Lookup func(ctx context.Context, name string) ([]netip.Addr, error) // default: the system's resolver
	Names  func(ctx context.Context, ip netip.Addr) ([]string, error)   // likewise, backwards
}

// A Cache answers questions about names. It is safe for concurrent use.
type Cache struct {
	opt   Options
	ipv6  atomic.Int32 // an ipv6 mode
	names store[string, []netip.Addr]
	addrs store[netip.Addr, string]
}

const (
	ipv6Auto = iota
	ipv6Yes
	ipv6No
)

// NewCache returns an empty cache that allows IPv6 where the kernel does.
func NewCache(opt Options) *Cache {
	if opt.Now == nil {
		opt.Now = ticket.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	resolver := &net.Resolver{}
	if opt.Lookup == nil {
		opt.Lookup = func(ctx context.Context, name string) ([]netip.Addr, error) {
			return resolver.LookupNetIP(ctx, "ip", name)
		}
	}
	if opt.Names == nil {
		opt.Names = func(ctx context.Context, ip netip.Addr) ([]string, error) {
			return resolver.LookupAddr(ctx, ip.String())
		}
	}
	return &Cache{opt: opt}
}

// AllowIPv6 sets whether names may have IPv6 addresses: "auto" (as the kernel does), or a boolean word. Answers known so far are
// forgotten.
func (c *Cache) AllowIPv6(mode string) error {
	switch strings.ToLower(mode) {
	case "auto":
		c.ipv6.Store(ipv6Auto)
	case "yes", "true", "on", "1":
		c.ipv6.Store(ipv6Yes)
	case "no", "false", "off", "0":
		c.ipv6.Store(ipv6No)
	default:
		return fmt.Errorf("allowipv6: %q is neither auto, yes nor no", mode)
	}
	c.names.clear()
	return nil
}

// IPv6Allowed reports whether names may have IPv6 addresses now.
func (c *Cache) IPv6Allowed() bool {
	switch c.ipv6.Load() {
	case ipv6Yes:
		return true
	case ipv6No:
		return false
	}
	off, err := os.ReadFile("/proc/sys/net/ipv6/conf/all/disable_ipv6")
	return err == nil && strings.TrimSpace(string(off)) == "0"
}

// Addresses returns the addresses of a host name, none if it has none. A warning tells why not, once for each question asked.
func (c *Cache) Addresses(name string) []netip.Addr {
	now := c.opt.Now()
	if known, ok := c.names.get(name, now); ok {
		return known
	}
	addrs, err := c.ask(name)
	if len(addrs) == 0 {
		c.opt.Log.Warn("Unable to find a corresponding IP address for " + name + ": " + reason(err))
	}
	c.names.put(name, addrs, now)
	return addrs
}

func (c *Cache) ask(name string) ([]netip.Addr, error) {
	if ip, ok := numeric(name); ok {
		return []netip.Addr{ip}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	answer, err := c.opt.Lookup(ctx, name)
	six := c.IPv6Allowed()
	var addrs []netip.Addr
	for _, ip := range answer {
		if ip = ip.Unmap().WithZone(""); ip.Is4() || six {
			addrs = append(addrs, ip)
		}
	}
	return addrs, err
}

// Name returns the host name of an address, "" if it has none.
func (c *Cache) Name(ip netip.Addr) string {
	now := c.opt.Now()
	if known, ok := c.addrs.get(ip, now); ok {
		return known
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	name := ""
	if names, err := c.opt.Names(ctx, ip); err == nil && len(names) > 0 {
		name = strings.TrimSuffix(names[0], ".")
	}
	c.addrs.put(ip, name, now)
	return name
}

// reason tells a failure in the words of the C library, which users know from the original.
func reason(err error) string {
	var d *net.DNSError
	switch {
	case err == nil:
		return "[Errno -5] No address associated with hostname"
	case errors.As(err, &d) && d.IsNotFound:
		return "[Errno -2] Name or service not known"
	case errors.As(err, &d) && (d.IsTimeout || d.IsTemporary), errors.Is(err, context.DeadlineExceeded):
		return "[Errno -3] Temporary failure in name resolution"
	}
	return err.Error()
}
