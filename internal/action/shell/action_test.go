package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A lab is an action whose commands write to a file what they did, and the file.
type lab struct {
	*Action
	t      *testing.T
	dir    string
	log    *logRecorder
	active []*action.Event
}

// newLab makes an action from name, value pairs. "OUT" in a command is the file to append to, "DIR" the lab's directory.
func newLab(t *testing.T, pairs ...string) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), log: new(logRecorder)}
	for i := range pairs {
		pairs[i] = strings.NewReplacer("OUT", filepath.Join(l.dir, "out"), "DIR", l.dir).Replace(pairs[i])
	}
	l.Action = New(action.NewProperties(pairs...), action.Env{
		Jail: "j", Name: "act", Log: l.log.logger(), IPv6: true,
		Active: func() []*action.Event { return l.active },
		Info:   func() action.JailInfo { return action.JailInfo{BanTime: 600, Banned: len(l.active)} },
	})
	return l
}

// did returns what the commands wrote, and forgets it.
func (l *lab) did() []string {
	l.t.Helper()
	out, err := os.ReadFile(filepath.Join(l.dir, "out"))
	if err != nil {
		return nil
	}
	_ = os.Remove(filepath.Join(l.dir, "out"))
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func (l *lab) want(want ...string) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.did()); diff != "" {
		l.t.Errorf("commands run (-want +got):\n%s", diff)
	}
}

func (l *lab) remove(name string) {
	l.t.Helper()
	if err := os.Remove(filepath.Join(l.dir, name)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) ok(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Error(err)
	}
}

func (l *lab) fails(err error, want string) {
	l.t.Helper()
	if err == nil || err.Error() != want {
		l.t.Errorf("error %v, want %q", err, want)
	}
}

