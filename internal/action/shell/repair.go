package shell

import (
	"context"
	"log/slog"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/logging"
)

type logLevel = slog.Level

// A repair says what may be done about a damaged environment.
type repair int

const (
	repairBan   repair = iota // always mend it
	repairUnban               // only with actionrepair_on_unban
)

// familyOnly are the values for actioncheck and actionrepair.
type familyOnly addr.Family

// Tag answers <family>; captured fields are empty.
func (f familyOnly) Tag(name string) (string, bool) {
	if name == "family" {
		return string(f), true
	}
	return "", false
}

// perform runs a command about e. If it fails, the environment is checked and, if need be, mended; then the command is run once
// more.
//
//	run ─ok─→ done
//	  └failed─→ check ─ok, or none─→ run again
//	              └failed─→ mend ─→ run again; the caller puts everybody else back
func (a *Action) perform(ctx context.Context, run runner, command string, e *action.Event, how repair) bool {
	name := e.ID().Family()
	script, err := a.compose(command, name, e)
	if err != nil {
		a.say(slog.LevelError, err.Error())
		return false
	}
	if a.execute(ctx, run, script) {
		return true
	}
	f := a.family(name)
	if a.check(ctx, f) {
		return a.execute(ctx, plain, script)
	}
	if how == repairUnban {
		return a.mendForUnban(ctx, f, e, script)
	}
	return a.mend(ctx, f) && a.execute(ctx, plain, script)
}

// mendForUnban handles an unban in a damaged environment. With actionrepair_on_unban the environment is made anew, which lets
// e in as well, and everybody else is put back.
func (a *Action) mendForUnban(ctx context.Context, f *family, e *action.Event, script action.Script) bool {
	if !a.props.Flag("actionrepair_on_unban", false) {
		a.say(slog.LevelError, "Invariant check failed. Unban is impossible.")
		return false
	}
	if !a.mend(ctx, f) {
		return false
	}
	// The command may well fail now, since a fresh environment holds nobody; that the address is in is what counts.
	a.execute(ctx, plain, script)
	a.rebanOthers(ctx, f, e.ID())
	return true
}

// check runs actioncheck for f; without one the environment counts as sound.
func (a *Action) check(ctx context.Context, f *family) bool {
	script, err := a.compose("actioncheck", f.name, familyOnly(f.name))
	return err == nil && a.execute(ctx, plain, script)
}

// mend restores the environment of f: by actionrepair, or by stopping and starting, and verifies it.
func (a *Action) mend(ctx context.Context, f *family) bool {
	a.say(slog.LevelError, "Invariant check failed. Trying to restore a sane environment")
	for _, g := range a.sharing(f) {
		g.lost = true
	}
	if !a.rebuild(ctx, f) || !a.check(ctx, f) {
		a.say(logging.LevelCritical, "Unable to restore environment")
		return false
	}
	return true
}

// rebuild runs actionrepair, or actionstop and then, always, actionstart. The families that share the environment have lost
// their items with it.
func (a *Action) rebuild(ctx context.Context, f *family) bool {
	if !a.isBlank("actionrepair") {
		script, err := a.compose("actionrepair", f.name, familyOnly(f.name))
		return err == nil && a.execute(ctx, plain, script)
	}
	if script, err := a.compose("actionstop", f.name, a.lifecycle(f.name)); err == nil {
		a.execute(ctx, plain, script) // it may fail: little is left to stop
	}
	for _, g := range a.sharing(f) {
		g.started, g.items = false, false
	}
	if a.start(ctx, f) != nil {
		return false
	}
	for _, g := range a.sharing(f) {
		g.started = true
	}
	return true
}

// sharing returns the families whose bans are in the same environment as those of f, f included.
func (a *Action) sharing(f *family) []*family {
	var all []*family
	for _, g := range a.families {
		if g == f || !a.props.Conditional() || g.startText != "" && g.startText == f.startText {
			all = append(all, g)
		}
	}
	return all
}

// rebanOthers puts everybody back who was in the environment of f, except id, which the caller deals with. The original
// waits until each of them fails again (docs/compatibility.md, "repair").
func (a *Action) rebanOthers(ctx context.Context, f *family, id addr.ID) {
	if a.env.Active == nil {
		return
	}
	affected := make(map[addr.Family]*family)
	for _, g := range a.sharing(f) {
		affected[g.name] = g
		g.lost = false
	}
	runner, done := a.bulkRunner()
	defer done()
	log := logging.Named(a.env.Log, loggerActions)
	for _, e := range a.env.Active() {
		g := affected[e.ID().Family()]
		if g == nil || e.ID() == id || !a.known[e.ID()] {
			continue
		}
		logging.Notice(log, "["+a.env.Jail+"] Reban "+e.ID().String()+", action '"+a.env.Name+"'")
		script, err := a.compose(a.rebanCommand(), g.name, e)
		if err == nil && a.execute(ctx, runner, script) {
			g.items = true
		}
	}
}

// Check runs actioncheck for every started family, each distinct text once, and mends what is damaged.
func (a *Action) Check(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isBlank("actioncheck") {
		return nil
	}
	seen := make(map[string]bool)
	for _, f := range a.families {
		script, err := a.compose("actioncheck", f.name, familyOnly(f.name))
		if err != nil {
			return a.failed("checking", err)
		}
		if !f.started || seen[script.Text] {
			continue
		}
		seen[script.Text] = true
		if a.execute(ctx, plain, script) {
			continue
		}
		if !a.mend(ctx, f) {
			return a.failed("checking", errScript)
		}
		a.rebanOthers(ctx, f, addr.ID{})
	}
	return nil
}
