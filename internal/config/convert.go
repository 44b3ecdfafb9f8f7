package config

import "gaol/internal/config/layers"

// commands turns a good draft into the jail's commands. An error is fatal for the whole, unless it is a *problem.
func (d *draft) commands() error {
	block := &regexBlock{jail: d.jail.Name}
	if d.filter != nil {
		if err := d.filterCommands(block); err != nil {
			return err
		}
	}
	if err := d.jailBlock(block); err != nil {
		return err
	}
	rest, err := d.jailCommands(block)
	if err != nil {
		return err
	}
	actions, err := d.actionCommands()
	if err != nil {
		return err
	}
	d.jail.Commands = append([]any{d.addCommand()}, block.commands...)
	d.jail.Commands = append(append(d.jail.Commands, rest...), actions...)
	if len(d.otherwise) > 0 {
		d.jail.Commands = append(d.jail.Commands, []any{"set", d.jail.Name, ElseOption, d.otherwise})
	}
	return nil
}

// addCommand returns the command that makes the jail. What it reads and the name of its filter are for the log of our own server;
// others pass over the words.
func (d *draft) addCommand() []any {
	add := []any{"add", d.jail.Name, d.jail.Backend}
	if d.reader.o.LivePatterns {
		add = append(add, d.jail.Reads, textOf(d.opts, "filter"))
	}
	return add
}

func (d *draft) filterCommands(block *regexBlock) error {
	options, err := d.filterOptions()
	if err != nil {
		return err
	}
	block.beginSource()
	for name, s := range options.All() {
		if err := block.add(name, s); err != nil {
			return err
		}
		d.jail.Settings = append(d.jail.Settings, settingOf(name, s))
	}
	return nil
}

// jailBlock adds what the jail itself says about lines and expressions.
func (d *draft) jailBlock(block *regexBlock) error {
	block.beginSource()
	for name, s := range d.opts.All() {
		if _, ok := find(filterOptions, name); ok {
			if err := block.add(name, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// jailCommands returns the commands for the jail's other options, log files last.
func (d *draft) jailCommands(block *regexBlock) (commands []any, err error) {
	var jail any = d.jail.Name // made once for all commands
	own := make([]Setting, 0, d.opts.Len())
	for name, s := range d.opts.All() {
		own = append(own, settingOf(name, s, d.overridden(name)...))
		if _, ok := find(filterOptions, name); ok {
			continue
		}
		switch name {
		case "enabled", "backend", "filter", "action", "skip_if_nologs", "systemd_if_nologs":
		case "ignoreip":
			words := []any{"set", jail, "addignoreip"}
			for _, w := range SplitWords(s.value.(string)) {
				words = append(words, w)
			}
			commands = append(commands, words)
		case "logpath":
			if err := d.findLogs(s.value.(string), block); err != nil {
				return nil, err
			}
		default:
			commands = append(commands, []any{"set", jail, name, s.value})
		}
	}
	for _, words := range d.logWords() {
		commands = append(commands, append([]any{"set", jail, "addlogpath"}, words...))
	}
	d.jail.Settings, d.jail.own = append(own, d.jail.Settings...), len(own)
	return commands, nil
}

// serverTags are left to the server, which knows their values when it bans.
var serverTags = []string{"matches", "ipmatches", "ipjailmatches", "timeout", "bantime"}

func (d *draft) actionCommands() ([]any, error) {
	var commands []any
	for _, use := range d.actions {
		add := []any{"set", d.jail.Name, "addaction", use.name}
		a := Action{Name: use.name, File: use.file}
		if use.def == nil {
			path := d.reader.o.Source.Path("action.d/" + use.file)
			commands = append(commands, append(add, path, jsonObject(use.params)))
			d.jail.Actions = append(d.jail.Actions, a)
			continue
		}
		pairs, settings, err := use.pairs()
		if err != nil {
			return nil, err
		}
		a.Settings = settings
		d.jail.Actions = append(d.jail.Actions, a)
		commands = append(commands, add)
		switch len(pairs) {
		case 0:
		case 1:
			pair := pairs[0].([]any)
			commands = append(commands, []any{"set", d.jail.Name, "action", use.name, pair[0], pair[1]})
		default:
			commands = append(commands, []any{"multi-set", d.jail.Name, "action", use.name, pairs})
		}
	}
	return commands, nil
}

// pairs returns what is sent of an action: the known options with their tags replaced, then the parameters as they are,
// because the server replaces the tags that depend on an address.
func (u *actionUse) pairs() ([]any, []Setting, error) {
	all, err := u.def.combine(nil, serverTags...)
	if err != nil {
		return nil, nil, err
	}
	var pairs []any
	var list []Setting
	for name, s := range u.def.options(all).All() {
		pairs = append(pairs, []any{name, s.value})
		list = append(list, settingOf(name, s))
	}
	for name, v := range u.def.params.All() {
		if _, known := find(actionOptions, name); !known {
			pairs = append(pairs, []any{name, v})
			list = append(list, Setting{Name: name, Value: v, Origin: u.from.Origin})
		}
	}
	for name, t := range u.def.init.All() {
		if _, known := find(actionOptions, name); !known && !u.def.params.Has(name) {
			pairs = append(pairs, []any{name, t.s})
			list = append(list, settingOf(name, setting{value: t.s, from: t.from}))
		}
	}
	return pairs, list, nil
}

// settingOf returns a setting with what it replaced: former values of its section, then what [DEFAULT] or a filter says.
func settingOf(name string, s setting, below ...*layers.Entry) Setting {
	out := Setting{Name: name, Value: s.value, Origin: s.from.At()}
	if s.from != nil {
		out.addOverridden(s.from.Overrides)
	}
	for _, e := range below {
		if e != s.from {
			out.addOverridden(e)
		}
	}
	return out
}

func (s *Setting) addOverridden(e *layers.Entry) {
	for ; e != nil; e = e.Overrides {
		s.Overrode = append(s.Overrode, Overridden{e.Raw, e.Origin})
	}
}

// overridden returns the entries that an option of the jail hides.
func (d *draft) overridden(name string) []*layers.Entry {
	var hidden []*layers.Entry
	if e, ok := d.set.Default.Get(name); ok && d.set.Section(d.jail.Name).Has(name) {
		hidden = append(hidden, e)
	}
	if _, ok := find(filterOptions, name); ok && d.filter != nil {
		if e := d.filter.set.Raw(definitionSection, name); e != nil {
			hidden = append(hidden, e)
		}
	}
	return hidden
}
