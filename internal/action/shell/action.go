// Package shell runs the commands of action files.
//
// In go an action's parameters and the jail's bans; out come commands of /bin/sh, run one after the other within one action, and
// their results in the log. Text that an attacker may have written never becomes part of a command: it travels in the
// environment (see action.Compose). The package never reads configuration and never decides who is banned.
package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/logging"
)

// An Action runs the commands of one action of one jail. It is safe for concurrent use; one command runs at a time.
type Action struct {
	env action.Env

	mu       sync.Mutex // guards everything below, and is held while a command runs
	props    *action.Properties
	commands map[commandKey]string // static expansions, until the parameters change
	families []*family             // in order of first use
	known    map[addr.ID]bool      // whom the jail asked to ban and not yet to unban
}

type commandKey struct {
	name   string
	family addr.Family
}

// A family is the state of the environment for one kind of address. An action without conditional parameters has its
// environment under addr.None, and still counts its items by family.
type family struct {
	name      addr.Family
	started   bool
	items     bool   // something was banned since the start or the last flush
	lost      bool   // the environment was made anew, and those known to be banned are not back yet
	startText string // the start command that made it, to recognise families that share an environment
}

var (
	_ action.Action = (*Action)(nil)
	_ action.Bulk   = (*Action)(nil)
)

// New returns an action that runs the commands of p. It keeps a copy of p.
func New(p *action.Properties, env action.Env) *Action {
	a := &Action{env: env, known: make(map[addr.ID]bool)}
	a.setProperties(p)
	return a
}

func (a *Action) setProperties(p *action.Properties) {
	a.props = p.Clone()
	a.commands = make(map[commandKey]string)
}

// Update replaces the parameters. What is banned stays so.
func (a *Action) Update(_ context.Context, p *action.Properties) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.setProperties(p)
	return nil
}

// Start runs actionstart for every family, unless the action starts on demand: before the first ban of a family. Conditional
// actions do that by themselves.
func (a *Action) Start(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.onDemand() {
		return nil
	}
	return a.startAll(ctx)
}

func (a *Action) onDemand() bool { return a.props.Flag("actionstart_on_demand", a.props.Conditional()) }

