package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/pickle"
)

// A draft is a configuration under way: what a stream of commands makes of the server, before any of it is in force. An
// error in one jail spoils that jail only.
type draft struct {
	base    func(name string) (jail.Settings, bool) // settings to start from, for jails that run
	globals []globalSet
	jails   []*jailDraft
	// compiler shares what jails have in common.
	compiler jail.Compiler
	// refused are the jails that the client could not even put into the stream, in its words.
	refused []string
}

type globalSet struct {
	name string
	args []any
}

// A given option is one command about a jail.
type given struct {
	option string
	words  []any
}

type jailDraft struct {
	name     string
	settings jail.Settings
	plan     *jail.Plan
	start    bool
	given    []given // in order
	reads    string  // what it reads and why, in the words of whoever chose that; "" if nobody had to
	err      error   // the first one
}

// read takes a whole stream: a list of commands.
func (d *draft) read(stream any) error {
	commands, ok := stream.([]any)
	if !ok {
		return control.TypeError("a stream is a list of commands")
	}
	for _, c := range commands {
		cmd, ok := c.([]any)
		if !ok || len(cmd) < 2 {
			return control.ValueError("a stream is a list of commands, this is none: " + describe([]any{c}))
		}
		if err := d.take(text(cmd[0]), cmd[1:]); err != nil {
			return err
		}
	}
	return nil
}

// take takes one command.
func (d *draft) take(word string, args []any) error {
	switch word {
	case "config-error":
		d.refused = append(d.refused, text(args[0]))
		return nil
	case "add":
		return d.add(args)
	case "start":
		if j := d.find(text(args[0])); j != nil {
			j.start = true
			return nil
		}
		return control.UnknownJail(text(args[0]))
	case "set", "multi-set":
		name := text(args[0])
		if _, ok := globals.Get()[name]; ok && word == "set" {
			d.globals = append(d.globals, globalSet{name, args[1:]})
			return nil
		}
		j := d.find(name)
		if j == nil {
			return control.UnknownJail(name)
		}
		j.note(args[1:], j.set(word, args[1:]))
		return nil
	}
	return control.InvalidCommand("Invalid command in a stream: " + word)
}

func (d *draft) find(name string) *jailDraft {
	for _, j := range d.jails {
		if j.name == name {
			return j
		}
	}
	return nil
}

func (d *draft) add(args []any) error {
	j := &jailDraft{name: text(args[0])}
	if j.name == "--all" {
		return control.InvalidCommand("Reserved name '--all'")
	}
	if d.find(j.name) != nil {
		return control.DuplicateJail(j.name)
	}
	d.jails = append(d.jails, j)
	var runs bool
	if j.settings, runs = d.base(j.name); runs {
		clearLists(&j.settings)
	} else {
		j.settings = jail.Defaults()
	}
	if len(args) > 1 {
		j.settings.Backend = text(args[1])
	}
	if len(args) > 2 {
		j.reads = text(args[2])
	}
	if len(args) > 3 {
		j.settings.FilterName = text(args[3])
	}
	j.note([]any{"backend"}, checkBackend(j.settings.Backend))
	return nil
}

// clearLists empties what a reload lists anew; every other option keeps its value unless the stream sets it.
func clearLists(s *jail.Settings) {
	s.Filter.Failregex, s.Filter.Ignoreregex = nil, nil
	s.Ignore.IPs = nil
	s.Journal = nil
	s.Logs, s.Dropped, s.Else = nil, nil, nil
	s.Actions = nil
	s.Watch = jail.Defaults().Watch // ours: what the configuration does not say any more does not hold any more
}

// note keeps the first error of a jail and the command that made it.
func (j *jailDraft) note(args []any, err error) {
	if err != nil && j.err == nil {
		j.err = err
		if len(args) > 0 {
			j.err = &OptionError{strings.TrimPrefix(text(args[0]), "add"), err}
		}
	}
}

// set takes `set JAIL …` or `multi-set JAIL …` without its first two words.
func (j *jailDraft) set(word string, args []any) error {
	if word == "set" {
		return j.setOne(args)
	}
	values, ok := args[len(args)-1].([]any)
	if !ok {
		return control.TypeError("multi-set wants a list of values")
	}
	for _, v := range values {
		if err := j.setOne(slices.Concat(args[:len(args)-1], flatten(v))); err != nil {
			return err
		}
	}
	return nil
}

func (j *jailDraft) setOne(args []any) error {
	if err := need(args, 1); err != nil {
		return err
	}
	name, rest := text(args[0]), args[1:]
	switch name {
	case "addaction":
		return j.addAction(rest)
	case "action":
		return j.setAction(rest)
	case "addlogpath":
		return j.addLog(rest)
	case config.ElseOption:
		return j.setElse(rest)
	}
	if o, ok := options.Get()[name]; ok && o.set != nil {
		j.given = append(j.given, given{name, rest})
		return apply(&j.settings, name, rest)
	}
	return control.InvalidCommand(fmt.Sprintf("Invalid command %s (no set action or not yet implemented)", pickle.Repr(name)))
}

