package config

// commands turns a good draft into the jail's commands. An error is fatal for the whole, unless it is a *problem.
func (d *draft) commands() error {
	var name any = d.jail.Name // made an any once for all commands
	desk := d.reader.desk
	block := &regexBlock{desk: desk, jail: name, commands: desk.block[:0]}
	if d.filter != nil {
		if err := d.filterCommands(block); err != nil {
			return err
		}
	}
	if err := d.jailBlock(block); err != nil {
		return err
	}
	rest, err := d.jailCommands(block, desk.rest[:0])
	if err != nil {
		return err
	}
	desk.block, desk.rest = block.commands, rest
	if d.reader.printing { // print goes on from here
		return nil
	}
	if desk.rest, err = d.actionCommands(name, rest); err != nil {
		return err
	}
	if len(d.otherwise) > 0 {
		desk.rest = append(desk.rest, []any{"set", name, ElseOption, d.otherwise})
	}
	d.jail.Commands = d.collect(name)
	return nil
}

// collect puts the commands together.
func (d *draft) collect(name any) []any {
	desk := d.reader.desk
	commands := desk.words.Take(1 + len(desk.block) + len(desk.rest))[:0]
	commands = append(commands, d.addCommand(name))
	for _, some := range [][][]any{desk.block, desk.rest} {
		for _, c := range some {
			commands = append(commands, c)
		}
	}
	return commands
}

// addCommand returns the command that makes the jail. What it reads and the name of its filter are for the log of our own server;
// others pass over the words.
func (d *draft) addCommand(name any) []any {
	add := d.reader.desk.words.Copy("add", name, d.jail.Backend)
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
	}
	d.jail.found = options
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

// jailCommands appends the commands for the jail's other options, log files last.
func (d *draft) jailCommands(block *regexBlock, commands [][]any) ([][]any, error) {
	jail, words := block.jail, &d.reader.desk.words
	for name, s := range d.opts.All() {
		if _, ok := find(filterOptions, name); ok {
			continue
		}
		switch name {
		case "enabled", "backend", "filter", "action", "skip_if_nologs", "systemd_if_nologs":
		case "ignoreip":
			command := words.Copy("set", jail, "addignoreip")
			for _, w := range SplitWords(s.value.(string)) {
				command = append(command, w)
			}
			commands = append(commands, command)
		case "logpath":
			if err := d.findLogs(s.value.(string), block); err != nil {
				return nil, err
			}
		default:
			commands = append(commands, words.Copy("set", jail, name, s.value))
		}
	}
	d.jail.opts = d.opts
	return d.logCommands(jail, commands), nil
}

// serverTags are left to the server, which knows their values when it bans.
var serverTags = []string{"matches", "ipmatches", "ipjailmatches", "timeout", "bantime"}

// actionCommands appends the commands for the jail's actions.
func (d *draft) actionCommands(jail any, commands [][]any) (_ [][]any, err error) {
	for _, use := range d.actions {
		if commands, err = d.actionCommand(use, jail, commands); err != nil {
			return nil, err
		}
	}
	return commands, nil
}

// actionCommand appends the commands for one action.
func (d *draft) actionCommand(use *actionUse, jail any, commands [][]any) ([][]any, error) {
	words := &d.reader.desk.words
	var name any = use.name
	add := words.Copy("set", jail, "addaction", name)
	if use.def == nil {
		d.jail.Actions = append(d.jail.Actions, Action{Name: use.name, File: use.file})
		return append(commands, append(add, d.reader.o.Source.Path("action.d/"+use.file), jsonObject(use.params))), nil
	}
	pairs, err := use.pairs()
	if err != nil {
		return nil, err
	}
	d.jail.Actions = append(d.jail.Actions, Action{Name: use.name, File: use.file, use: use, pairs: pairs})
	commands = append(commands, add)
	switch len(pairs) {
	case 0:
	case 1:
		pair := pairs[0].([]any)
		commands = append(commands, words.Copy("set", jail, "action", name, pair[0], pair[1]))
	default:
		commands = append(commands, words.Copy("multi-set", jail, "action", name, pairs))
	}
	return commands, nil
}
