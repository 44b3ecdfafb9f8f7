package server

import (
	"context"
	"log/slog"

	"gaol/internal/action"
	"gaol/internal/logging"
)

// observer is the action of a server that only watches: it says what would happen.
type observer struct{ log *slog.Logger }

func (o observer) say(text string, e *action.Event) error {
	logging.Notice(o.log, text+e.ID().String())
	return nil
}

func (o observer) Ban(_ context.Context, e *action.Event) error   { return o.say("would ban ", e) }
func (o observer) Reban(_ context.Context, e *action.Event) error { return o.say("would ban ", e) }
func (o observer) Unban(_ context.Context, e *action.Event) error { return o.say("would unban ", e) }

func (observer) Start(context.Context) error                      { return nil }
func (observer) Stop(context.Context) error                       { return nil }
func (observer) Reload(context.Context) error                     { return nil }
func (observer) Check(context.Context) error                      { return nil }
func (observer) Flush(context.Context) (bool, error)              { return true, nil }
func (observer) Prolong(context.Context, *action.Event) error     { return nil }
func (observer) Update(context.Context, *action.Properties) error { return nil }
