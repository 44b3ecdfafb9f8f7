package config

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/layers"
	"gaol/internal/pickle"
)

// A subject is a jail that is looked at, and everything in force for it.
type subject struct {
	*Jail
	settings []Setting
}

// jail looks at an enabled jail.
func (k *checker) jail(jail *Jail) {
	j := subject{jail, jail.Settings()}
	if j.Problem != "" {
		k.add(severe, j.ProblemAt, j.Name, "", "broken-jail", j.Problem, j.ProblemHint)
		return
	}
	e := j.Expressions()
	if len(e.FailRegex) == 0 {
		k.add(severe, j.originOf("failregex", "filter"), j.Name, "failregex", "no-failregex", "jail "+j.Name+" has no failregex and so finds nothing",
			"set failregex, or name a filter that has one")
	}
	if len(j.Actions) == 0 {
		k.add(dubious, j.originOf("action"), j.Name, "action", "no-action", "jail "+j.Name+" has no action and so shuts nobody out", "set action")
	}
	if isJournal(j.Backend) && len(e.JournalMatch) == 0 {
		k.add(remark, j.originOf("backend"), j.Name, "journalmatch", "whole-journal", "jail "+j.Name+" reads the whole journal", "set journalmatch")
	}
	k.logs(j)
	k.values(j)
	k.regexes(j, e)
	k.capturedTags(j)
}

// originOf returns where the first of the named settings that the jail has was written.
func (j subject) originOf(names ...string) Origin {
	for _, name := range names {
		for _, s := range j.settings {
			if s.Name == name && s.Origin.File != "" {
				return s.Origin
			}
		}
	}
	return Origin{}
}

// text returns the text of one of the jail's own settings.
func (j subject) text(name string) (Setting, string, bool) {
	for _, s := range j.settings[:j.opts.Len()] {
		if v, ok := s.Value.(string); ok && s.Name == name {
			return s, v, true
		}
	}
	return Setting{}, "", false
}

// logs reports log paths that match nothing, and jails that watch nothing at all.
func (k *checker) logs(j subject) {
	if isJournal(j.Backend) {
		return
	}
	s, value, ok := j.text("logpath")
	if !ok {
		k.add(severe, Origin{}, j.Name, "logpath", "no-log", "jail "+j.Name+" has no logpath and so watches nothing",
			"set logpath, or backend = systemd")
		return
	}
	for line := range nonEmptyLines(value) {
		pattern, mode := splitMode(line)
		switch {
		case mode != "" && !strings.EqualFold(mode, "head") && !strings.EqualFold(mode, "tail"):
			k.add(severe, s.Origin, j.Name, "logpath", "two-paths", fmt.Sprintf("%s is taken for the place where reading begins", pickle.Repr(mode)),
				"write one path a line; a path cannot have a blank in it")
		case !strings.HasPrefix(pattern, containerPrefix) && len(glob(pattern)) == 0:
			k.add(dubious, s.Origin, j.Name, "logpath", "no-such-log", "no file matches "+pattern, "")
		}
	}
}

// timeOptions are the settings that hold time expressions.
var timeOptions = []string{"findtime", "bantime", "bantime.maxtime", "bantime.rndtime", "warnnodate", "warnnomatch"}

// values reports numbers and times that a server will refuse, and a ban that ends before its cause is forgotten.
func (k *checker) values(j subject) {
	for _, s := range j.settings {
		if s.Value == nil {
			k.add(severe, s.Origin, j.Name, s.Name, "no-integer", "the value of "+s.Name+" is no integer", "write digits only")
		}
	}
	for _, name := range timeOptions {
		if s, value, ok := j.text(name); ok {
			if _, err := ParseDuration(value); err != nil {
				k.add(severe, s.Origin, j.Name, name, "no-duration", fmt.Sprintf("%s is no time: %v", pickle.Repr(value), err),
					"write 10m, 600 or 10 minutes")
			}
		}
	}
	if s, value, ok := j.text("ignoreip"); ok {
		for _, word := range SplitWords(value) {
			if strings.HasPrefix(word, "#") {
				k.add(dubious, s.Origin, j.Name, "ignoreip", "no-comment", "# begins a comment only at the start of a line; it and what follows are taken for addresses",
					"put the comment on a line of its own")
				break
			}
		}
	}
	k.shortBan(j)
}

