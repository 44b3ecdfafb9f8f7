package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// crowd is a configuration of jails that use one filter in the same way, nearly so, and otherwise.
func crowd() Source {
	var b strings.Builder
	b.WriteString("[DEFAULT]\nenabled = true\nbackend = systemd\nmode = normal\nfilter = f[mode=%(mode)s]\naction = act[x=<known/x>]\nmaxretry = 5\n")
	for i := range 60 {
		fmt.Fprintf(&b, "[jail-%d]\n", i)
		switch i % 6 {
		case 1:
			b.WriteString("mode = aggressive\n")
		case 2:
			fmt.Fprintf(&b, "filter = f[mode=normal]\nmaxretry = %d\n", i%4)
		case 3:
			fmt.Fprintf(&b, "bantime = %d\nfailregex = ^mine$\n  %%(known/failregex)s\n", i)
		case 4:
			fmt.Fprintf(&b, "filter = f[mode=normal, maxlines=%d]\nport = %%(known/r)s\n", i%3)
		case 5:
			b.WriteString("filter = wrong\n")
		}
	}
	return inMemory("jail.conf", b.String(),
		"filter.d/f.conf", "[Definition]\nfailregex = ^<p> <bantime> %(backend)s from <HOST> <m-<mode>>$\n  <x> <r>\np = x<q>\nq = %(r)s\nr = 1\n"+
			"m-normal = a\nm-aggressive = b\n[Init]\nmaxlines = 1\nx = <port>\n",
		"filter.d/wrong.conf", "[Definition]\nfailregex = ^<HOST>\nmaxlines = many\n",
		"action.d/act.conf", "[Definition]\nactionban = <x> <name> <port>\n")
}

// TestTogetherAsAlone reads each jail among many, where it may share what came of its filter, and by itself.
func TestTogetherAsAlone(t *testing.T) {
	all, err := Read(Options{Source: crowd()})
	if err != nil || len(all.Jails) != 60 {
		t.Fatalf("%d jails, error %v", len(all.Jails), err)
	}
	messages := 0
	for _, j := range all.Jails {
		one, err := Read(Options{Source: crowd(), Only: j.Name})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one.Jails[0].Commands, j.Commands); diff != "" {
			t.Errorf("commands of %s: -alone +together\n%s", j.Name, diff)
		}
		if alone, together := explained(t, one, j.Name), explained(t, all, j.Name); alone != together {
			t.Errorf("%s: -alone +together\n%s", j.Name, cmp.Diff(alone, together))
		}
		for _, m := range one.Messages {
			if m.Level >= Warning {
				messages++
			}
		}
	}
	for _, m := range all.Messages {
		if m.Level >= Warning {
			messages--
		}
	}
	if messages != 0 {
		t.Errorf("jails that share a filter say %d warnings less than by themselves", messages)
	}
}

func explained(t *testing.T, c *Config, jail string) string {
	t.Helper()
	var b strings.Builder
	if err := Explain(&b, c, jail); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMessagesStayInOrder reads jails at the same time, of which some lack the same file: each says so, but why it cannot be read is
// said by the first one only.
func TestMessagesStayInOrder(t *testing.T) {
	var b strings.Builder
	var want []string
	for i := range 40 {
		fmt.Fprintf(&b, "[jail-%d]\nenabled = true\nfilter = f%d\n", i, i%2)
		if i == 1 {
			want = append(want, "Found no accessible config files for 'filter.d/f1' under (mem)")
		}
		if i%2 == 1 {
			want = append(want, "Unable to read the filter 'f1'", fmt.Sprintf("Errors in jail 'jail-%d'. Skipping...", i))
		} else {
			want = append(want, fmt.Sprintf("No actions were defined for jail-%d", i))
		}
	}
	c, err := Read(Options{Source: inMemory("jail.conf", b.String(), "filter.d/f0.conf", "[Definition]\nfailregex = ^<HOST>\n")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range c.Messages {
		if m.Level >= Warning {
			got = append(got, m.Text)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestJailsThatReferToEachOther are read one after the other: only a jail further up is known.
func TestJailsThatReferToEachOther(t *testing.T) {
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, "[jail-%d]\nenabled = true\nfilter = f[n=%d]\nusedns = %%(jail-%d/known/said)s\n", i, i, max(i-1, 0))
	}
	c, err := Read(Options{Source: inMemory("jail.conf", b.String(), "filter.d/f.conf", "[Definition]\nsaid = no<n>\nfailregex = ^<HOST>\n")})
	if err != nil {
		t.Fatal(err)
	}
	for i, j := range c.Jails {
		if got, want := fmt.Sprint(j.Commands[1]), fmt.Sprintf("[set jail-%d usedns no%d]", i, max(i-1, 0)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