// setElse takes the commands of the alternative: those about lines, expressions and log files.
func (j *jailDraft) setElse(args []any) error {
	if err := need(args, 1); err != nil {
		return err
	}
	d := &draft{base: func(string) (jail.Settings, bool) {
		s := j.settings.Clone()
		clearLists(&s)
		return s, true
	}}
	if err := d.add([]any{j.name, "auto"}); err != nil {
		return err
	}
	if err := d.read(args[0]); err != nil {
		return err
	}
	s := d.jails[0].settings
	j.settings.Else = &jail.Alternative{Backend: s.Backend, Filter: s.Filter, Logs: s.Logs}
	return d.jails[0].err
}

// addLog takes PATH [MODE], a file as all clients send it, or PATTERN MODE live, which only ours does. A file that has gone since
// the client looked, or that is still to come, is waited for.
func (j *jailDraft) addLog(args []any) error {
	if len(args) == 3 && text(args[2]) == config.LivePattern {
		return addLog(&j.settings, args[:2], true)
	}
	if err := apply(&j.settings, "addlogpath", args); err != nil {
		return err
	}
	for i := range j.settings.Logs {
		j.settings.Logs[i].Waits = true
	}
	return nil
}

func (j *jailDraft) addAction(args []any) error {
	if err := need(args, 1); err != nil {
		return err
	}
	spec, err := newAction(args)
	if err == nil {
		j.settings.Actions = append(j.settings.Actions, spec)
	}
	return err
}

func (j *jailDraft) setAction(args []any) error {
	if err := need(args, 3); err != nil {
		return err
	}
	spec := j.settings.Action(text(args[0]))
	if spec == nil {
		return unknownAction(text(args[0]))
	}
	return setProperty(spec.Props, text(args[1]), args[2])
}

// compile prepares every jail; those that cannot be keep their error. Lines are cut at maxLine bytes unless d says otherwise.
func (d *draft) compile(maxLine int64) {
	for _, g := range d.globals {
		if g.name != "maxlinelength" || len(g.args) == 0 {
			continue
		}
		if n, err := lineLength(g.args[0]); err == nil { // else applyGlobals refuses it
			maxLine = int64(n)
		}
	}
	for _, j := range d.jails {
		j.settings.Filter.MaxLine = int(maxLine)
		if j.err == nil {
			j.plan, j.err = d.compiler.Compile(j.settings)
		}
	}
}

// wrong returns the jails with errors, named, as one error; nil if there are none.
func (d *draft) wrong() error {
	var all []error
	for _, j := range d.jails {
		if j.err != nil {
			all = append(all, fmt.Errorf("jail '%s': %w", j.name, j.err))
		}
	}
	return errors.Join(all...)
}

// refusals returns what the client refused and means to be an error; a jail that is skipped because it asked to be when its
// logs are missing (skip_if_nologs) is none.
func (d *draft) refusals() (out []string) {
	for _, r := range d.refused {
		if !strings.Contains(r, "because of missing log files") {
			out = append(out, r)
		}
	}
	return out
}

// stream starts the jails of a configuration. A jail that is wrong is left out and named in the answer; the others run.
func (s *Server) stream(_ context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	defer s.tidy()
	d := &draft{base: func(string) (jail.Settings, bool) { return jail.Settings{}, false }}
	if err := d.read(args[0]); err != nil {
		return nil, err
	}
	if err := s.applyGlobals(d); err != nil {
		return nil, err
	}
	for _, r := range d.refused {
		s.opt.Output.Logger("fail2ban.transmitter").Error(r)
	}
	d.compile(s.maxLine.Load())
	s.know(s.newIn(d)...)
	release := s.world.hold()
	for _, j := range d.jails {
		s.begin(j)
	}
	release()
	if err := d.wrong(); err != nil {
		return nil, control.ValueError(err.Error())
	}
	return nil, nil
}

// newIn returns the jails of a draft that compiled and do not run yet.
func (s *Server) newIn(d *draft) (names []string) {
	for _, j := range d.jails {
		if _, err := s.jail(j.name); err != nil && j.err == nil {
			names = append(names, j.name)
		}
	}
	return names
}

// begin creates and starts one jail of a draft. The caller holds change.
func (s *Server) begin(j *jailDraft) {
	if j.err == nil {
		if _, err := s.jail(j.name); err == nil {
			j.err = control.DuplicateJail(j.name)
		}
	}
	if j.err == nil {
		var made *jail.Jail
		if made, j.err = s.create(j.name, j.plan); j.err == nil {
			s.announceAll(j)
			if j.start {
				made.Start()
				s.announceSource(j.name, j.reads)
			}
		}
	}
	if j.err != nil {
		s.log.Error(fmt.Sprintf("Jail '%s' is not started, the others are: %v", j.name, j.err))
	}
}

// applyGlobals puts the options of the server in force, or none of them if a value is wrong.
func (s *Server) applyGlobals(d *draft) error {
	for _, g := range d.globals {
		if err := need(g.args, 1); err != nil {
			return err
		}
		if err := CheckOption(g.name, g.args[0]); err != nil {
			return control.ValueError((&OptionError{g.name, err}).Error())
		}
	}
	for _, g := range d.globals {
		if _, err := s.setGlobalLocked(g.name, globals.Get()[g.name], g.args); err != nil {
			return control.ValueError((&OptionError{g.name, err}).Error())
		}
	}
	return nil
}