// shortBan reports a ban time below the find time: the attempts that led to the ban still count when it ends.
func (k *checker) shortBan(j subject) {
	b, banText, ok := j.text("bantime")
	_, findText, ok2 := j.text("findtime")
	if !ok || !ok2 {
		return
	}
	ban, err := ParseDuration(banText)
	find, err2 := ParseDuration(findText)
	if err == nil && err2 == nil && ban.Float64() >= 0 && ban.Float64() < find.Float64() {
		k.add(remark, b.Origin, j.Name, "bantime", "short-ban", fmt.Sprintf("bantime (%s) is shorter than findtime (%s)", banText, findText),
			"a slow attacker loses little; make bantime at least as long as findtime")
	}
}

// regexes reports expressions that text under an attacker's control can satisfy in the wrong place.
func (k *checker) regexes(j subject, e Expressions) {
	at := j.originOf("failregex", "filter")
	for _, rx := range e.FailRegex {
		before, host := beforeHost(rx)
		switch {
		case !host:
			continue // the address may come from prefregex or another line
		case !anchored(rx) && !strings.HasPrefix(e.PrefRegex, "^"):
			k.add(dubious, at, j.Name, "failregex", "unanchored", "failregex is not anchored and may match inside text that an attacker writes: "+first(rx, 80),
				"begin it with ^")
		case greedy(before) && !strings.HasSuffix(rx, "$"):
			k.add(remark, at, j.Name, "failregex", "free-text-before-host", "free text before the address, and no end: an attacker may name another address: "+first(rx, 80),
				"write what may stand there instead of .*, or end the expression with $")
		}
	}
}

// hostTags are the tags that stand for the offender.
var hostTags = []string{"<HOST>", "<ADDR>", "<IP4>", "<IP6>", "<SUBNET>", "<CIDR>", "<DNS>", "<F-ID", "<F-IP", "(?P<host>", "(?P<ip4>", "(?P<ip6>", "(?P<fid>"}

// beforeHost returns what of an expression precedes the offender.
func beforeHost(rx string) (before string, ok bool) {
	at := -1
	for _, tag := range hostTags {
		if i := strings.Index(rx, tag); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return "", false
	}
	return rx[:at], true
}

// anchored reports whether an expression can match at the start of the line only. Groups and flags before the anchor are
// looked through.
func anchored(rx string) bool {
	for {
		rest := strings.TrimLeft(rx, "(")
		if strings.HasPrefix(rest, "?") && len(rest) < len(rx) {
			i := strings.IndexAny(rest, ":)")
			if i < 0 {
				return false
			}
			rest = rest[i+1:]
		}
		if rest == rx {
			return strings.HasPrefix(rx, "^") || strings.HasPrefix(rx, `\A`)
		}
		rx = rest
	}
}

// greedy reports whether text may stand for anything: a dot under a star or plus.
func greedy(rx string) bool {
	for i := 0; i+1 < len(rx); i++ {
		if rx[i] == '\\' {
			i++
			continue
		}
		if rx[i] == '.' && (rx[i+1] == '*' || rx[i+1] == '+') {
			return true
		}
	}
	return false
}

// capturedTags reports options of a filter that bear the name of a tag of the engine, which the filter uses as well: the option's
// text takes the tag's place.
func (k *checker) capturedTags(j subject) {
	if j.filter == nil {
		return
	}
	set := j.filter.set
	for _, section := range []string{definitionSection, ini.Default, initSection} {
		for name, e := range entriesOf(set, section) {
			tag := "<" + strings.ToUpper(name) + ">"
			if slices.Contains(hostTags, tag) && mentions(set, tag) {
				k.add(dubious, e.Origin, j.Name, name, "captured-tag", "the option "+name+" replaces the tag "+tag+" in this filter",
					"give it another name")
			}
		}
	}
}

// mentions reports whether some value of a set holds a text.
func mentions(set *layers.Set, text string) bool {
	for _, section := range append(set.Names(), ini.Default) {
		for _, e := range entriesOf(set, section) {
			if strings.Contains(e.Raw, text) {
				return true
			}
		}
	}
	return false
}
