package action

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

func TestExpand(t *testing.T) {
	p := NewProperties("name", "ssh", "set", "f2b-<name>", "set?family=inet6", "<set4>6", "set4", "f2b-<name>", "deep", "<set>/<deep2>", "deep2", "<set><sp>x",
		"protocol", "tcp", "tcp-port", "22", "a", "<b>", "b", "<a>", "self", "x<self>", "bantime", "77", "timeout", "1h30m", "user", "<F-USER>",
		"matches", "a'b\n$c", "half", "<na")
	p.Set("flag", true)
	for _, c := range []struct {
		name, text string
		family     addr.Family
		want, err  string
	}{
		{"plain text", "no tags < here > <> < a>", addr.None, "no tags < here > <> < a>", ""},
		{"a parameter in a parameter", "<set> <deep>", addr.Inet4, "f2b-ssh f2b-ssh/f2b-ssh x", ""},
		{"the variant of the family", "<set>", addr.Inet6, "f2b-ssh6", ""},
		{"no family", "<set>", addr.None, "f2b-ssh", ""},
		{"composite", "<<protocol>-port>", addr.None, "22", ""},
		{"unknown stays", "<ip> <F-USER> <what> <<protocol>-x>", addr.None, "<ip> <F-USER> <what> <tcp-x>", ""},
		{"a ticket's tag within a parameter", "<user>", addr.None, "<F-USER>", ""},
		{"ban time is the ticket's", "<bantime>", addr.None, "<bantime>", ""},
		{"timeout in seconds", "<timeout>", addr.None, "5400", ""},
		{"line tag given as parameter is escaped", "<matches>", addr.None, `a\'b\n\$c`, ""},
		{"flag", "<flag>", addr.None, "True", ""},
		{"line end", "a<br>b", addr.None, "a\nb", ""},
		{"the halves of a tag", "<half>me>", addr.None, "ssh", ""},
		{"circle", "<a>", addr.None, "", "parameter a refers to itself: <a> → <b> → <a>"},
		{"itself", "<self>", addr.None, "", "parameter self refers to itself: <self> → <self>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := p.Expand(c.text, c.family)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestExpandIsBounded(t *testing.T) {
	pairs := []string{"x0", strings.Repeat("x", 1000)}
	for i := range 20 {
		pairs = append(pairs, "x"+string(rune('a'+i)), strings.Repeat("<x"+string(rune('a'+i-1))+">", 10))
	}
	pairs[3] = strings.Repeat("<x0>", 10)
	if _, err := NewProperties(pairs...).Expand("<xt>", addr.None); err == nil {
		t.Error("a hundred million bytes are no error")
	}
}

func testEvent() *Event {
	id, _ := addr.Parse("2001:DB8::1")
	return &Event{
		Ban: &ticket.Ban{
			Failure: ticket.Failure{
				ID: id, Time: 1700000000.5,
				Matches: []ticket.Match{{After: "one"}, {Before: "a ", Date: "Nov 1", After: " it's"}},
				Fields: ticket.Fields{
					{Name: "user", Value: "bob"}, {Name: "fport", Value: "22"}, {Name: "fid", Value: "x"}, {Name: "none", Value: nil},
					{Name: "set", Value: ticket.Set{"a", "b"}}, {Name: "alt_user", Value: ticket.Tuple{"a", nil}},
				},
			},
			BanTime: ticket.Default, Count: 2, Failures: 5, Restored: true,
		},
		BanTime:   600.7,
		Jail:      JailInfo{"sshd", 600, 1, 2, 3, 4},
		IPMatches: func() (string, int) { return "stored lines", 9 },
		HostName:  func() string { return "host.example" },
	}
}

func TestFill(t *testing.T) {
	empty := &Event{Family: addr.Inet6, Jail: JailInfo{Name: "sshd", BanTime: -1}}
	raw := &Event{Ban: &ticket.Ban{Failure: ticket.Failure{ID: addr.Raw("x y")}, BanTime: -1}}
	for _, c := range []struct {
		name, text string
		event      *Event
		want       string
	}{
		{"who", "<ip> <fid> <family> <ip-host>", testEvent(), "2001:db8::1 2001:db8::1 inet6 host.example"},
		{"reversed", "<ip-rev>", testEvent(), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."},
		{"figures", "<failures> <time> <bantime> <bancount> <restored>", testEvent(), "5 1700000000.5 600 2 1"},
		{"lines", "<matches>|<ipmatches>|<ipfailures>|<ipjailmatches>|<ipjailfailures>", testEvent(),
			"one\na Nov 1 it's|stored lines|9|one\na Nov 1 it's|5"},
		{"jail", "<jail.name> <jail.banned> <jail.banned_total> <jail.found> <jail.found_total>", testEvent(), "sshd 1 2 3 4"},
		{"captured", "<F-USER> <F-PORT> <F-ID> <F-NONE>- <F-MISSING>- <F-SET> <F-ALT-USER> <F-user>", testEvent(),
			"bob 22 x - - {'a', 'b'} ('a', None) <F-user>"},
		{"ticket", "<raw-ticket>", testEvent(),
			`BanTicket: ip=2001:db8::1 time=1700000000.5 bantime=None bancount=2 #attempts=5 matches=['one', ('a ', 'Nov 1', " it's")]`},
		{"unknown", "<nl> <foo>", testEvent(), "<nl> <foo>"},
		{"nobody", "<ip>|<fid>|<family>|<failures>|<bantime>|<restored>|<ip-host>|<F-USER>|<matches>", empty, "||inet6|0|-1|0|None||"},
		{"no address", "<ip> <family> <ip-rev>|<bantime>", raw, "x y None |0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Fill(c.text, c.event); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCompose(t *testing.T) {
	e := testEvent()
	e.Ban.Fields = ticket.Fields{{Name: "user", Value: "a b"}, {Name: "safe", Value: "bob_1.x:y/z-"}, {Name: "opt", Value: "-n"}, {Name: "num", Value: "2"}}
	for _, c := range []struct {
		name, text string
		want       Script
	}{
		{"inert values are pasted", "ban <ip> <F-SAFE>", Script{"ban 2001:db8::1 bob_1.x:y/z-", nil}},
		{"others are variables", `echo "<F-USER>" <F-USER>x <F-OPT>`,
			Script{`echo "$f2bV_F_user" ${f2bV_F_user}x $f2bV_F_opt`, []string{"f2bV_F_user=a b", "f2bV_F_opt=-n"}}},
		{"a number before a redirection", "echo <F-NUM>>f <F-NUM> >f", Script{"echo $f2bV_F_num>f 2 >f", []string{"f2bV_F_num=2"}}},
		{"values are not scanned again", "<ipmatches>", Script{"$f2bV_ipmatches", []string{"f2bV_ipmatches=<ip>"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e.IPMatches = func() (string, int) { return "<ip>", 1 }
			if diff := cmp.Diff(c.want, Compose(c.text, e)); diff != "" {
				t.Errorf("script (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProperties(t *testing.T) {
	p := NewProperties("b", "1", "a", "2", "b", "3")
	p.Set("flag", true)
	if diff := cmp.Diff([]string{"b", "a", "flag"}, p.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	q := p.Clone()
	if !p.Equal(q) || p.Conditional() {
		t.Error("a clone differs, or is conditional")
	}
	q.Set("a?family=inet6", "x")
	if p.Equal(q) || !q.Conditional() || q.Text("a", addr.Inet6) != "x" || q.Text("a", addr.Inet4) != "2" {
		t.Error("a variant for one family is not honoured")
	}
	for value, want := range map[any]bool{"yes": true, "1": true, "On": true, "no": false, "0": false, true: true, false: false, "": true} {
		q.Set("flag", value)
		if got := q.Flag("flag", true); got != want {
			t.Errorf("flag %v is %v", value, got)
		}
	}
}

// What an attacker writes decides nothing about the script: it is the same for any two values that are not inert.
func FuzzCompose(f *testing.F) {
	f.Add("<<a>b> <c", "x<a>", "<F-USER> $(id)")
	f.Add("<a><a><a>", "<<<", "a\x00b")
	f.Add("echo <F-USER>x <a>", "<F-USER>", "' ; \n")
	f.Fuzz(func(t *testing.T, text, value, user string) {
		out, err := NewProperties("a", value, "ab", text).Expand(text, addr.None)
		if err != nil || isInert(user) {
			return
		}
		e, other := testEvent(), testEvent()
		e.Ban.Fields = ticket.Fields{{Name: "user", Value: user}}
		other.Ban.Fields = ticket.Fields{{Name: "user", Value: "$(another)"}}
		got, want := Compose(out, e), Compose(out, other)
		if got.Text != want.Text || len(got.Env) != len(want.Env) {
			t.Errorf("%q changes the script %q to %q", user, want.Text, got.Text)
		}
		for _, v := range got.Env {
			if strings.Contains(v, "\x00") {
				t.Errorf("NUL in %q", v)
			}
		}
	})
}

func TestTimeoutIsATimeExpression(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": DefaultTimeout, "30": 30 * time.Second, "0.5": time.Second / 2, "2m": 2 * time.Minute, "1 min 5s": 65 * time.Second,
		"1d": 24 * time.Hour, "nonsense": DefaultTimeout, "-1": DefaultTimeout,
	} {
		if got := NewProperties("timeout", text).Timeout(); got != want {
			t.Errorf("timeout %q is %v, want %v", text, got, want)
		}
	}
}
