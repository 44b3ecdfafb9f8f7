// Package jail is one jail: a filter, its counting, its bans and its actions, and their lifetimes.
//
// In go batches of log lines from the sources that it subscribes to, and an operator's commands; out come bans and
// unbans, told to its actions and written to the store. It never reads files, never talks to a client and never looks
// at another jail.
package jail

import (
	"slices"

	"gaol/internal/action"
	"gaol/internal/config"
	"gaol/internal/filter"
	"gaol/internal/filter/ignore"
)

// Settings are a jail's options, as the command stream sets them. A Settings value is data: Compile makes it work.
type Settings struct {
	Backend string // as given to add: auto, pyinotify, polling, systemd[…]

	Filter        filter.Settings
	FilterName    string // as fail2ban-regex takes it, with parameters; "" where nobody has told
	Ignore        ignore.Settings
	IgnoreCommand *string // nil is unset, and "" is none

	MaxRetry   int
	MaxMatches int
	FindTime   config.Seconds

	BanTime     config.Seconds // -1 is for ever
	Increment   *bool          // nil is unset
	Factor      string         // "" is unset, here and below
	Formula     string
	Multipliers string
	MaxTime     *config.Seconds // nil is unset
	RndTime     *config.Seconds
	OverAll     string // a yes-or-no word as it was given

	Logs    []LogFile
	Dropped []string   // files that are not read though a pattern in Logs matches them
	Journal [][]string // alternatives of FIELD=value words; nil takes every entry
	// Else is what a jail works by, instead of its Backend, Filter, Logs and Journal, once one of its log files comes up. Nil for a jail
	// that keeps to what it reads.
	Else *Alternative

	Actions []ActionSpec

	Watch WatchSettings
}

// WatchSettings say what a jail makes of a log that does not fit its filter. These options are ours.
type WatchSettings struct {
	Skew    string          // SkewWarn or SkewCorrect
	NoDate  config.Seconds  // for so long no dates are found before that is said; 0 is for ever
	NoMatch *config.Seconds // the same for matches; nil leaves it to what the log shows, see health.Watch
}

// The values of logskew.
const (
	SkewWarn    = "warn"
	SkewCorrect = "auto"
)

// A LogFile is a file to watch, or a pattern of files.
type LogFile struct {
	Path    string
	Pattern bool // Path stands for all files that match it, those that come up later included
	Tail    bool // only lines written from now on
	Waits   bool // a file that does not exist yet is waited for
}

// An Alternative makes a jail that reads the journal one that reads files.
type Alternative struct {
	Backend string
	Filter  filter.Settings
	Logs    []LogFile // patterns
}

// WithFiles returns s with its alternative in force.
func (s Settings) WithFiles() Settings {
	s.Backend, s.Filter, s.Logs, s.Journal, s.Else = s.Else.Backend, s.Else.Filter, s.Else.Logs, nil, nil
	return s
}

// An ActionSpec names an action and holds its parameters.
type ActionSpec struct {
	Name   string
	Script string // path of a Python action, "" for command actions
	Props  *action.Properties
}

// Defaults returns the values that hold for options nobody sets (jail.conf(5); docs/compatibility.md, "jail defaults").
func Defaults() Settings {
	return Settings{
		Backend:    "auto",
		Filter:     filter.Settings{MaxLines: 1, UseDNS: "warn", LogEncoding: "auto"},
		Ignore:     ignore.Settings{Self: true},
		MaxRetry:   3,
		MaxMatches: 5,
		FindTime:   config.IntSeconds(600),
		BanTime:    config.IntSeconds(600),
		Watch:      WatchSettings{Skew: SkewWarn, NoDate: config.IntSeconds(600)},
	}
}

// Grows reports whether bans get longer for those who were banned before.
func (s *Settings) Grows() bool { return s.Increment != nil && *s.Increment }

// Watches reports whether path is among the log files.
func (s *Settings) Watches(path string) bool {
	return slices.ContainsFunc(s.Logs, func(l LogFile) bool { return l.Path == path })
}

// Clone returns a copy that shares nothing that a setter changes in place.
func (s Settings) Clone() Settings {
	s.Filter.Failregex = slices.Clone(s.Filter.Failregex)
	s.Filter.Ignoreregex = slices.Clone(s.Filter.Ignoreregex)
	s.Ignore.IPs = slices.Clone(s.Ignore.IPs)
	s.Logs = slices.Clone(s.Logs)
	s.Dropped = slices.Clone(s.Dropped)
	s.Journal = slices.Clone(s.Journal)
	s.Actions = slices.Clone(s.Actions)
	for i := range s.Actions {
		s.Actions[i].Props = s.Actions[i].Props.Clone()
	}
	return s
}

// Action returns the action called name, or nil.
func (s *Settings) Action(name string) *ActionSpec {
	for i := range s.Actions {
		if s.Actions[i].Name == name {
			return &s.Actions[i]
		}
	}
	return nil
}