// startAll starts every family that is not.
func (a *Action) startAll(ctx context.Context) error {
	families := []addr.Family{addr.None}
	if a.props.Conditional() {
		families = []addr.Family{addr.Inet4}
		if a.env.IPv6 {
			families = append(families, addr.Inet6)
		}
	}
	for _, name := range families {
		if f := a.family(name); !f.started {
			if err := a.start(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// family returns the state of name.
func (a *Action) family(name addr.Family) *family {
	for _, f := range a.families {
		if f.name == name {
			return f
		}
	}
	f := &family{name: name}
	a.families = append(a.families, f)
	return f
}

// start runs actionstart for f, unless a family with the same command did.
func (a *Action) start(ctx context.Context, f *family) error {
	script, err := a.compose("actionstart", f.name, a.lifecycle(f.name))
	if err == nil && !a.isStarted(script.Text) && !a.execute(ctx, plain, script) {
		err = errScript
	}
	if err != nil {
		return a.failed("starting", err)
	}
	f.started, f.startText = true, script.Text
	return nil
}

func (a *Action) isStarted(text string) bool {
	for _, f := range a.families {
		if f.started && f.startText == text {
			return true
		}
	}
	return false
}

// Ban runs actionban.
func (a *Action) Ban(ctx context.Context, e *action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ban(ctx, plain, e)
}

func (a *Action) ban(ctx context.Context, run runner, e *action.Event) error {
	if e.Ban.Restored && a.props.Flag("norestored", false) {
		return nil
	}
	return a.banWith(ctx, run, "actionban", e)
}

// Reban runs actionreban, or actionban where there is none.
func (a *Action) Reban(ctx context.Context, e *action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.banWith(ctx, plain, a.rebanCommand(), e)
}

func (a *Action) rebanCommand() string {
	if a.isBlank("actionreban") {
		return "actionban"
	}
	return "actionreban"
}

func (a *Action) banWith(ctx context.Context, run runner, command string, e *action.Event) error {
	f := a.family(e.ID().Family())
	if a.onDemand() && !f.started {
		if err := a.demand(ctx, f); err != nil {
			return err
		}
	}
	a.known[e.ID()] = true
	if !a.perform(ctx, run, command, e, repairBan) {
		return fmt.Errorf("Error banning %s", e.ID())
	}
	f.items, f.started = true, true
	if f.lost {
		a.rebanOthers(ctx, f, e.ID())
	}
	return nil
}

// demand starts the environment for the first ban of f. What is no address concerns all families.
func (a *Action) demand(ctx context.Context, f *family) error {
	if f.name == addr.None && a.props.Conditional() {
		return a.startAll(ctx)
	}
	return a.start(ctx, f)
}

// Prolong runs actionprolong if there is one.
func (a *Action) Prolong(ctx context.Context, e *action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isBlank("actionprolong") || e.Ban.Restored && a.props.Flag("norestored", false) {
		return nil
	}
	if !a.perform(ctx, plain, "actionprolong", e, repairBan) {
		return fmt.Errorf("Error prolonging %s", e.ID())
	}
	return nil
}

// Unban runs actionunban, unless nothing of the family was ever banned.
func (a *Action) Unban(ctx context.Context, e *action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unban(ctx, plain, e)
}

func (a *Action) unban(ctx context.Context, run runner, e *action.Event) error {
	delete(a.known, e.ID())
	if !a.family(e.ID().Family()).items {
		return nil
	}
	if !a.perform(ctx, run, "actionunban", e, repairUnban) {
		return fmt.Errorf("Error unbanning %s", e.ID())
	}
	return nil
}

// Flush runs actionflush for every family with items. Without an actionflush, or after a failed one, done is false.
func (a *Action) Flush(ctx context.Context) (done bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isBlank("actionflush") {
		return false, nil
	}
	err = a.forEach(ctx, "flushing", "actionflush", func(f *family) bool { return f.items })
	if err != nil {
		return false, err
	}
	for _, f := range a.families {
		f.items = false
	}
	clear(a.known)
	return true, nil
}

// Reload runs actionreload for every started family.
func (a *Action) Reload(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.forEach(ctx, "reloading", "actionreload", func(f *family) bool { return f.started })
}

// Stop runs actionstop for every started family, and forgets everything.
func (a *Action) Stop(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.forEach(ctx, "stopping", "actionstop", func(f *family) bool { return f.started })
	a.families = nil
	clear(a.known)
	return err
}

// forEach runs command for the families that want it, each distinct text once. It goes on after a failure and returns the first.
func (a *Action) forEach(ctx context.Context, verb, command string, wants func(*family) bool) error {
	var first error
	seen := make(map[string]bool)
	for _, f := range a.families {
		if !wants(f) {
			continue
		}
		script, err := a.compose(command, f.name, a.lifecycle(f.name))
		if err == nil && !seen[script.Text] && !a.execute(ctx, plain, script) {
			err = errScript
		}
		seen[script.Text] = true
		if err != nil && first == nil {
			first = a.failed(verb, err)
		}
	}
	return first
}

// lifecycle returns the values for commands that concern nobody.
func (a *Action) lifecycle(f addr.Family) *action.Event {
	e := &action.Event{Family: f}
	if a.env.Info != nil {
		e.Jail = a.env.Info()
	}
	e.Jail.Name = a.env.Jail
	return e
}

func (a *Action) isBlank(command string) bool {
	return strings.TrimSpace(a.props.Text(command, addr.None)) == ""
}

// compose makes the script for a command.
func (a *Action) compose(command string, f addr.Family, v action.Values) (action.Script, error) {
	key := commandKey{command, f}
	text, ok := a.commands[key]
	if !ok {
		var err error
		text, err = a.props.Expand(a.props.Text(command, f), f)
		if err != nil {
			return action.Script{}, fmt.Errorf("%s: %w", command, err)
		}
		a.commands[key] = text
	}
	return action.Compose(text, v), nil
}

// execute runs script, logs what came of it and reports success. Nothing to run is success.
func (a *Action) execute(ctx context.Context, run runner, script action.Script) bool {
	if strings.TrimSpace(script.Text) == "" {
		return true
	}
	timeout := a.props.Timeout()
	r := run(ctx, script, timeout)
	report(a.env.Log, script, timeout, r)
	return r.OK()
}

// errScript is the original's word for a command that failed; the log has the details.
var errScript = errors.New("'Script error'")

// failed describes a failed life cycle command as the original does.
func (a *Action) failed(verb string, err error) error {
	return fmt.Errorf("Error %s action Jail('%s')/%s: %w", verb, a.env.Jail, a.env.Name, err)
}

// say logs text under the name that the original uses for it.
func (a *Action) say(level logLevel, text string) {
	logging.Named(a.env.Log, loggerCommand).Log(context.Background(), level, text)
}
