package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gaol/internal/action"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/pickle"
)

// addAction adds an action without parameters; `set JAIL action NAME …` gives it some.
func (s *Server) addAction(_ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	defer s.editing(j.Name)()
	settings := j.Settings()
	spec, err := newAction(args)
	if err != nil {
		return nil, err
	}
	if settings.Action(spec.Name) != nil {
		return nil, control.ValueError("Action " + spec.Name + " already exists")
	}
	settings.Actions = append(settings.Actions, spec)
	return spec.Name, s.adopt(j, settings)
}

// newAction reads NAME [PYFILE JSON].
func newAction(args []any) (jail.ActionSpec, error) {
	spec := jail.ActionSpec{Name: text(args[0]), Props: new(action.Properties)}
	if len(args) < 3 {
		return spec, nil
	}
	spec.Script = text(args[1])
	var params map[string]any
	if err := json.Unmarshal([]byte(text(args[2])), &params); err != nil {
		return spec, control.ValueError(fmt.Sprintf("parameters of action %s: %v", spec.Name, err))
	}
	for name, v := range params {
		spec.Props.Set(name, fmt.Sprint(v))
	}
	return spec, nil
}

func (s *Server) adopt(j *jail.Jail, settings jail.Settings) error {
	plan, err := j.Compile(settings)
	if err != nil {
		return err
	}
	return j.Adopt(plan)
}

func (s *Server) delAction(_ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	defer s.editing(j.Name)()
	settings := j.Settings()
	name := text(args[0])
	if settings.Action(name) == nil {
		return nil, unknownAction(name)
	}
	settings.Actions = slices.DeleteFunc(settings.Actions, func(a jail.ActionSpec) bool { return a.Name == name })
	return nil, s.adopt(j, settings)
}

func unknownAction(name string) error { return control.KeyError("Invalid Action name: " + name) }

// setAction sets a property of an action, or runs one of its methods.
func (s *Server) setAction(_ context.Context, j *jail.Jail, args []any) (any, error) {
	if err := need(args, 2); err != nil {
		return nil, err
	}
	defer s.editing(j.Name)()
	settings := j.Settings()
	name, property := text(args[0]), text(args[1])
	spec := settings.Action(name)
	if spec == nil {
		return nil, unknownAction(name)
	}
	if m, ok := methods.Get()[property]; ok {
		return callMethod(j, name, m, args[2:])
	}
	if err := need(args, 3); err != nil {
		return nil, err
	}
	props := spec.Props.Clone()
	if err := setProperty(props, property, args[2]); err != nil {
		return nil, err
	}
	if err := j.UpdateAction(name, props); err != nil {
		return nil, err
	}
	return getAction(j, args[:2])
}

// setProperty gives a property a value; bantime is the ticket's alone and never a property.
func setProperty(p *action.Properties, name string, v any) error {
	if name == "bantime" {
		return nil
	}
	if b, ok := v.(bool); ok {
		p.Set(name, b)
		return nil
	}
	value := text(v)
	if name == "timeout" {
		t, err := seconds(v)
		if err != nil {
			return err
		}
		value = t.String() // in seconds, whatever unit it was given in
	}
	p.Set(name, value)
	return nil
}

func getActions(j *jail.Jail, _ []any) (any, error) {
	names := []any{}
	for _, a := range j.Settings().Actions {
		names = append(names, a.Name)
	}
	return names, nil
}

// specOf returns the action that args name first.
func specOf(j *jail.Jail, args []any, words int) (*jail.ActionSpec, error) {
	if err := need(args, words); err != nil {
		return nil, err
	}
	settings := j.Settings()
	if spec := settings.Action(text(args[0])); spec != nil {
		return spec, nil
	}
	return nil, unknownAction(text(args[0]))
}

func getAction(j *jail.Jail, args []any) (any, error) {
	spec, err := specOf(j, args, 2)
	if err != nil {
		return nil, err
	}
	property := text(args[1])
	if property == "timeout" {
		return int64(spec.Props.Timeout().Seconds()), nil
	}
	if v, ok := spec.Props.Get(property); ok {
		return v, nil
	}
	if strings.HasPrefix(property, "action") && slices.Contains(commandProperties, property) {
		return "", nil
	}
	return nil, control.AttributeError("'CommandAction' object has no attribute " + pickle.Repr(property))
}

// commandProperties are the properties that every command action has (docs/compatibility.md, "actions").
var commandProperties = []string{
	"actionban", "actioncheck", "actionflush", "actionreban", "actionreload", "actionrepair", "actionstart",
	"actionstop", "actionunban", "actname", "name", "timeout",
}

func getActionProperties(j *jail.Jail, args []any) (any, error) {
	spec, err := specOf(j, args, 1)
	if err != nil {
		return nil, err
	}
	names := append(slices.Clone(commandProperties), spec.Props.Names()...)
	slices.Sort(names)
	return list(slices.Compact(names)), nil
}

func getActionMethods(j *jail.Jail, args []any) (any, error) {
	if _, err := specOf(j, args, 1); err != nil {
		return nil, err
	}
	var names []string
	for m := range methods.Get() {
		names = append(names, m)
	}
	slices.Sort(names)
	return list(names), nil
}
