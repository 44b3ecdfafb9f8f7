package config

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gaol/internal/pickle"
)

// Explain prints every setting in force for a jail: its value, the file and line it was written in, and what it overrode. It
// fails when c has no such enabled jail.
func Explain(w io.Writer, c *Config, jail string) error {
	for _, j := range c.Jails {
		if j.Name == jail {
			return explainJail(w, j)
		}
	}
	return fmt.Errorf("jail %q is not enabled; %s", jail, namesOf(c.Jails))
}

func namesOf(jails []*Jail) string {
	if len(jails) == 0 {
		return "no jail is"
	}
	var names []string
	for _, j := range jails {
		names = append(names, j.Name)
	}
	return "these are: " + strings.Join(names, ", ")
}

func explainJail(w io.Writer, j *Jail) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "jail %s\n", j.Name)
	if j.Problem != "" {
		fmt.Fprintf(b, "  left out: %s\n", j.Problem)
	}
	if j.Reads != "" {
		fmt.Fprintf(b, "  %s\n", j.Reads)
	}
	fromFilter := false
	for i, s := range j.Settings() {
		if !fromFilter && i >= j.opts.Len() {
			fmt.Fprintf(b, "\nfilter %s\n", j.Filter)
			fromFilter = true
		}
		explainSetting(b, s)
	}
	for _, a := range j.Actions {
		fmt.Fprintf(b, "\naction %s (%s)\n", a.Name, a.File)
		for _, s := range a.Settings() {
			explainSetting(b, s)
		}
	}
	return b.Flush()
}

func explainSetting(b *bufio.Writer, s Setting) {
	fmt.Fprintf(b, "  %s = %s\n", s.Name, indented(shown(s.Value)))
	fmt.Fprintf(b, "      from %s\n", s.Origin)
	for _, o := range s.Overrode {
		fmt.Fprintf(b, "      instead of %s from %s\n", shorten(o.Raw), o.Origin)
	}
}

// shown prints a value as it would be written in a file.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "(none: the value is no integer)"
	case bool:
		return strings.ToLower(pickle.Repr(v))
	}
	return pickle.Str(v)
}

// indented puts the lines of a value under each other, as in a file.
func indented(s string) string { return strings.ReplaceAll(s, "\n", "\n          ") }

// shorten keeps an overridden value to one line of readable length.
func shorten(s string) string {
	const most = 60
	line, _, more := strings.Cut(s, "\n")
	if cut := first(line, most); cut != line || more {
		return pickle.Repr(cut) + "…"
	}
	return pickle.Repr(line)
}
