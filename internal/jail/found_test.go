package jail

import (
	"context"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/logging"
	"gaol/internal/ticket"
)

// happenings returns what the log says of offenders, in order.
func (b *bench) happenings() (all []string) {
	for _, m := range regexp.MustCompile(`(?m)\[j\] (Found|Ignore|Ban|Restore Ban|Unban) (\S+)`).FindAllStringSubmatch(b.log.String(), -1) {
		all = append(all, m[1]+" "+m[2])
	}
	return all
}

// TestOneBatchIsLoggedInOrder gives a jail a batch of all that can happen, and looks at the log when it has been
// judged.
func TestOneBatchIsLoggedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, func(s *Settings) { s.Ignore.IPs = []string{"192.0.2.9"} })
		b.lines("fail from 192.0.2.1", "fail from 192.0.2.2", "fail from 192.0.2.9", "fail from 192.0.2.1", "fail from 192.0.2.1", "fail from 192.0.2.3")
		want := []string{"Found 192.0.2.1", "Found 192.0.2.2", "Ignore 192.0.2.9", "Found 192.0.2.1", "Found 192.0.2.1", "Ban 192.0.2.1", "Found 192.0.2.3"}
		if got := b.happenings(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		b.jail.Stop()
	})
}

// TestIgnoreCommandSeesTheLog checks that what was found before is in the log when a command is asked about somebody.
func TestIgnoreCommandSeesTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil, nil)
		var seen []string
		b.jail.env.Command = func(context.Context, string, *action.Event) (int, error) {
			seen = append(seen, strings.Join(b.happenings(), ", "))
			return 1, nil
		}
		s, command := b.jail.Settings(), "look"
		s.IgnoreCommand = &command
		b.adopt(s)
		b.lines("fail from 192.0.2.1", "fail from 192.0.2.2", "fail from 192.0.2.3")
		want := []string{"", "Found 192.0.2.1", "Found 192.0.2.1, Found 192.0.2.2"}
		if !slices.Equal(seen, want) {
			t.Errorf("the command saw %q, want %q", seen, want)
		}
		b.jail.Stop()
	})
}

// BenchmarkFailure measures what a jail does about a failure that its filter has found: of ever new offenders, with a log at INFO.
func BenchmarkFailure(b *testing.B) {
	out := logging.NewOutput(nil, nil, "1.1.0")
	if err := out.SetTarget(filepath.Join(b.TempDir(), "log"), nil); err != nil {
		b.Fatal(err)
	}
	s := Defaults()
	s.Filter.Failregex = []string{"^ fail from <HOST>$"}
	plan, err := Compile(s)
	if err != nil {
		b.Fatal(err)
	}
	j, err := New("j", plan, Env{Log: out.Logger, Now: ticket.Now, Resolve: noNames{}})
	if err != nil {
		b.Fatal(err)
	}
	now := ticket.Now()
	f := ticket.Failure{
		Matches: []ticket.Match{{Date: "Nov 26 00:59:01", After: " web01 sshd[4711]: Failed password for root from 192.0.2.1 port 40000 ssh2"}},
		Fields:  ticket.Fields{{Name: "mlfid", Value: " web01 sshd[4711]: "}, {Name: "user", Value: "root"}, {Name: "ip4", Value: "192.0.2.1"}},
	}
	found := []finding{{failure: &f}}
	y, w := j.alone(), new(scribe)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%100_000 == 0 {
			y.counter = newCounter(plan.Settings.counting())
		}
		f.ID, f.Time = addr.From(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})), now
		w.describe(found)
		j.take(found, y, now)
	}
}
