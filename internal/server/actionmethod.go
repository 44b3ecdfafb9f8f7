package server

import (
	"context"
	"encoding/json"
	"strings"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/lazy"
	"gaol/internal/ticket"
)

// A method is an operation that `set JAIL action NAME METHOD [JSON]` runs at once.
type method struct {
	// about is set for what concerns one offender, whom the JSON text describes.
	about func(action.Action, context.Context, *action.Event) error
	whole func(action.Action, context.Context) error
}

var methods = lazy.Value[map[string]method]{Make: func() map[string]method {
	return map[string]method{
		"start":            {whole: action.Action.Start},
		"stop":             {whole: action.Action.Stop},
		"reload":           {whole: action.Action.Reload},
		"flush":            {whole: func(a action.Action, ctx context.Context) error { _, err := a.Flush(ctx); return err }},
		"consistencyCheck": {whole: action.Action.Check},
		"ban":              {about: action.Action.Ban},
		"unban":            {about: action.Action.Unban},
		"reban":            {about: action.Action.Reban},
		"prolong":          {about: action.Action.Prolong},
	}
}}

// callMethod runs m of a jail's action.
func callMethod(j *jail.Jail, name string, m method, args []any) (any, error) {
	if m.whole != nil {
		return true, j.Invoke(name, func(ctx context.Context, a action.Action) error { return m.whole(a, ctx) })
	}
	if err := need(args, 1); err != nil {
		return nil, err
	}
	e, err := eventOf(text(args[0]), j)
	if err != nil {
		return nil, err
	}
	return nil, j.Invoke(name, func(ctx context.Context, a action.Action) error { return m.about(a, ctx, e) })
}

// eventOf reads the offender from a text such as {"aInfo": {"ip": "192.0.2.1", "bantime": 600}}.
func eventOf(doc string, j *jail.Jail) (*action.Event, error) {
	var call struct {
		Info *struct {
			IP, FID  string
			BanTime  *float64
			Time     *float64
			Failures int
			Matches  string
		} `json:"aInfo"`
	}
	if err := json.Unmarshal([]byte(doc), &call); err != nil {
		return nil, control.ValueError("arguments of an action's method are JSON: " + err.Error())
	}
	if call.Info == nil {
		return nil, control.TypeError(`whom it is about is missing: {"aInfo": {"ip": "192.0.2.1"}}`)
	}
	in := call.Info
	b := &ticket.Ban{BanTime: ticket.Default, Count: 1, Failures: in.Failures}
	b.Time = ticket.Now()
	if in.Time != nil {
		b.Time = ticket.Unix(*in.Time)
	}
	if in.BanTime != nil {
		b.BanTime = *in.BanTime
	}
	b.ID, _ = addr.Parse(in.IP)
	if in.FID != "" {
		b.IP = b.ID
		b.ID, _ = addr.Parse(in.FID)
	}
	for line := range strings.Lines(in.Matches) {
		b.Matches = append(b.Matches, ticket.Match{After: strings.TrimSuffix(line, "\n")})
	}
	return &action.Event{
		Ban: b, BanTime: b.Duration(j.BanTime()), Jail: action.JailInfo{Name: j.Name, BanTime: j.BanTime()},
	}, nil
}
