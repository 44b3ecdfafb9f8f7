package jail

import (
	"context"
	"fmt"
	"slices"

	"gaol/internal/action"
	"gaol/internal/logging"
	"gaol/internal/ticket"
)

// startActions makes and starts the actions of the plan, in their order. The caller holds life.
func (j *Jail) startActions() {
	for _, spec := range j.life.plan.Settings.Actions {
		j.addAction(spec)
	}
}

// addAction starts one action and lets it catch up with the bans in force. An action that cannot be made is logged; the
// others work without it.
func (j *Jail) addAction(spec ActionSpec) {
	act, err := j.env.NewAction(spec, action.Env{
		Jail: j.Name, Name: spec.Name, Log: j.env.Log("fail2ban.action"), Info: j.info, Active: j.activeEvents, IPv6: j.env.IPv6(),
	})
	if err != nil {
		j.logs.failures.Error(fmt.Sprintf("Failed to start jail '%s' action '%s': %v", j.Name, spec.Name, err))
		return
	}
	r := newRunner(spec, act, j.report)
	// Not the jail's own context: what an action has begun is undone after the jail has ended.
	go r.run(context.Background())
	r.do(func(ctx context.Context) {
		if err := r.act.Start(ctx); err != nil {
			j.logs.failures.Error(fmt.Sprintf("Failed to start jail '%s' action '%s': %v", j.Name, spec.Name, err))
		}
	})
	j.banning.Lock()
	defer j.banning.Unlock()
	j.banning.runners = append(j.banning.runners, r)
	for _, b := range j.book.List() {
		j.tellOne(r, b)
	}
}

// takeRunners empties the list of actions, so that nothing new reaches them.
func (j *Jail) takeRunners() []*runner {
	j.banning.Lock()
	defer j.banning.Unlock()
	runners := j.banning.runners
	j.banning.runners = nil
	return runners
}

// event describes b to an action. The caller holds banning.
func (j *Jail) event(b *ticket.Ban) *action.Event { return j.describe(b, j.banning.banTime) }

// events describes bans to an action, given the jail's ban time.
func (j *Jail) events(bans []*ticket.Ban, banTime float64) []*action.Event {
	events := make([]*action.Event, len(bans))
	for i, b := range bans {
		events[i] = j.describe(b, banTime)
	}
	return events
}

func (j *Jail) describe(b *ticket.Ban, banTime float64) *action.Event {
	c := *b // actions read it later, while the book may prolong the original
	e := &action.Event{Ban: &c, BanTime: c.Duration(banTime)}
	e.Jail = action.JailInfo{Name: j.Name, BanTime: banTime}
	e.HostName = func() string { return j.env.HostName(c.Address()) }
	if s := j.env.Store; s != nil {
		e.IPMatches = func() (string, int) { return s.Merged(c.ID, "") }
		e.IPJailMatches = func() (string, int) { return s.Merged(c.ID, j.Name) }
	}
	return e
}

// activeEvents returns the bans in force, for an action that must build everything up again.
func (j *Jail) activeEvents() []*action.Event {
	j.banning.Lock()
	defer j.banning.Unlock()
	return j.events(j.book.List(), j.banning.banTime)
}

// tellBan passes a new ban to the actions. The caller holds banning.
func (j *Jail) tellBan(b *ticket.Ban) (done []<-chan struct{}) {
	for _, r := range j.banning.runners {
		done = append(done, j.tellOne(r, b))
	}
	return done
}

func (j *Jail) tellOne(r *runner, b *ticket.Ban) <-chan struct{} {
	return r.ban(j.event(b))
}

// tellUnban passes the end of a ban to the actions. The caller holds banning.
func (j *Jail) tellUnban(b *ticket.Ban) (done []<-chan struct{}) {
	e := j.event(b)
	for _, r := range j.banning.runners {
		done = append(done, r.unban(e))
	}
	return done
}

// checkEvery is how many seconds pass at least between two checks of the actions.
const checkEvery = 3

// checkActions lets the actions look whether their firewall rules still stand. The caller holds banning.
func (j *Jail) checkActions() {
	now := j.env.Now()
	if now-j.banning.checked < checkEvery {
		return
	}
	j.banning.checked = now
	j.checkNow()
}

// checkNow is checkActions whenever the last time was. The caller holds banning.
func (j *Jail) checkNow() {
	for _, r := range j.banning.runners {
		r.do(func(ctx context.Context) {
			if err := r.act.Check(ctx); err != nil {
				j.logs.failures.Error(fmt.Sprintf("jail '%s' action '%s': %v", j.Name, r.spec.Name, err))
			}
		})
	}
}

// report logs an operation that failed; the ban stays in the book and the other actions go on.
func (j *Jail) report(r *runner, operation string, e *action.Event, err error) {
	if err != nil {
		j.logs.failures.Error(fmt.Sprintf("Failed to execute %s jail '%s' action '%s' info '%s': %v",
			operation, j.Name, r.spec.Name, e, err))
	}
}

// empty lifts every ban with these actions: in one go where an action can flush, else one by one. It waits for that and returns
// how many bans there were.
func (j *Jail) empty(runners []*runner, word string) int {
	j.banning.Lock()
	bans := j.book.Clear()
	var done []<-chan struct{}
	for _, r := range runners {
		done = append(done, r.do(j.flush(r, bans)))
	}
	j.announce(bans, word)
	j.banning.Unlock()
	wait(done)
	return len(bans)
}

// announce logs that bans are over.
func (j *Jail) announce(bans []*ticket.Ban, word string) {
	word = j.says(word) + " "
	var text []byte
	for _, b := range bans {
		text = b.ID.AppendText(append(text[:0], word...))
		j.logs.bans.Log(text)
	}
	j.logs.bans.Flush()
}

// flush returns how to lift all bans of one action. One that can flush is told even where nobody is banned, and the log says so: it is
// the sign that the firewall is clean. The caller holds banning.
func (j *Jail) flush(r *runner, bans []*ticket.Ban) func(context.Context) {
	banTime := j.banning.banTime
	return func(ctx context.Context) {
		flushed, err := r.act.Flush(ctx)
		if err != nil {
			j.logs.failures.Error(fmt.Sprintf("Failed to flush bans in jail '%s' action '%s': %v", j.Name, r.spec.Name, err))
		}
		if flushed && err == nil {
			logging.Notice(j.logs.actions, "Flush ticket(s) with "+r.spec.Name)
			return
		}
		events := j.events(bans, banTime)
		r.reportAll("unban", events, action.UnbanAll(ctx, r.act, events))
	}
}

// repeal lifts all bans and stops the actions, the last one first.
func (j *Jail) repeal(runners []*runner, word string) {
	j.empty(runners, word)
	for _, r := range slices.Backward(runners) {
		j.stopRunner(r)
	}
}

func (j *Jail) stopRunner(r *runner) {
	<-r.do(func(ctx context.Context) {
		if err := r.act.Stop(ctx); err != nil {
			j.logs.failures.Error(fmt.Sprintf("Failed to stop jail '%s' action '%s': %v", j.Name, r.spec.Name, err))
		}
	})
	r.end()
	<-r.gone
}

// removeAction undoes one action's bans, which stay in force for the others, and stops it.
func (j *Jail) removeAction(r *runner) {
	j.banning.Lock()
	j.banning.runners = slices.DeleteFunc(slices.Clone(j.banning.runners), func(x *runner) bool { return x == r })
	flush := j.flush(r, j.book.List())
	j.banning.Unlock()
	r.do(flush)
	j.stopRunner(r)
}
