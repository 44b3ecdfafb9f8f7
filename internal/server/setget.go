package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/lazy"
	"gaol/internal/pickle"
	"gaol/internal/source/file"
	"gaol/internal/ticket"
)

// set answers `set OPTION VALUE` and `set JAIL …`.
func (s *Server) set(ctx context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	name := text(args[0])
	if g, ok := globals.Get()[name]; ok {
		return s.setGlobal(name, g, args[1:])
	}
	if err := need(args, 2); err != nil {
		return nil, err
	}
	sub, rest := text(args[1]), args[2:]
	o, live := options.Get()[sub], liveCommands.Get()[sub]
	if o.set == nil && live == nil {
		return nil, control.InvalidCommand(fmt.Sprintf("Invalid command %s (no set action or not yet implemented)", pickle.Repr(sub)))
	}
	j, err := s.jail(name)
	if err != nil {
		return nil, err
	}
	if live != nil {
		return live(s, ctx, j, rest)
	}
	return s.setOption(j, sub, rest)
}

// multiSet is set with a list of values for one option.
func (s *Server) multiSet(ctx context.Context, args []any) (any, error) {
	if err := need(args, 3); err != nil {
		return nil, err
	}
	values, ok := args[len(args)-1].([]any)
	if !ok {
		return nil, control.TypeError("multi-set wants a list of values")
	}
	for _, v := range values {
		one := slices.Concat(args[:len(args)-1], flatten(v))
		if _, err := s.set(ctx, one); err != nil {
			return nil, err
		}
	}
	return true, nil
}

// flatten spreads a pair [name, value] out; anything else is one word.
func flatten(v any) []any {
	if pair, ok := v.([]any); ok {
		return pair
	}
	return []any{v}
}

// setOption changes one option of a jail, and answers the value that is now in force.
func (s *Server) setOption(j *jail.Jail, name string, args []any) (any, error) {
	defer s.editing(j.Name)()
	settings := j.Settings()
	before := settings.Clone()
	if err := apply(&settings, name, args); err != nil {
		return nil, err
	}
	if err := s.usable(name, args); err != nil {
		return nil, err
	}
	plan, err := j.Compile(settings)
	if err != nil {
		return nil, err
	}
	s.grumble(j, &before, name, args)
	s.announce(plan, name, args)
	if err := j.Adopt(plan); err != nil {
		return nil, err
	}
	if other, ok := shows.Get()[name]; ok {
		name = other
	}
	return options.Get()[name].get(j), nil
}

// apply changes one option of settings.
func apply(settings *jail.Settings, name string, args []any) error {
	o := options.Get()[name]
	if len(args) == 0 && !o.bare {
		return control.MissingArgument()
	}
	return o.set(settings, args)
}

// usable refuses what can only be seen when it is done: a log file that is not there.
func (s *Server) usable(name string, args []any) error {
	if name != "addlogpath" || file.IsContainer(text(args[0])) {
		return nil
	}
	path := text(args[0])
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return control.FileNotFound(path)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// get answers `get OPTION` and `get JAIL …`.
func (s *Server) get(_ context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	name := text(args[0])
	if g, ok := globals.Get()[name]; ok && g.get != nil {
		return g.get(s), nil
	}
	j, err := s.jail(name)
	if err != nil && len(args) > 1 {
		return nil, err
	}
	if err := need(args, 2); err != nil {
		return nil, err
	}
	sub, rest := text(args[1]), args[2:]
	if o, ok := options.Get()[sub]; ok && o.get != nil {
		return o.get(j), nil
	}
	if q, ok := questions.Get()[sub]; ok {
		return q(j, rest)
	}
	return nil, control.InvalidCommand("Invalid command (no get action or not yet implemented)")
}

// liveCommands are the words after `set JAIL` that act instead of changing an option.
var liveCommands = lazy.Value[map[string]func(*Server, context.Context, *jail.Jail, []any) (any, error)]{Make: func() map[string]func(*Server, context.Context, *jail.Jail, []any) (any, error) {
	return map[string]func(*Server, context.Context, *jail.Jail, []any) (any, error){
		"idle":      setIdle,
		"banip":     banIP,
		"unbanip":   unbanIP,
		"attempt":   attempt,
		"addaction": (*Server).addAction,
		"delaction": (*Server).delAction,
		"action":    (*Server).setAction,
	}
}}

func setIdle(_ *Server, _ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	switch text(args[0]) {
	case "on":
		j.SetIdle(true)
		return true, nil
	case "off":
		j.SetIdle(false)
		return false, nil
	}
	return nil, control.InvalidCommand("Invalid idle option, must be 'on' or 'off'")
}

func banIP(_ *Server, _ context.Context, j *jail.Jail, args []any) (any, error) {
	return j.Ban(parseIDs(args)), nil
}

func unbanIP(_ *Server, _ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	report := len(args) > 0 && text(args[0]) == "--report-absent"
	if report {
		args = args[1:]
	}
	n, absent := j.Unban(parseIDs(args))
	if report && len(absent) > 0 {
		names := make([]string, len(absent))
		for i, id := range absent {
			names[i] = id.String()
		}
		return nil, control.ValueError("not banned: " + pickle.Repr(names))
	}
	return n, nil
}

func attempt(s *Server, _ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	id, _ := addr.Parse(strings.TrimSpace(text(args[0])))
	f := &ticket.Failure{ID: id, Time: s.opt.Now()}
	for _, line := range texts(args[1:]) {
		f.Matches = append(f.Matches, ticket.Match{After: line})
	}
	if j.Attempt(f) {
		return 1, nil
	}
	return 0, nil
}

// questions are the words after `get JAIL` that ask for more than an option.
var questions = lazy.Value[map[string]func(*jail.Jail, []any) (any, error)]{Make: func() map[string]func(*jail.Jail, []any) (any, error) {
	return map[string]func(*jail.Jail, []any) (any, error){
		"banned":           getBanned,
		"banip":            getBanIP,
		"actions":          getActions,
		"action":           getAction,
		"actionproperties": getActionProperties,
		"actionmethods":    getActionMethods,
	}
}}

func getBanned(j *jail.Jail, args []any) (any, error) {
	if len(args) == 0 {
		return j.Banned(), nil
	}
	out := make([]any, len(args))
	for i, id := range parseIDs(args) {
		out[i] = 0
		if j.Has(id) {
			out[i] = 1
		}
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

// getBanIP lists bans by their end: with times, or joined by a separator.
func getBanIP(j *jail.Jail, args []any) (any, error) {
	if len(args) == 0 || text(args[0]) != "--with-time" {
		return j.BannedByEnd(), nil
	}
	bans := j.ByEnd()
	words := make([]string, len(bans))
	for i, b := range bans {
		words[i] = jail.WithTime(b, j.BanTime())
	}
	return words, nil
}
