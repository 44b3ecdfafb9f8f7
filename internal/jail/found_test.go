package jail

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gaol/internal/action"
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
