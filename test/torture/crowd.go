// Package torture writes logs as busy services do, and rotates them under whoever reads them in every way there is.
//
// In go a path, a rate and a seed; out come the lines on disk, and the account of who failed how often, against which a server is
// held afterwards. It never looks at the server.
package torture

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

const (
	atOnce    = 150 // offenders who are under way at any time
	residents = 997 // addresses of those who log in
	// MaxRetry is the number of failures for which a server is to ban.
	MaxRetry = 3
)

// A Crowd are those who show up in a log: offenders, of whom some fail once less often than gets them banned and the others just often
// enough, and residents, who log in again and again.
type Crowd struct {
	// Lines counts the lines of each address.
	Lines map[netip.Addr]int

	rand   *rand.Rand
	share  float64 // of the lines that are offenders'
	begun  int     // offenders
	open   []offender
	due    []string
	served int // lines of residents
	total  int // lines
}

type offender struct {
	addr netip.Addr
	left int // failures to come
	due  bool
}

// NewCrowd returns a crowd; share is the part of the lines that belongs to offenders, from 0 to 1.
func NewCrowd(random *rand.Rand, share float64) *Crowd {
	return &Crowd{Lines: map[netip.Addr]int{}, rand: random, share: share}
}

// Append adds n lines to b.
func (c *Crowd) Append(b []byte, n int) []byte {
	at := time.Now()
	for range n {
		if c.rand.Float64() >= c.share {
			b = c.login(b, at)
			continue
		}
		b = c.fail(b, at)
	}
	return b
}

// fail adds a failure of anybody.
func (c *Crowd) fail(b []byte, at time.Time) []byte {
	for len(c.open) < atOnce {
		c.open = append(c.open, c.newcomer())
	}
	return c.failure(b, at, c.rand.IntN(len(c.open)))
}

// Finish adds what the offenders who are under way have still to do.
func (c *Crowd) Finish(b []byte) []byte {
	for len(c.open) > 0 {
		b = c.failure(b, time.Now(), len(c.open)-1)
	}
	return b
}

// Due returns the addresses, sorted, that have failed often enough to be banned.
func (c *Crowd) Due() []string { return slices.Sorted(slices.Values(c.due)) }

// Total returns the number of lines.
func (c *Crowd) Total() int { return c.total }

func (c *Crowd) newcomer() offender {
	n := c.begun
	c.begun++
	o := offender{addr: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), left: MaxRetry}
	if o.due = c.rand.IntN(2) == 0; !o.due {
		o.left--
	}
	return o
}

// failure adds a line of the i-th open offender.
func (c *Crowd) failure(b []byte, at time.Time, i int) []byte {
	o := &c.open[i]
	b = c.line(b, at, "Failed password for root", o.addr)
	if o.left--; o.left > 0 {
		return b
	}
	if o.due {
		c.due = append(c.due, o.addr.String())
	}
	c.open = slices.Delete(c.open, i, i+1)
	return b
}

func (c *Crowd) login(b []byte, at time.Time) []byte {
	n := c.served % residents
	c.served++
	return c.line(b, at, "Accepted publickey for guest", netip.AddrFrom4([4]byte{100, 64, byte(n >> 8), byte(n)}))
}

func (c *Crowd) line(b []byte, at time.Time, what string, addr netip.Addr) []byte {
	c.Lines[addr]++
	c.total++
	b = at.AppendFormat(b, time.Stamp)
	// Each address has a process of its own, so that no filter takes what two of them do for one session; and each line a number, so
	// that no two files begin with the same line, by which they are told apart.
	p := addr.As4()
	return fmt.Appendf(b, " web01 sshd[%d]: %s from %s port %d ssh2\n", 1000+int(p[1])<<16+int(p[2])<<8+int(p[3]), what, addr, c.total)
}
