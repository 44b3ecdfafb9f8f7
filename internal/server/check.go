package server

import (
	"errors"
	"fmt"

	"gaol/internal/filter"
	"gaol/internal/jail"
	"gaol/internal/ticket"
)

// An OptionError says which option of a jail is wrong.
type OptionError struct {
	Option string // as the configuration names it; "" where it is not known
	Err    error
}

func (e *OptionError) Error() string {
	if e.Option == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("option %s: %v", e.Option, e.Err)
}

func (e *OptionError) Unwrap() error { return e.Err }

// Check does everything with the commands of one jail that a start would do before it acts, and returns the first thing that is
// wrong, as an *OptionError where it can tell which option that is.
func Check(commands []any) error {
	d := &draft{base: func(string) (jail.Settings, bool) { return jail.Settings{}, false }}
	if err := d.read(commands); err != nil {
		return err
	}
	d.compile(ticket.DefaultMaxLine)
	for _, j := range d.jails {
		if j.err != nil {
			return blame(j)
		}
		if err := j.plan.Program().BrokenDate(); err != nil {
			return &OptionError{"datepattern", err}
		}
	}
	return nil
}

// blame finds the option behind the error of a jail's draft.
func blame(j *jailDraft) error {
	var known *OptionError
	if errors.As(j.err, &known) {
		return j.err
	}
	all := j.settings.Filter
	for option, part := range map[string]filter.Settings{
		"prefregex":   {Prefregex: all.Prefregex},
		"ignoreregex": {Ignoreregex: all.Ignoreregex},
		"datepattern": {DatePattern: all.DatePattern},
		"logtimezone": {LogTimeZone: all.LogTimeZone},
		"logencoding": {LogEncoding: all.LogEncoding},
		"failregex":   {Prefregex: all.Prefregex, Failregex: all.Failregex, UseDNS: all.UseDNS, MaxLines: all.MaxLines},
	} {
		if _, err := filter.Compile(part); err != nil && err.Error() == j.err.Error() {
			if _, onlyPref := filter.Compile(filter.Settings{Prefregex: all.Prefregex}); option == "failregex" && onlyPref != nil {
				option = "prefregex"
			}
			return &OptionError{option, j.err}
		}
	}
	return j.err
}
