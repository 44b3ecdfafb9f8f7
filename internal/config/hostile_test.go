package config

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inMemory makes a source of name, content pairs; a fail2ban.conf is added where none is given.
func inMemory(pairs ...string) Source {
	m := fstest.MapFS{"fail2ban.conf": {Data: []byte("[Definition]\n")}}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return Embedded(m, "(mem)")
}

// hang is what nothing takes, not even on a busy machine with the race detector: it tells a hang, it measures nothing.
const hang = time.Minute

// within fails the test when f takes longer than limit.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if d := time.Since(began); d > limit {
		t.Errorf("took %v, more than %v", d, limit)
	}
}

func TestTenThousandJails(t *testing.T) {
	var b strings.Builder
	b.WriteString("[DEFAULT]\nenabled = true\nfilter = f[mode=%(mode)s]\nmode = x\naction = act[name=%(__name__)s]\nbackend = systemd\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "[jail-%d]\nmaxretry = %d\nfailregex = %%(known/failregex)s\n  more\n", i, i%7+1)
	}
	source := inMemory("jail.conf", b.String(), "filter.d/f.conf", "[Definition]\nfailregex = <mode> <HOST>\n",
		"action.d/act.conf", "[Definition]\nactionban = <name> <ip>\n")
	within(t, hang, func() {
		c, err := Read(Options{Source: source})
		if err != nil || len(c.Jails) != 10_000 || c.Failed {
			t.Errorf("%d jails, error %v", len(c.Jails), err)
		}
	})
}

func TestOddFiles(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	tests := map[string]struct {
		jail string
		want string // in the error, or "" for none
	}{
		"a line of a megabyte":          {"[a]\nenabled = true\nfilter =\nfailregex = " + long + "\n", ""},
		"a name of a megabyte":          {"[" + long + "]\nenabled = true\nfilter =\n", ""},
		"a million blank lines":         {"[a]\nenabled = true\nfilter =\nfailregex = x\n" + strings.Repeat("\n", 1<<20), ""},
		"a hundred thousand parameters": {"[a]\nenabled = true\nfilter =\naction = act[" + strings.Repeat("x=1,", 100_000) + "]\n", ""},
		"a hundred thousand brackets":   {"[a]\nenabled = true\nfilter =\naction = act" + strings.Repeat("[x=", 100_000) + "\n", ""},
		"many open quotes":              {"[a]\nenabled = true\nfilter =\naction = act[" + strings.Repeat("x=\"' ", 100_000) + "]\n", ""},
		"zero bytes":                    {"[a]\nenabled = true\nfilter = \x00\x00\n", ""},
		"a path of dots":                {"[a]\nenabled = true\nfilter = ../../../../etc/passwd\n", ""},
		"reference to itself":           {"[a]\nenabled = %(enabled)s\n", "Recursion limit exceeded"},
		"a million per cent signs":      {"[a]\nenabled = true\nfilter =\nbantime = " + strings.Repeat("%%", 1<<19) + "\n", ""},
		"a million references":          {"[a]\nenabled = true\nfilter =\nx = 1\nbantime = " + strings.Repeat("%(x)s", 1<<20) + "\n", ""},
		"a long number":                 {"[a]\nenabled = true\nfilter =\nmaxretry = " + strings.Repeat("9", 1<<20) + "\n", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			source := inMemory("jail.conf", tt.jail, "action.d/act.conf", "[Definition]\nactionban = <x>\n")
			within(t, hang, func() {
				c, err := Read(Options{Source: source})
				if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %.200v, want %q", err, tt.want)
				}
				Check(c)
			})
		})
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	tests := map[string][]string{
		"at: (mem)/jail.conf:3: bantime\nhint: define nix in [a] or [DEFAULT]\n":                                 {"jail.conf", "[a]\nenabled=true\nbantime = %(nix)s\nfilter=\n"},
		"at: (mem)/jail.conf:4: x\nhint: remove one of the two; to override a value put it into a .local file\n": {"jail.conf", "[a]\nx = 1\n\nx = 2\n"},
		"at: (mem)/jail.conf:2\nhint: write name = value; indent the line if it belongs to the value above\n":    {"jail.conf", "[a]\nwhat\n"},
		"at: (mem)/action.d/act.conf:2: actionban\nhint: <actionban> leads back to itself; to extend a parameter from a jail write <known/actionban>\n": {
			"jail.conf", "[a]\nenabled=true\nfilter=\naction=act\n", "action.d/act.conf", "[Definition]\nactionban = x <actionban>\n",
		},
		"at: (mem)/filter.d/f.conf:2: journalmatch\nhint: close the quotation in it's\n": {
			"jail.conf", "[a]\nenabled=true\nfilter=f\n", "filter.d/f.conf", "[Definition]\njournalmatch = it's\n",
		},
		"at: (mem)/jail.conf:4: logpath\nhint: correct logpath, create the file, or set skip_if_nologs = true\n": {
			"jail.conf", "[a]\nenabled=true\nfilter=\nlogpath = /nowhere/at/all\n",
		},
	}
	for want, tree := range tests {
		_, err := Read(Options{Source: inMemory(tree...)})
		if err == nil {
			t.Errorf("no error for %q", tree)
			continue
		}
		if diff := cmp.Diff(want, Advice(err)); diff != "" {
			t.Errorf("%v: -want +got\n%s", err, diff)
		}
	}
}

