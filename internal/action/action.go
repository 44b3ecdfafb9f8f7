// Package action is what a jail knows about enforcement: the interface every action serves, what an action is told about a
// ban, and the parameters and tags that action files are written with.
//
// In go decisions as Events and parameters as text; out come, through the packages beside it (shell, nft), commands run and
// firewall sets changed. The package itself runs nothing, keeps no state and never reads a configuration file.
package action

import (
	"context"
	"log/slog"
)

// An Action enforces bans or tells somebody about them. The jail calls Start before anything else and Stop after everything
// else. Every method may be called from any goroutine; an action serialises by itself, and never waits for another action.
//
// Errors are what the log shows after "Failed to execute ban jail …: "; the action has logged the details by then.
type Action interface {
	// Start prepares the environment, unless the action does that before its first ban.
	Start(ctx context.Context) error
	// Ban shuts e out. A restored ban is skipped by an action with norestored, without error.
	Ban(ctx context.Context, e *Event) error
	// Reban shuts e out again after the environment was lost.
	Reban(ctx context.Context, e *Event) error
	// Prolong tells that e, which is banned, stays so for longer; e.BanTime is the new time.
	Prolong(ctx context.Context, e *Event) error
	// Unban lets e in again.
	Unban(ctx context.Context, e *Event) error
	// Flush lets everybody in again at once. done is false when the action cannot, or failed to: unban one by one then.
	Flush(ctx context.Context) (done bool, err error)
	// Reload is told at the end of a configuration reload that the action survived.
	Reload(ctx context.Context) error
	// Check verifies the environment, and repairs it with everybody in it if it is damaged. It is for now and then, for signs that
	// a ban does not hold, and for after a change of many bans at once, as of the jail's ban time.
	Check(ctx context.Context) error
	// Stop removes what Start and the bans made.
	Stop(ctx context.Context) error
	// Update replaces the parameters and keeps the state: bans stay in force.
	Update(ctx context.Context, p *Properties) error
}

// A Bulk action is quicker with many bans at once than with one after the other.
type Bulk interface {
	// BanAll bans every event and returns one error for each, nil where it succeeded.
	BanAll(ctx context.Context, events []*Event) []error
	// UnbanAll is the same for Unban.
	UnbanAll(ctx context.Context, events []*Event) []error
}

// A Live action carries changed parameters into the firewall when Update is called, without a moment in which somebody gets through.
// The others have to be replaced for that.
type Live interface {
	// UpdatesFirewall does nothing, it only says so.
	UpdatesFirewall()
}

// BanAll bans every event, together when a can, and returns one error for each.
func BanAll(ctx context.Context, a Action, events []*Event) []error {
	if b, ok := a.(Bulk); ok {
		return b.BanAll(ctx, events)
	}
	return each(ctx, events, a.Ban)
}

// UnbanAll unbans every event, together when a can, and returns one error for each.
func UnbanAll(ctx context.Context, a Action, events []*Event) []error {
	if b, ok := a.(Bulk); ok {
		return b.UnbanAll(ctx, events)
	}
	return each(ctx, events, a.Unban)
}

func each(ctx context.Context, events []*Event, do func(context.Context, *Event) error) []error {
	errs := make([]error, len(events))
	for i, e := range events {
		errs[i] = do(ctx, e)
	}
	return errs
}

// Env is what the jail gives its actions.
type Env struct {
	Jail string
	Name string // the action's own name, as "set J addaction" gave it
	// Log has no jail attached: the texts of actions carry the name themselves where the original's do.
	Log *slog.Logger
	// Info returns the jail's present figures. May be nil in tests.
	Info func() JailInfo
	// Active returns what is banned at this moment, so that an action can put everybody back after a repair. It is called while
	// the action is busy: it must not call the action, nor wait for a lock that is held while an action is called. May be nil.
	Active func() []*Event
	// IPv6 is false where IPv6 is switched off: actions then make no IPv6 rules at start.
	IPv6 bool
}
