package shell

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
)

func TestLint(t *testing.T) {
	bare := func(tag string) []string {
		return []string{"actionban: " + tag + " stands outside of quotes: its words become arguments and its wildcards file names; write \"" + tag + "\""}
	}
	for _, c := range []struct {
		command string
		want    []string
	}{
		{`echo <ip> <failures> <family> <name>`, nil},
		{`printf %s "<matches>" "$(echo "<F-USER>")"`, nil},
		{`echo <matches>`, bare("<matches>")},
		{`echo "a" <F-USER> "b"`, bare("<F-USER>")},
		{`echo "$(echo <ip-host>)"`, bare("<ip-host>")},
		{`echo \"<matches>\"`, bare("<matches>")},
		{`echo 'it is <matches>'`, []string{`actionban: <matches> stands in single quotes, where it stays a variable's name; write "<matches>"`}},
		{`sh -c "echo <matches>"`, []string{"actionban: <matches> becomes part of a script for another shell, which runs what an attacker writes; pass it as an argument"}},
		{`eval echo "<F-USER>"`, []string{"actionban: <F-USER> becomes part of a script for another shell, which runs what an attacker writes; pass it as an argument"}},
		{`sh -c 'echo "$1"' x "$y"; echo "<matches>"`, nil},
		{`echo "<text>"`, nil},
		{`echo <text>`, bare("<matches>")},
	} {
		var got []string
		for _, f := range Lint(action.NewProperties("actionban", c.command, "text", "<matches>", "name", "x")) {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.command, diff)
		}
	}
}

func FuzzLint(f *testing.F) {
	f.Add(`echo "$(x '<matches>')" \`)
	f.Add(`)))"''$(`)
	f.Fuzz(func(_ *testing.T, command string) { lintCommand(command) })
}
