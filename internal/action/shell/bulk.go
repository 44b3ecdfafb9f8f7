package shell

import (
	"context"

	"gaol/internal/action"
)

// bulkRunner returns a runner for many commands, and what ends it.
func (a *Action) bulkRunner() (runner, func()) {
	s := new(session)
	return s.run, s.close
}

// BanAll bans every event.
func (a *Action) BanAll(ctx context.Context, events []*action.Event) []error {
	return a.all(ctx, events, a.ban)
}

// UnbanAll unbans every event.
func (a *Action) UnbanAll(ctx context.Context, events []*action.Event) []error {
	return a.all(ctx, events, a.unban)
}

func (a *Action) all(ctx context.Context, events []*action.Event, do func(context.Context, runner, *action.Event) error) []error {
	a.mu.Lock()
	defer a.mu.Unlock()
	runner, done := runner(plain), func() {}
	if len(events) > 1 {
		runner, done = a.bulkRunner()
	}
	defer done()
	errs := make([]error, len(events))
	for i, e := range events {
		errs[i] = do(ctx, runner, e)
	}
	return errs
}
