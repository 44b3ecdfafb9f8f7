package config

import (
	"errors"
	"fmt"
	"slices"

	"gaol/internal/config/layers"
	"gaol/internal/pickle"
)

// Read reads the whole configuration. The error, if any, is fatal for all of it; its text is what the original prints
// behind "Failed during configuration: ". The Config is never nil: with an error it holds the messages up to there.
func Read(o Options) (*Config, error) { return newReader(o).readAll() }

// readPrinted is Read for one who means to print the stream and nothing else. The Config has the text in the place of the Stream, its jails
// have no Commands, no Actions and no Settings, and what only a server wants is not made: so the memory of one jail serves for the next.
func readPrinted(o Options) (*Config, error) {
	o.Compile, o.LivePatterns = nil, false
	r := newReader(o)
	r.printing = true
	return r.readAll()
}

func (r *reader) readAll() (*Config, error) {
	server, err := r.client()
	c := &Config{Server: server}
	if err == nil {
		err = r.everything(c)
	} else {
		err = &earlyError{err}
	}
	c.Messages = r.log.messages()
	return c, err
}

// An earlyError is a fault in what the client itself needs to know.
type earlyError struct{ error }

func (e *earlyError) Unwrap() error { return e.error }

// everything reads the server's settings and the jails into c.
func (r *reader) everything(c *Config) error {
	main, err := r.load("fail2ban")
	if err != nil {
		return err
	}
	set, err := r.load("jail")
	if err != nil {
		return err
	}
	switch {
	case main == nil:
		return errNoMain
	case set == nil:
		return &Error{Text: "Read jails configuration failed.", Hint: "put a jail.conf or jail.local there"}
	}
	c.main, c.jails = main, set
	general, err := r.general(main, c.Server)
	if err != nil {
		return err
	}
	drafts, err := r.drafts(set)
	if err != nil {
		return err
	}
	return r.assemble(c, general, drafts)
}

// drafts reads the jails that are wanted, as far as they are enabled, and makes their commands.
func (r *reader) drafts(set *layers.Set) ([]*draft, error) {
	set.Define("DEFAULT", "fail2ban_version", &layers.Entry{Raw: r.o.Version})
	set.Define("DEFAULT", "fail2ban_confpath", &layers.Entry{Raw: r.o.Source.Root()})
	names := set.Names()
	if r.o.Only != "" {
		if !slices.Contains(names, r.o.Only) {
			return nil, &layers.AbsentError{Section: r.o.Only}
		}
		names = []string{r.o.Only}
	}
	r.inOrder = entangled(set, names)
	if r.o.FewJails && len(names) > fewJails {
		return nil, errMany
	}
	all := make([]*draft, len(names))
	r.forEach(len(names), func() func(int) {
		desk := newDesk()
		return func(i int) { all[i] = r.fork(desk).draft(set, names[i]) }
	})
	var enabled []*draft
	for _, d := range all {
		r.log = append(r.log, d.preparing...)
		if d.unprepared != nil {
			return nil, d.unprepared
		}
		if d.enabled {
			enabled = append(enabled, d)
		}
	}
	return enabled, nil
}

// fewJails is how many are printed with less memory than makes the runtime collect garbage.
const fewJails = 200

var errMany = errors.New("many jails")

// forEach does the work for jails 0 to n-1.
func (r *reader) forEach(n int, begin func() (work func(i int))) {
	if r.inOrder {
		inTurn(n, begin())
		return
	}
	together(n, begin)
}

// draft prepares a jail and makes its commands, if it is enabled. What it has to say about either is kept apart, because all jails are
// prepared before the first one is finished, as far as anybody can see.
func (r *reader) draft(set *layers.Set, name string) *draft {
	d, err := r.prepare(set, name)
	d.preparing, d.unprepared, r.log = r.log, err, nil
	if err == nil && d.enabled {
		d.unfinished = d.finish()
		if r.printing && d.unfinished == nil {
			d.unfinished = d.print()
		}
	}
	return d
}

// print lays the commands out as -d prints them, those for the actions included, and forgets them. The error is fatal for the whole.
func (d *draft) print() (err error) {
	desk := d.reader.desk
	text := appendCommands(desk.sheet.place(), d.jail.Commands) // what is wrong
	if d.jail.Problem == "" {
		text = append(pickle.AppendList(text, d.addCommand(d.jail.Name)), '\n')
		text = appendLists(appendLists(text, desk.block), desk.rest)
		if text, err = d.printActions(text); err != nil {
			return err
		}
	}
	d.printed = desk.sheet.take(text)
	d.jail.Commands, d.jail.Actions, d.otherwise = nil, nil, nil
	d.jail.opts, d.jail.found, d.opts, d.found = nil, nil, nil, nil
	desk.clearAway()
	return nil
}

// forJail returns room for options of a jail: fresh, unless they are forgotten with the jail's commands.
func (r *reader) forJail(room *settings) *settings {
	if r.printing {
		return blank(room)
	}
	return &settings{}
}

// assemble puts the stream together.
func (r *reader) assemble(c *Config, general []any, drafts []*draft) error {
	size := len(general)
	for _, d := range drafts {
		size += len(d.jail.Commands) + 1
	}
	stream, starts := append(make([]any, 0, size), general...), make([]any, 0, len(drafts))
	good, bad := 0, 0
	for _, d := range drafts {
		c.Jails = append(c.Jails, d.jail)
		if d.unfinished == nil {
			d.judge()
		}
		r.log = append(r.log, d.reader.log...)
		if d.unfinished != nil {
			return d.unfinished
		}
		stream = append(stream, d.jail.Commands...)
		if d.jail.Problem == "" {
			starts = append(starts, r.desk.words.Copy("start", d.jail.Name))
		}
		if d.rejected {
			bad++
		} else {
			good++
		}
	}
	if r.printing {
		c.printed = r.printAll(general, drafts, starts)
	} else {
		c.Stream = append(stream, starts...)
	}
	c.Failed = bad > 0 && (good == 0 || r.o.StrictJails)
	return nil
}

// printAll returns what -d prints, in pieces.
func (r *reader) printAll(general []any, drafts []*draft, starts []any) [][]byte {
	printed := append(make([][]byte, 0, len(drafts)+2), r.desk.sheet.lay(general))
	for _, d := range drafts {
		printed = append(printed, d.printed)
	}
	return append(printed, r.desk.sheet.lay(starts))
}

// finish makes the jail's commands. A jail with a problem has one command that tells the server about it.
func (d *draft) finish() error {
	if d.rejected {
		return nil
	}
	err := d.commands()
	if errors.Is(err, errWatchJournal) {
		err = d.watchJournal()
	}
	var p *problem
	switch {
	case errors.As(err, &p): // no log files
		d.jail.Problem = p.text
		d.jail.Commands = []any{[]any{"config-error", p.text}}
		return nil
	}
	return err
}

// judge takes the jail out if a server would refuse it and there is somebody who can tell.
func (d *draft) judge() {
	if d.reader.o.Compile == nil || d.jail.Problem != "" {
		return
	}
	if p := d.refusal(); p != nil {
		d.reject(p)
	}
}

func (d *draft) refusal() *problem {
	for _, s := range d.jail.Settings() {
		if s.Value == nil {
			raw, _ := d.opts.Get(s.Name)
			return &problem{
				text: fmt.Sprintf("%s = %s is no integer", s.Name, pickle.Repr(raw.raw)),
				at:   s.Origin, hint: "write digits only",
			}
		}
	}
	if err := d.reader.o.Compile(d.jail); err != nil {
		return &problem{text: err.Error()}
	}
	return nil
}
