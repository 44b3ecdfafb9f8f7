package config

import (
	"fmt"
	"strings"

	"gaol/internal/config/layers"
)

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
	rest, err := d.jailCommands()
	if err != nil {
		return err
	}
	actions, err := d.actionCommands()
	if err != nil {
		return err
	}
	d.jail.Commands = append([]any{[]any{"add", d.jail.Name, d.jail.Backend}}, block.commands...)
	d.jail.Commands = append(append(d.jail.Commands, rest...), actions...)
	return nil
}

// A regexBlock collects the commands about lines and expressions, first the filter's, then the jail's.
type regexBlock struct {
	jail     string
	commands []any
	front    int // how many commands the present source has put in front
}

// beginSource says that commands of another source follow.
func (b *regexBlock) beginSource() { b.front = 0 }

// add appends the commands for one option.
func (b *regexBlock) add(name string, value any) error {
	if value == nil {
		return nil
	}
	switch name {
	case "usedns":
		b.insert(0, name, value)
	case "prefregex", "maxlines":
		b.insert(b.front, name, value)
	case "failregex", "ignoreregex":
		b.list("add"+name, nonEmptyLines(value.(string)))
	case "datepattern":
		b.commands = append(b.commands, []any{"set", b.jail, name, value})
	case "journalmatch":
		return b.journal(value.(string))
	}
	return nil
}

func (b *regexBlock) insert(at int, name string, value any) {
	command := []any{"set", b.jail, name, value}
	b.commands = append(b.commands, nil)
	copy(b.commands[at+1:], b.commands[at:])
	b.commands[at] = command
	b.front++
}

// list adds expressions: one by a plain command, several by one for all.
func (b *regexBlock) list(command string, items []any) {
	switch len(items) {
	case 0:
	case 1:
		b.commands = append(b.commands, []any{"set", b.jail, command, items[0]})
	default:
		b.commands = append(b.commands, []any{"multi-set", b.jail, command, items})
	}
}

// journal adds one command for each line of journal matches, split into words as a shell does.
func (b *regexBlock) journal(value string) error {
	for _, line := range nonEmptyLines(value) {
		words, err := shellWords(line.(string))
		if err != nil {
			return &Error{Option: "journalmatch", Text: err.Error(), Hint: "close the quotation in " + line.(string)}
		}
		command := []any{"set", b.jail, "addjournalmatch"}
		for _, w := range words {
			command = append(command, w)
		}
		b.commands = append(b.commands, command)
	}
	return nil
}

func nonEmptyLines(s string) []any {
	var lines []any
	for _, line := range strings.Split(s, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (d *draft) filterCommands(block *regexBlock) error {
	all, err := d.filter.combine(nil)
	if err != nil {
		return err
	}
	block.beginSource()
	for name, s := range d.filter.options(all).All() {
		if err := block.add(name, s.value); err != nil {
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
			if err := block.add(name, s.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// jailCommands returns the commands for the jail's other options, log files last.
func (d *draft) jailCommands() ([]any, error) {
	var commands []any
	set := func(words ...any) {
		commands = append(commands, append([]any{"set", d.jail.Name}, words...))
	}
	var own []Setting
	for name, s := range d.opts.All() {
		own = append(own, settingOf(name, s, d.overridden(name)...))
		if _, ok := find(filterOptions, name); ok {
			continue
		}
		switch name {
		case "enabled", "backend", "filter", "action", "skip_if_nologs", "systemd_if_nologs":
		case "ignoreip":
			words := []any{"addignoreip"}
			for _, w := range SplitWords(s.value.(string)) {
				words = append(words, w)
			}
			set(words...)
		case "logpath":
			if err := d.findLogs(s.value.(string)); err != nil {
				return nil, err
			}
		default:
			set(name, s.value)
		}
	}
	for _, p := range d.jail.LogPaths {
		set("addlogpath", p.Path, p.Mode)
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

// jsonObject prints parameters as the original's JSON: blanks after commas and colons, everything beyond ASCII escaped.
func jsonObject(p *Params) string {
	var b strings.Builder
	b.WriteByte('{')
	for name, v := range p.All() {
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		jsonString(&b, name)
		b.WriteString(": ")
		jsonString(&b, v)
	}
	b.WriteByte('}')
	return b.String()
}

func jsonString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < 0x20 || r > 0x7e && r != 0x7f && r <= 0xffff:
			fmt.Fprintf(b, `\u%04x`, r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
