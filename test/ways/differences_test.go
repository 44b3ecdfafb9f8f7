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

var differences = map[string]difference{
	`version`:            {server: true, why: "it is another version"},
	`status sshd stats`:  {client: true, server: true, why: "a flavour of 1.1; a client of 1.0 cannot lay it out"},
	`status --all`:       {client: true, server: true, why: "a command of 1.1; a client of 1.0 cannot lay it out"},
	`status --all short`: {client: true, server: true, why: "a command of 1.1; a client of 1.0 cannot lay it out"},
	`stats`:              {client: true, server: true, why: "a command of 1.1; a client of 1.0 cannot lay it out"},
	`statistics`:         {client: true, server: true, why: "a command of 1.1; a client of 1.0 cannot lay it out"},
	`statistic`:          {server: true, why: "a command of 1.1"},
	`add sshd`:           {server: true, why: "1.0 answers by the name of a variable; 1.1 says that the jail exists"},
	`add sshd polling`:   {server: true, why: "1.0 answers by the name of a variable; 1.1 says that the jail exists"},
	`add new nobackend`:  {server: true, why: "1.1 has no backend gamin"},
	`get sshd failregex`: {server: true, why: "<HOST> stands for an expression of our own"},
	`set sshd addfailregex "^ denied <HOST>$"`: {server: true, why: "<HOST> stands for an expression of our own"},
	`set sshd delfailregex 2`:                  {server: true, why: "<HOST> stands for an expression of our own"},
	`set sshd delfailregex 9`:                  {server: true, why: "<HOST> stands for an expression of our own"},
	`get sshd actionproperties rec`:            {server: true, why: "what is only in the original's inside is not shown"},
	`get sshd actionmethods rec`:               {server: true, why: "what is only in the original's inside is not shown"},
	`set sshd action rec ban '{bad'`:           {server: true, why: "the JSON reader words its errors itself"},
	`-V`:                                       {client: true, why: "it is another version"},
	`--version`:                                {client: true, why: "it is another version"},
	`--nosuchoption`:                           {client: true, why: "the help is in our words"},
}