// ban bans ids as the jail does: the book first, then the action.
func (l *lab) ban(ids ...string) error {
	for _, id := range ids {
		e := event(id)
		l.active = append(l.active, e)
		if err := l.Ban(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) unban(id string) error {
	for i, e := range l.active {
		if e.ID().String() == id {
			l.active = append(l.active[:i:i], l.active[i+1:]...)
			return l.Unban(ctx, e)
		}
	}
	return l.Unban(ctx, event(id))
}

var ctx = context.Background()

func event(id string) *action.Event {
	parsed, err := addr.Parse(id)
	if err != nil {
		panic(err)
	}
	return &action.Event{
		Ban:     &ticket.Ban{Failure: ticket.Failure{ID: parsed, Time: 1700000000}, BanTime: ticket.Default, Count: 1, Failures: 3},
		BanTime: 600,
		Jail:    action.JailInfo{Name: "j"},
	}
}

func TestOneEnvironment(t *testing.T) {
	l := newLab(t,
		"actionstart", `echo "start <family>" >>OUT`,
		"actionstop", `echo stop >>OUT`,
		"actionban", `echo "ban <ip> <family> <failures> <bantime> <bancount> <restored>" >>OUT`,
		"actionunban", `echo "unban <ip>" >>OUT`,
		"actionreload", `echo reload >>OUT`,
		"actionprolong", `echo "prolong <ip> <bantime>" >>OUT`)
	l.ok(l.Start(ctx))
	l.ok(l.ban("192.0.2.1", "2001:DB8::1", "some id"))
	l.ok(l.Prolong(ctx, event("192.0.2.1")))
	l.ok(l.Reload(ctx))
	l.ok(l.unban("192.0.2.1"))
	l.ok(l.Stop(ctx))
	l.want("start ", "ban 192.0.2.1 inet4 3 600 1 0", "ban 2001:db8::1 inet6 3 600 1 0", "ban some id None 3 600 1 0",
		"prolong 192.0.2.1 600", "reload", "unban 192.0.2.1", "stop")
}

func TestConditionalStartsOnDemandAndFlushesByFamily(t *testing.T) {
	l := newLab(t,
		"actionstart", `echo "start <s>" >>OUT`, "actionstop", `echo "stop <s>" >>OUT`, "actionflush", `echo "flush <s>" >>OUT`,
		"actionban", `echo "ban <ip> <s>" >>OUT`, "actionunban", `echo "unban <ip>" >>OUT`,
		"s", "S4", "s?family=inet6", "S6")
	l.ok(l.Start(ctx))
	l.ok(l.unban("192.0.2.9")) // nothing was banned: nothing is done
	l.ok(l.ban("192.0.2.1", "2001:db8::1", "192.0.2.2"))
	done, err := l.Flush(ctx)
	l.ok(err)
	if !done {
		t.Error("flush reports that it could not")
	}
	l.ok(l.Stop(ctx))
	l.want("start S4", "ban 192.0.2.1 S4", "start S6", "ban 2001:db8::1 S6", "ban 192.0.2.2 S4",
		"flush S4", "flush S6", "stop S4", "stop S6")
}

func TestConditionalWithoutDemandStartsAtOnce(t *testing.T) {
	l := newLab(t, "actionstart", `echo "start <s>" >>OUT`, "actionstart_on_demand", "false", "s", "S4", "s?family=inet6", "S6")
	l.ok(l.Start(ctx))
	l.want("start S4", "start S6")

	l = newLab(t, "actionstart", `echo "start <s>" >>OUT`, "actionstart_on_demand", "false", "s", "S4", "s?family=inet6", "S6")
	l.env.IPv6 = false
	l.ok(l.Start(ctx))
	l.want("start S4")
}

func TestTextThatIsNoAddressStartsAllFamilies(t *testing.T) {
	l := newLab(t, "actionstart", `echo "start <s>" >>OUT`, "actionstop", `echo "stop <s>" >>OUT`,
		"actionban", `echo "ban <ip> <s>" >>OUT`, "s", "S4", "s?family=inet6", "S6")
	l.ok(l.ban("word"))
	l.ok(l.Stop(ctx))
	l.want("start S4", "start S6", "ban word S4", "stop S4", "stop S6")
}

func TestSameCommandRunsOnceForBothFamilies(t *testing.T) {
	l := newLab(t, "actionstart", `echo start >>OUT`, "actionstop", `echo stop >>OUT`, "actionflush", `echo flush >>OUT`,
		"actionban", `echo "ban <ip> <s>" >>OUT`, "s", "S4", "s?family=inet6", "S6")
	l.ok(l.ban("192.0.2.1", "2001:db8::1"))
	_, err := l.Flush(ctx)
	l.ok(err)
	l.ok(l.Stop(ctx))
	l.want("start", "ban 192.0.2.1 S4", "ban 2001:db8::1 S6", "flush", "stop")
}

// With <family> in it, actionstop of an unconditional action differs by family, and runs for each that had a ban.
func TestStopNamingTheFamily(t *testing.T) {
	l := newLab(t, "actionstop", `echo "stop <family>" >>OUT`, "actionban", `:`)
	l.ok(l.Start(ctx))
	l.ok(l.ban("192.0.2.1", "2001:db8::1"))
	l.ok(l.Stop(ctx))
	l.want("stop ", "stop inet4", "stop inet6")
}

func TestRestoredBansAreSkippedOnRequest(t *testing.T) {
	l := newLab(t, "actionban", `echo "ban <ip> <restored>" >>OUT`, "norestored", "1")
	e := event("192.0.2.1")
	e.Ban.Restored = true
	l.ok(l.Ban(ctx, e))
	l.ok(l.ban("192.0.2.2"))
	l.want("ban 192.0.2.2 0")
}

func TestFailureWithoutCheckIsTriedTwice(t *testing.T) {
	l := newLab(t, "actionban", `echo "ban <ip>" >>OUT; exit 3`, "actionunban", `echo "unban <ip>" >>OUT`, "actionstop", `echo stop >>OUT`)
	l.ok(l.Start(ctx))
	l.fails(l.ban("192.0.2.1"), "Error banning 192.0.2.1")
	l.ok(l.unban("192.0.2.1")) // no ban ever succeeded: nothing to undo
	l.want("ban 192.0.2.1", "ban 192.0.2.1")
	script := `echo "ban 192.0.2.1" >>` + l.dir + `/out; exit 3`
	id := commandID(action.Script{Text: script})
	l.log.want(t,
		"ERROR fail2ban.utils "+id+" -- exec: "+script, "ERROR fail2ban.utils "+id+" -- returned 3",
		"ERROR fail2ban.utils "+id+" -- exec: "+script, "ERROR fail2ban.utils "+id+" -- returned 3")
}

func TestFailedLifeCycleCommands(t *testing.T) {
	l := newLab(t, "actionstart", "exit 1", "actionstop", "exit 1", "actionreload", "exit 1", "actionflush", "exit 1", "actionban", ":")
	l.fails(l.Start(ctx), "Error starting action Jail('j')/act: 'Script error'")
	l.ok(l.ban("192.0.2.1")) // as the original: the ban is tried all the same
	l.fails(l.Reload(ctx), "Error reloading action Jail('j')/act: 'Script error'")
	done, err := l.Flush(ctx)
	l.fails(err, "Error flushing action Jail('j')/act: 'Script error'")
	if done {
		t.Error("a failed flush counts as done")
	}
	l.fails(l.Stop(ctx), "Error stopping action Jail('j')/act: 'Script error'")
}

func TestFailedStartOnDemandFailsTheBan(t *testing.T) {
	l := newLab(t, "actionstart", "test -e DIR/go", "actionban", `echo "ban <ip>" >>OUT`, "actionstart_on_demand", "true")
	l.fails(l.ban("192.0.2.1"), "Error starting action Jail('j')/act: 'Script error'")
	if err := os.WriteFile(filepath.Join(l.dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l.ok(l.ban("192.0.2.2"))
	l.want("ban 192.0.2.2")
}

// damaged returns an action whose environment is the file DIR/env<s>.
func damaged(t *testing.T, more ...string) *lab {
	return newLab(t, append([]string{
		"actionstart", `echo "start <s>" >>OUT; touch DIR/env<s>`,
		"actionstop", `echo "stop <s>" >>OUT; rm -f DIR/env<s>`,
		"actioncheck", `echo "check <s>" >>OUT; test -e DIR/env<s>`,
		"actionban", `echo "ban <ip>" >>OUT; test -e DIR/env<s>`,
		"actionreban", `echo "reban <ip>" >>OUT; test -e DIR/env<s>`,
		"actionunban", `echo "unban <ip>" >>OUT; test -e DIR/env<s>`,
	}, more...)...)
}

func TestRepairPutsEverybodyBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		more  []string
		start string
		s     string
		env   string
	}{
		{"conditional", []string{"s", "S4", "s?family=inet6", "S6"}, "", "S4", "envS4"},
		{"unconditional", []string{"s", "X"}, "start X", "X", "envX"}, // where the original forgets to start
	} {
		t.Run(c.name, func(t *testing.T) {
			l := damaged(t, c.more...)
			l.ok(l.Start(ctx))
			l.ok(l.ban("192.0.2.1", "192.0.2.2"))
			l.did()
			l.remove(c.env)
			l.ok(l.ban("192.0.2.3"))
			l.want("ban 192.0.2.3", "check "+c.s, "stop "+c.s, "start "+c.s, "check "+c.s, "ban 192.0.2.3", "reban 192.0.2.1", "reban 192.0.2.2")
			l.log.mustContain(t, "ERROR fail2ban.CommandAction Invariant check failed. Trying to restore a sane environment",
				"NOTICE fail2ban.actions [j] Reban 192.0.2.1, action 'act'")
		})
	}
}

func TestRepairOfOneFamilyLeavesTheOther(t *testing.T) {
	l := damaged(t, "s", "S4", "s?family=inet6", "S6")
	l.ok(l.ban("192.0.2.1", "2001:db8::1"))
	l.did()
	l.remove("envS6")
	l.ok(l.Check(ctx))
	l.want("check S4", "check S6", "stop S6", "start S6", "check S6", "reban 2001:db8::1")
}

func TestCheckRunsOnceForOneEnvironment(t *testing.T) {
	l := damaged(t, "s", "X")
	l.ok(l.Start(ctx))
	l.ok(l.ban("192.0.2.1", "2001:db8::1"))
	l.did()
	l.ok(l.Check(ctx))
	l.want("check X")
	l.remove("envX")
	l.ok(l.Check(ctx))
	l.want("check X", "stop X", "start X", "check X", "reban 192.0.2.1", "reban 2001:db8::1")
}

func TestRepairCommandReplacesStopAndStart(t *testing.T) {
	l := damaged(t, "s", "X", "actionrepair", `echo "repair <family>" >>OUT; touch DIR/env<s>`)
	l.ok(l.Start(ctx))
	l.ok(l.ban("192.0.2.1"))
	l.did()
	l.remove("envX")
	l.ok(l.ban("192.0.2.2"))
	l.want("ban 192.0.2.2", "check X", "repair inet4", "check X", "ban 192.0.2.2", "reban 192.0.2.1")
}

func TestFailedRepairIsMadeUpLater(t *testing.T) {
	l := damaged(t, "s", "X", "actionrepair", `echo repair >>OUT; test -e DIR/go && touch DIR/env<s>`)
	l.ok(l.Start(ctx))
	l.ok(l.ban("192.0.2.1"))
	l.remove("envX")
	l.did()
	l.fails(l.ban("192.0.2.2"), "Error banning 192.0.2.2")
	l.want("ban 192.0.2.2", "check X", "repair")
	l.log.mustContain(t, "CRITICAL fail2ban.CommandAction Unable to restore environment")
	l.ok(os.WriteFile(filepath.Join(l.dir, "go"), nil, 0o600))
	l.ok(l.ban("192.0.2.3"))
	l.want("ban 192.0.2.3", "check X", "repair", "check X", "ban 192.0.2.3", "reban 192.0.2.1", "reban 192.0.2.2")
}

func TestUnbanInDamagedEnvironment(t *testing.T) {
	t.Run("gives up", func(t *testing.T) {
		l := damaged(t, "s", "X")
		l.ok(l.Start(ctx))
		l.ok(l.ban("192.0.2.1", "192.0.2.2"))
		l.did()
		l.remove("envX")
		l.fails(l.unban("192.0.2.1"), "Error unbanning 192.0.2.1")
		l.want("unban 192.0.2.1", "check X")
		l.log.mustContain(t, "ERROR fail2ban.CommandAction Invariant check failed. Unban is impossible.")
	})
	t.Run("repairs on request", func(t *testing.T) {
		l := damaged(t, "s", "X", "actionrepair_on_unban", "true")
		l.ok(l.Start(ctx))
		l.ok(l.ban("192.0.2.1", "192.0.2.2"))
		l.did()
		l.remove("envX")
		l.ok(l.unban("192.0.2.1"))
		l.want("unban 192.0.2.1", "check X", "stop X", "start X", "check X", "unban 192.0.2.1", "reban 192.0.2.2")
	})
}

func TestUpdateKeepsTheState(t *testing.T) {
	l := newLab(t, "actionstart", `echo "start <v>" >>OUT`, "actionban", `echo "ban <v>" >>OUT`, "actionunban", `echo "unban <v>" >>OUT`,
		"actionstart_on_demand", "true", "v", "1")
	l.ok(l.ban("192.0.2.1"))
	p := l.props.Clone()
	p.Set("v", "2")
	l.ok(l.Update(ctx, p))
	l.ok(l.ban("192.0.2.2"))
	l.ok(l.unban("192.0.2.1"))
	l.want("start 1", "ban 1", "ban 2", "unban 2")
}

func TestManyAtOnce(t *testing.T) {
	l := newLab(t, "actionban", `echo "ban <ip> <F-USER>" >>OUT; test <ip> != 192.0.2.2`, "actionunban", `echo "unban <ip>" >>OUT`)
	events := []*action.Event{event("192.0.2.1"), event("192.0.2.2"), event("192.0.2.3")}
	events[2].Ban.Fields = ticket.Fields{{Name: "user", Value: "a; exit 1"}}
	var got []string
	for _, err := range l.BanAll(ctx, events) {
		got = append(got, fmt.Sprint(err))
	}
	if diff := cmp.Diff([]string{"<nil>", "Error banning 192.0.2.2", "<nil>"}, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	l.UnbanAll(ctx, events)
	l.want("ban 192.0.2.1 ", "ban 192.0.2.2 ", "ban 192.0.2.2 ", "ban 192.0.2.3 a; exit 1", "unban 192.0.2.1", "unban 192.0.2.2", "unban 192.0.2.3")
}
