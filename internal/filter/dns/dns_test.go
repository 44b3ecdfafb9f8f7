package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"gaol/internal/ticket"
)

func addrs(texts ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// fake is a name service that counts the questions.
type fake struct {
	answers map[string][]netip.Addr
	asked   int
}

func (f *fake) lookup(_ context.Context, name string) ([]netip.Addr, error) {
	f.asked++
	if a, ok := f.answers[name]; ok {
		return a, nil
	}
	return nil, &net.DNSError{IsNotFound: true}
}

func TestAddresses(t *testing.T) {
	f := &fake{answers: map[string][]netip.Addr{
		"both": addrs("192.0.2.1", "::ffff:192.0.2.2", "2001:db8::1"),
	}}
	now := ticket.Unix(1000)
	c := NewCache(Options{Lookup: f.lookup, Now: func() ticket.Unix { return now }})
	if err := c.AllowIPv6("no"); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Addresses("both"), addrs("192.0.2.1", "192.0.2.2"); !slices.Equal(got, want) {
		t.Errorf("without IPv6: got %v, want %v", got, want)
	}
	if err := c.AllowIPv6("yes"); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Addresses("both"), addrs("192.0.2.1", "192.0.2.2", "2001:db8::1"); !slices.Equal(got, want) {
		t.Errorf("with IPv6: got %v, want %v", got, want)
	}
	if err := c.AllowIPv6("perhaps"); err == nil {
		t.Error("AllowIPv6 took a word it does not know")
	}
}

func TestAnswersAreKept(t *testing.T) {
	f := &fake{}
	now := ticket.Unix(1000)
	c := NewCache(Options{Lookup: f.lookup, Now: func() ticket.Unix { return now }})
	for _, step := range []struct {
		at    ticket.Unix
		asked int
	}{{1000, 1}, {1001, 1}, {1300, 1}, {1301, 2}} {
		now = step.at
		if got := c.Addresses("nobody"); len(got) != 0 {
			t.Fatalf("got %v for an unknown name", got)
		}
		if f.asked != step.asked {
			t.Errorf("at %v: asked %d times, want %d", step.at, f.asked, step.asked)
		}
	}
	for i := range maxEntries {
		c.Addresses(fmt.Sprintf("h%d.example", i))
	}
	f.asked = 0
	c.Addresses("nobody")
	if f.asked != 1 {
		t.Error("the oldest answer outlived a thousand younger ones")
	}
	if n := len(c.names.answers); n > maxEntries {
		t.Errorf("%d answers kept, want at most %d", n, maxEntries)
	}
}

func TestNumericNames(t *testing.T) {
	for name, want := range map[string]string{
		"1": "0.0.0.1", "12345": "0.0.48.57", "1.2": "1.0.0.2", "1.2.3": "1.2.0.3", "0x7f.1": "127.0.0.1",
		"010.1.1.1": "8.1.1.1", "1.2.3.4": "1.2.3.4", "4294967295": "255.255.255.255",
		"4294967296": "", "1.2.3.256": "", "256.1": "", "a": "", "": "", "1.": "", "08": "", "1.2.3.4.5": "", "0x": "", "+1": "",
	} {
		got, ok := numeric(name)
		if !ok && want != "" || ok && got.String() != want {
			t.Errorf("%q: got %v %v, want %q", name, got, ok, want)
		}
	}
}

func TestName(t *testing.T) {
	c := NewCache(Options{Names: func(_ context.Context, ip netip.Addr) ([]string, error) {
		if ip == netip.MustParseAddr("192.0.2.1") {
			return []string{"host.example."}, nil
		}
		return nil, errors.New("no such name")
	}})
	if got := c.Name(netip.MustParseAddr("192.0.2.1")); got != "host.example" {
		t.Errorf("got %q", got)
	}
	if got := c.Name(netip.MustParseAddr("192.0.2.2")); got != "" {
		t.Errorf("got %q for a nameless address", got)
	}
}
