package config

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/layers"
)

// A Finding is something in a configuration that is allowed and yet probably not meant.
type Finding struct {
	Severity string `json:"severity"` // "error", "warning" or "note"
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Jail     string `json:"jail,omitempty"`
	Option   string `json:"option,omitempty"`
	Code     string `json:"code"` // stable name of the kind of finding
	Text     string `json:"text"`
	Hint     string `json:"hint,omitempty"`
}

// The severities of findings.
const (
	severe  = "error"   // a server will refuse it, or it does nothing
	dubious = "warning" // it works, and differently than it looks
	remark  = "note"    // it may be meant
)

// Check looks for mistakes that the reader takes without a word: misspelled options, jails that cannot see or ban anything,
// values that a server refuses, expressions that an attacker can play with. Findings come in order of file and line.
func Check(c *Config) []Finding {
	k := &checker{config: c}
	if c.main != nil && c.jails != nil {
		k.used = referenced(append(filterSets(c), c.main, c.jails)...)
		k.mainFile()
		k.sections()
	}
	for _, j := range c.Jails {
		k.jail(j)
	}
	slices.SortStableFunc(k.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return slices.CompactFunc(k.found, func(a, b Finding) bool { return a == b })
}

// A checker collects findings.
type checker struct {
	config *Config
	used   map[string]bool // names that some value refers to
	found  []Finding
}

func (k *checker) add(severity string, at Origin, jail, option, code, text, hint string) {
	k.found = append(k.found, Finding{severity, at.File, at.Line, jail, option, code, text, hint})
}

func filterSets(c *Config) []*layers.Set {
	var sets []*layers.Set
	for _, j := range c.Jails {
		if j.filter != nil && !slices.Contains(sets, j.filter.set) {
			sets = append(sets, j.filter.set)
		}
	}
	return sets
}

// referenced returns every name that stands in %(…)s or <…> somewhere, so that variables are not taken for misspelled options.
func referenced(sets ...*layers.Set) map[string]bool {
	used := map[string]bool{}
	for _, set := range sets {
		for _, section := range append(set.Names(), ini.Default) {
			for _, e := range entriesOf(set, section) {
				noteNames(used, e.Raw)
			}
		}
	}
	return used
}

// entriesOf yields what a section itself says, in order.
func entriesOf(set *layers.Set, section string) iter.Seq2[string, *layers.Entry] {
	if section == ini.Default {
		return set.Default.All()
	}
	return set.Section(section).All()
}

func noteNames(used map[string]bool, text string) {
	for _, part := range strings.Split(text, "%(")[1:] {
		if name, _, ok := strings.Cut(part, ")"); ok {
			_, option, addressed := strings.Cut(name, "/")
			if !addressed {
				option = name
			}
			used[strings.ToLower(option)] = true
		}
	}
	for at := 0; ; {
		tag, start, ok := nextTag(text, at)
		if !ok {
			return
		}
		used[strings.ToLower(tag)] = true
		at = start + 1
	}
}

// mainFile looks for options in fail2ban.conf that have no effect there, and for misspelled ones.
func (k *checker) mainFile() {
	known := slices.Concat(clientOptions, serverOptions, ownServerOptions)
	for _, section := range []string{ini.Default, definitionSection} {
		for name, e := range entriesOf(k.config.main, section) {
			if _, ok := find(known, name); ok || k.used[name] {
				continue
			}
			if _, ok := find(jailOptions, name); ok {
				k.add(dubious, e.Origin, "", name, "misplaced-option", name+" has no effect in fail2ban.conf or fail2ban.local",
					"move it to jail.local")
				continue
			}
			k.misspelled(e.Origin, "", name, known)
		}
	}
}

// sections looks at the jails as they are written, enabled or not.
func (k *checker) sections() {
	set := k.config.jails
	for name, e := range entriesOf(set, ini.Default) {
		k.jailOption(name, "", e)
	}
	for _, section := range set.Names() {
		if strings.EqualFold(section, ini.Default) {
			k.add(dubious, firstOrigin(set, section), section, "", "not-default", "["+section+"] is a jail of that name; the section for all jails is [DEFAULT]",
				"write [DEFAULT]")
		}
		for name, e := range entriesOf(set, section) {
			k.jailOption(name, section, e)
		}
		k.idle(section)
	}
}

func (k *checker) jailOption(name, section string, e *layers.Entry) {
	if e.Origin.File == "" || strings.HasPrefix(name, knownPrefix) {
		return
	}
	if _, ok := find(jailOptions, name); !ok && !k.used[name] {
		k.misspelled(e.Origin, section, name, jailOptions)
	}
	if (name == "enabled" || name == "filter") && strings.HasPrefix(e.Raw, "\n") {
		k.add(dubious, e.Origin, section, name, "value-on-next-line", "the value of "+name+" begins with a line end and so is not what it seems",
			"write it behind the equals sign")
	}
}

// idle reports a jail that a user's own file configures without it being enabled.
func (k *checker) idle(section string) {
	set := k.config.jails
	v, err := set.Get(section, "enabled", nil)
	if err == nil && ParseBool(v.Text) {
		return
	}
	for name, e := range set.Section(section).All() {
		own := strings.HasSuffix(e.Origin.File, ".local")
		if _, known := find(jailOptions, name); known && name != "enabled" && own {
			k.add(remark, e.Origin, section, name, "not-enabled", "jail "+section+" is configured but not enabled", "add enabled = true")
			return
		}
	}
}

func firstOrigin(set *layers.Set, section string) Origin {
	for _, e := range set.Section(section).All() {
		return e.Origin
	}
	return Origin{}
}

// misspelled reports an unknown option that is nearly a known one. All others are variables.
func (k *checker) misspelled(at Origin, jail, name string, known []option) {
	if near := nearest(name, known); near != "" && !strings.HasPrefix(name, near+"_") {
		k.add(dubious, at, jail, name, "unknown-option", name+" is no option and has no effect", "did you mean "+near+"?")
	}
}
