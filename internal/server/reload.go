package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gaol/internal/control"
	"gaol/internal/jail"
)

// A reloading is one reload command: what it is about and how.
type reloading struct {
	only     string // one jail; "" means all
	unban    bool
	restart  bool
	ifExists bool
}

// reload makes the server work by a new configuration: `reload JAIL|--all FLAGS STREAM`. Everything is read and compiled first;
// if anything is wrong, nothing changes and the answer says what.
func (s *Server) reload(_ context.Context, args []any) (any, error) {
	if err := need(args, 3); err != nil {
		return nil, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	defer s.tidy()
	r, err := s.readReload(args)
	if err != nil {
		return nil, err
	}
	d := &draft{base: s.settingsOf}
	for _, j := range s.all() {
		d.compiler.Keep(j.Plan())
	}
	if err := d.read(args[2]); err != nil {
		return nil, err
	}
	d.compile(s.maxLine.Load())
	if err := unchanged(d); err != nil {
		s.log.Error(err.Error())
		return nil, err
	}
	if err := s.applyGlobals(d); err != nil {
		return nil, refused(err.Error())
	}
	s.carryOut(r, d)
	s.log.Info("Reload finished.")
	return "OK", nil
}

func (s *Server) readReload(args []any) (reloading, error) {
	var r reloading
	if name := text(args[0]); name != "--all" {
		r.only = name
	}
	flags, _ := args[1].([]any)
	for _, f := range texts(flags) {
		switch f {
		case "--unban":
			r.unban = true
		case "--restart":
			r.restart = true
		case "--if-exists":
			r.ifExists = true
		default:
			return r, control.InvalidCommand("Unknown reload option " + f)
		}
	}
	if r.only == "" {
		s.log.Info("Reload all jails")
		return r, nil
	}
	s.log.Info("Reload jail " + r.only)
	if _, err := s.jail(r.only); err != nil && !r.ifExists {
		return r, err
	}
	return r, nil
}

func (s *Server) settingsOf(name string) (jail.Settings, bool) {
	j, err := s.jail(name)
	if err != nil {
		return jail.Settings{}, false
	}
	return j.Settings(), true
}

// unchanged returns the error that stops a reload, nil when the draft is good.
func unchanged(d *draft) error {
	wrong := d.refusals()
	if err := d.wrong(); err != nil {
		wrong = append(wrong, err.Error())
	}
	if len(wrong) == 0 {
		return nil
	}
	return refused(strings.Join(wrong, "\n"))
}

func refused(why string) error {
	return control.ValueError("Reload refused, everything goes on as it was: " + why)
}

// carryOut applies a draft that compiled. The caller holds change.
func (s *Server) carryOut(r reloading, d *draft) {
	concerned := s.names()
	if r.only != "" {
		concerned = []string{r.only}
	}
	if r.unban {
		for _, name := range concerned {
			if j, err := s.jail(name); err == nil {
				j.UnbanAll()
			}
		}
	}
	if r.restart {
		s.stopJails(concerned)
	}
	s.know(s.newIn(d)...)
	release := s.world.hold()
	for _, j := range d.jails {
		s.renew(j)
	}
	release()
	s.stopJails(slices.DeleteFunc(concerned, func(name string) bool { return d.find(name) != nil }))
}

// renew lets a running jail adopt its part of the draft, or begins a new one.
func (s *Server) renew(d *jailDraft) {
	j, err := s.jail(d.name)
	if err != nil {
		s.begin(d)
		return
	}
	defer s.editing(d.name)()
	s.log.Info("Reload jail '" + d.name + "'")
	s.announceAll(d)
	if j.Settings().Backend != d.settings.Backend {
		s.announceSource(d.name, d.reads)
	}
	if err := j.Adopt(d.plan); err != nil {
		s.log.Error(fmt.Sprintf("jail '%s': %v", d.name, err))
		return
	}
	if d.start {
		j.Start()
	}
	j.ReloadActions()
	s.log.Info("Jail '" + d.name + "' reloaded")
}