// TestCompileTakesOneJailOut has a server refuse a jail.
func TestCompileTakesOneJailOut(t *testing.T) {
	o := Options{
		Source: inMemory("jail.conf", "[DEFAULT]\nenabled=true\nfilter=\naction=\n[a]\nfailregex=(\n[b]\nfailregex=x\n[c]\nmaxretry=many\n"),
		Compile: func(j *Jail) error {
			if e := j.Expressions(); len(e.FailRegex) > 0 && e.FailRegex[0] == "(" {
				return fmt.Errorf("no closing bracket in '('")
			}
			return nil
		},
	}
	c, err := Read(o)
	if err != nil || c.Failed {
		t.Fatalf("failed: %v", err)
	}
	want := []any{
		[]any{"config-error", "Jail 'a' skipped, because of wrong configuration: no closing bracket in '('"},
		[]any{"add", "b", "auto"},
		[]any{"set", "b", "addfailregex", "x"},
		[]any{"config-error", "Jail 'c' skipped, because of wrong configuration: maxretry = 'many' is no integer"},
		[]any{"start", "b"},
	}
	if diff := cmp.Diff(want, c.Stream[len(c.Stream)-len(want):]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	o.StrictJails = true
	if c, err := Read(o); err != nil || !c.Failed {
		t.Errorf("a wrong jail is no failure when testing; error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("[a]\nenabled=true\nfilter=f[x=1]\naction=act[y=<x>]\n", "[Definition]\nfailregex=<x> %(y)s\ny=1\n[Init]\nx=2\n", "[Definition]\nactionban=<y> <known/y>\n[Init?family=inet6]\ny=3\n")
	f.Add("[DEFAULT]\nenabled=1\nfilter=f\n[a]\nfailregex=%(known/failregex)s\n x\njournalmatch='\n", "[Definition]\nfailregex=<a<b>>\nb=c\nac=<HOST>\nmaxlines=x\n", "[Definition]\n")
	f.Add("[a]\nenabled=yes\nfilter=f[\naction=act[x=\"]\n smtp.py[\xff]\n", "[INCLUDES]\nbefore=f.conf\n", "\x00")
	f.Fuzz(func(t *testing.T, jail, filter, action string) {
		none := func(string) ([]string, error) { return nil, nil }
		c, err := Read(Options{Source: inMemory("jail.conf", jail, "filter.d/f.conf", filter, "action.d/act.conf", action), Glob: none, AllowNoLogs: true})
		if err != nil && err.Error() == "" {
			t.Error("an error without text")
		}
		var out strings.Builder
		if err := DumpPretty(&out, c.Stream); err != nil {
			t.Error(err)
		}
		for _, j := range c.Jails {
			if err := Explain(&out, c, j.Name); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOddLists has action lists that make a careless search take quadratic time or worse.
func TestOddLists(t *testing.T) {
	for _, text := range []string{
		"a[" + strings.Repeat("b=", 50_000), "a[" + strings.Repeat(`b="`, 50_000), "a[" + strings.Repeat(`b="' `, 50_000) + "]x",
		"a[" + strings.Repeat("b= \n", 100_000) + "]x", strings.Repeat("a[b=", 100_000), "a[" + strings.Repeat("b", 300_000) + "=",
		"a[" + strings.Repeat("b=][", 100_000), strings.Repeat("a["+strings.Repeat("b", 30_000)+"=", 30), strings.Repeat("a[ ", 100_000),
		"a[" + strings.Repeat("b=] ", 100_000), strings.Repeat(`a[b="`, 100_000),
	} {
		within(t, hang, func() {
			SplitWithOptions(text)
			_, _, _ = ParseDefinition(text)
		})
	}
}
