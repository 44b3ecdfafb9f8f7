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
func Read(o Options) (*Config, error) {
	r := newReader(o)
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
	set.Define("DEFAULT", "fail2ban_version", &layers.Entry{Raw: r.o.Version})
	set.Define("DEFAULT", "fail2ban_confpath", &layers.Entry{Raw: r.o.Source.Root()})
	drafts, err := r.drafts(set)
	if err != nil {
		return err
	}
	return r.finish(c, general, drafts)
}

// drafts prepares the jails that are wanted and enabled.
func (r *reader) drafts(set *layers.Set) ([]*draft, error) {
	names := set.Names()
	if r.o.Only != "" {
		if !slices.Contains(names, r.o.Only) {
			return nil, &layers.AbsentError{Section: r.o.Only}
		}
		names = []string{r.o.Only}
	}
	prepared := make([]*draft, len(names))
	faults := make([]error, len(names))
	r.inOrder = entangled(set)
	r.forEach(len(names), func(i int) { prepared[i], faults[i] = r.fork().prepare(set, names[i]) })
	var drafts []*draft
	for i, d := range prepared {
		r.adopt(d)
		if faults[i] != nil {
			return nil, faults[i]
		}
		if d.enabled {
			drafts = append(drafts, d)
		}
	}
	return drafts, nil
}

// forEach calls work for the jails 0 to n-1.
func (r *reader) forEach(n int, work func(i int)) {
	if r.inOrder {
		inTurn(n, work)
		return
	}
	together(n, work)
}

// adopt appends what has been said about a jail to what has been said before.
func (r *reader) adopt(d *draft) {
	r.log = append(r.log, d.reader.log...)
	d.reader.log = nil
}

// finish turns the drafts into commands and puts the stream together.
func (r *reader) finish(c *Config, general []any, drafts []*draft) error {
	faults := make([]error, len(drafts))
	r.forEach(len(drafts), func(i int) { faults[i] = drafts[i].finish() })
	c.Stream = general
	var starts []any
	good, bad := 0, 0
	for i, d := range drafts {
		c.Jails = append(c.Jails, d.jail)
		if faults[i] == nil {
			d.judge()
		}
		r.adopt(d)
		if faults[i] != nil {
			c.Stream = nil
			return faults[i]
		}
		c.Stream = append(c.Stream, d.jail.Commands...)
		if d.jail.Problem == "" {
			starts = append(starts, []any{"start", d.jail.Name})
		}
		if d.rejected {
			bad++
		} else {
			good++
		}
	}
	c.Stream = append(c.Stream, starts...)
	c.Failed = bad > 0 && (good == 0 || r.o.StrictJails)
	return nil
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
