package journal

import (
	"fmt"
	"strconv"
	"strings"

	"gaol/internal/config"
)

// Set gives an option the value that a configuration has for it: a parameter of backend = systemd[…], as in
// systemd[journalpath=/var/log/journal/remote]. (jail.conf(5), "backend")
func (o *Options) Set(name, value string) error {
	switch strings.ToLower(name) {
	case "journalpath":
		o.Path = value
	case "journalfiles":
		o.Files = strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\n,", r) })
	case "namespace":
		o.Namespace = value
	case "rotated":
		o.Rotated = config.ParseBool(value)
	case "journalflags":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return fmt.Errorf("journalflags %q is no number; 1 is local, 2 runtime, 4 system, 8 user, added up", value)
		}
		o.Flags = n
	default:
		return fmt.Errorf("backend systemd has no parameter %q; known are journalpath, journalfiles, journalflags, namespace, rotated", name)
	}
	return nil
}

// Exists reports whether this machine has a journal.
func Exists() bool {
	o := Options{root: "/"}
	return len(o.find()) > 0
}
