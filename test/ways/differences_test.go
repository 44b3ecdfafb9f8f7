package ways

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A difference is a command that comes out differently on purpose. Whoever is the same must still print the same.
type difference struct {
	client, server bool // who makes the difference
	why            string
}

// check makes sure that a difference exists, and that it is where the table says.
func (d difference) check(t *testing.T, s step, all [4]outcome) {
	theirsOnTheirs, oursOnTheirs, theirsOnOurs, oursOnOurs := all[0], all[1], all[2], all[3]
	if theirsOnTheirs == oursOnOurs {
		t.Errorf("%s: does not differ any more: %+v", s.line, oursOnOurs)
	}
	if !d.client {
		if diff := cmp.Diff(theirsOnTheirs, oursOnTheirs); diff != "" {
			t.Errorf("%s: the clients differ on the original's server (-theirs +ours):\n%s", s.line, diff)
		}
		if diff := cmp.Diff(theirsOnOurs, oursOnOurs); diff != "" {
			t.Errorf("%s: the clients differ on our server (-theirs +ours):\n%s", s.line, diff)
		}
	}
	if !d.server {
		if diff := cmp.Diff(theirsOnTheirs, theirsOnOurs); diff != "" {
			t.Errorf("%s: the servers differ with the original's client (-theirs +ours):\n%s", s.line, diff)
		}
	}
}

var differences = map[string]difference{}
