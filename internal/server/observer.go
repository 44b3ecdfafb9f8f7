package server

import (
	"context"

	"gaol/internal/action"
)

// observer is the action of a server that only watches: it does nothing. The jail logs what would happen.
type observer struct{}

func (observer) Start(context.Context) error                      { return nil }
func (observer) Ban(context.Context, *action.Event) error         { return nil }
func (observer) Reban(context.Context, *action.Event) error       { return nil }
func (observer) Prolong(context.Context, *action.Event) error     { return nil }
func (observer) Unban(context.Context, *action.Event) error       { return nil }
func (observer) Flush(context.Context) (bool, error)              { return true, nil }
func (observer) Reload(context.Context) error                     { return nil }
func (observer) Check(context.Context) error                      { return nil }
func (observer) Stop(context.Context) error                       { return nil }
func (observer) Update(context.Context, *action.Properties) error { return nil }
