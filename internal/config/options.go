package config

import (
	"fmt"
	"strings"

	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// A kind is what an option's text is turned into.
type kind int

const (
	textKind kind = iota
	boolKind
	intKind
)

// An option is a name that the reader knows. Everything else in a file is a variable.
type option struct {
	name string
	kind kind
	def  any // value where no file gives one; nil for none
}

// firstJailOptions is how many of jailOptions are read before it is clear that a jail is enabled.
const firstJailOptions = 3

// The options by where they stand, in the order in which they are read and sent.
var (
	clientOptions = []option{
		{"socket", textKind, "/var/run/fail2ban/fail2ban.sock"},
		{"pidfile", textKind, "/var/run/fail2ban/fail2ban.pid"},
		{"loglevel", textKind, "INFO"},
		{"logtarget", textKind, "/var/log/fail2ban.log"},
		{"syslogsocket", textKind, "auto"},
	}
	serverOptions = []option{
		{"loglevel", textKind, "INFO"},
		{"logtarget", textKind, "STDERR"},
		{"syslogsocket", textKind, "auto"},
		{"allowipv6", textKind, "auto"},
		{"dbfile", textKind, "/var/lib/fail2ban/fail2ban.sqlite3"},
		{"dbmaxmatches", intKind, nil},
		{"dbpurgeage", textKind, "1d"},
	}
	// What the original does not have is neither read nor printed unless a file gives it.
	ownServerOptions = []option{{"maxlinelength", textKind, nil}}
	threadOptions    = []option{{"stacksize", intKind, nil}}

	jailOptions = []option{
		{"enabled", boolKind, false},
		{"backend", textKind, "auto"},
		{"filter", textKind, ""},
		{"maxretry", intKind, nil},
		{"maxmatches", intKind, nil},
		{"findtime", textKind, nil},
		{"bantime", textKind, nil},
		{"bantime.increment", boolKind, nil},
		{"bantime.factor", textKind, nil},
		{"bantime.formula", textKind, nil},
		{"bantime.multipliers", textKind, nil},
		{"bantime.maxtime", textKind, nil},
		{"bantime.rndtime", textKind, nil},
		{"bantime.overalljails", boolKind, nil},
		{"ignorecommand", textKind, nil},
		{"ignoreself", boolKind, nil},
		{"ignoreip", textKind, nil},
		{"ignorecache", textKind, nil},
		{"logtimezone", textKind, nil},
		{"logencoding", textKind, nil},
		{"logpath", textKind, nil},
		{"skip_if_nologs", boolKind, false},
		{"systemd_if_nologs", boolKind, true},
		{"action", textKind, ""},
		{"usedns", textKind, nil},
		{"prefregex", textKind, nil},
		{"ignoreregex", textKind, nil},
		{"failregex", textKind, nil},
		{"maxlines", intKind, nil},
		{"datepattern", textKind, nil},
		{"journalmatch", textKind, nil},
		// What the original does not have.
		{"logskew", textKind, nil},
		{"warnnodate", textKind, nil},
		{"warnnomatch", textKind, nil},
	}
	filterOptions = []option{
		{"usedns", textKind, nil},
		{"prefregex", textKind, nil},
		{"ignoreregex", textKind, nil},
		{"failregex", textKind, nil},
		{"maxlines", intKind, nil},
		{"datepattern", textKind, nil},
		{"journalmatch", textKind, nil},
	}
	actionOptions = []option{
		{"actionstart", textKind, nil},
		{"actionstart_on_demand", boolKind, nil},
		{"actionstop", textKind, nil},
		{"actionflush", textKind, nil},
		{"actionreload", textKind, nil},
		{"actioncheck", textKind, nil},
		{"actionrepair", textKind, nil},
		{"actionrepair_on_unban", boolKind, nil},
		{"actionban", textKind, nil},
		{"actionprolong", textKind, nil},
		{"actionreban", textKind, nil},
		{"actionunban", textKind, nil},
		{"norestored", boolKind, nil},
	}
)

// find returns the option called name in a table.
func find(table []option, name string) (option, bool) {
	for _, o := range table {
		if o.name == name {
			return o, true
		}
	}
	return option{}, false
}

// A setting is an option's value: string, bool, int64, *big.Int or nil.
type setting struct {
	value any
	raw   string        // the text before conversion
	from  *layers.Entry // where it was written; nil for a default
}

type settings = omap.Map[setting]

// textOf returns the value of a text option, "" when it is absent.
func textOf(m *settings, name string) string {
	s, _ := m.Get(name)
	t, _ := s.value.(string)
	return t
}

// boolOf returns the value of a boolean option, false when it is absent.
func boolOf(m *settings, name string) bool {
	s, _ := m.Get(name)
	b, _ := s.value.(bool)
	return b
}

// ParseBool reads a boolean as the original does: 1, on, true and yes in any case are true, everything else is false.
func ParseBool(s string) bool {
	switch strings.ToLower(s) {
	case "1", "on", "true", "yes":
		return true
	}
	return false
}

// read fetches the options of a table from one section. An option that no file gives has its
// default, or is absent when it has none. A section that does not exist is complained about, option by option.
func (r *reader) read(set *layers.Set, section string, table []option, vars layers.Vars) (*settings, error) {
	found := &settings{}
	return found, r.readInto(found, set, section, table, vars)
}

// readInto is read for one who has an empty map for the options.
func (r *reader) readInto(found *settings, set *layers.Set, section string, table []option, vars layers.Vars) error {
	found.Grow(min(len(table), usualOptions))
	view := set.View(section, vars, &r.desk.paper)
	for _, o := range table {
		v, ok, err := view.Find(o.name)
		switch {
		case err != nil:
			return err
		case ok:
			found.Set(o.name, r.convert(section, o, v))
		case !view.Exists():
			r.noSection(section)
			found.Set(o.name, setting{value: o.def})
		case o.def != nil:
			if r.o.Verbosity >= debugging {
				r.log.add(readerLog, Debug, fmt.Sprintf("%s not defined in %s. Using default one: %s",
					pickle.Repr(o.name), pickle.Repr(section), pickle.Repr(o.def)))
			}
			found.Set(o.name, setting{value: o.def})
		}
	}
	return nil
}

// usualOptions is about how many options a jail has.
const usualOptions = 20

// noSection complains about a section that does not exist.
func (r *reader) noSection(section string) {
	r.log.add(readerLog, Errors, (&layers.AbsentError{Section: section}).Error())
}

// convert turns the text of an option into its kind.
func (r *reader) convert(section string, o option, v layers.Value) setting {
	s := setting{raw: v.Text, from: v.From}
	switch o.kind {
	default:
		s.value = o.kind.of(v.Text)
	case intKind:
		n, ok := pytext.Int(v.Text)
		if !ok {
			r.log.add(readerLog, Warning, fmt.Sprintf("Wrong value for %s in %s. Using default one: '%s'",
				pickle.Repr(o.name), pickle.Repr(section), pickle.Str(o.def)))
			n = o.def
		}
		s.value = n
	}
	return s
}

// printed returns a value as it appears inside other values.
func printed(v any) string { return pickle.Str(v) }
