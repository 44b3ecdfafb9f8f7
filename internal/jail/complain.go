package jail

import (
	"fmt"
	"strings"

	"gaol/internal/date"
	"gaol/internal/health"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// warnOfSkew says, once a day at most, that a log lives in another time zone, and what to do about it.
func (j *Jail) warnOfSkew(in *insight, source string, now ticket.Unix) {
	seconds, _ := in.skew.Seconds()
	if seconds == 0 || in.warned != 0 && now < in.warned+day {
		return
	}
	in.warned = now
	text := fmt.Sprintf("The dates in %s are %s the clock", shellWord(source), skewText(seconds))
	zone, ok := health.Zone(j.zone(now) + seconds)
	switch {
	case j.correction(in) != 0:
		text += ", and are corrected (logskew = auto)"
	case ok:
		text += ". It seems to be written in another time zone: put logtimezone = " + zone + " into the jail, or logskew = auto to have such dates" +
			" corrected. If they name their zone, the clock of whoever writes them is wrong"
	default:
		text += ", which is more than a time zone can make: the clock of whoever writes them is wrong"
	}
	j.logs.filter.Warn(text)
}

// zone returns the zone in which dates without one are read, in seconds east of UTC.
func (j *Jail) zone(now ticket.Unix) int {
	if offset, err := date.ParseZone(j.life.plan.Settings.Filter.LogTimeZone); err == nil {
		return offset
	}
	_, offset := now.Time().Zone()
	return offset
}

// skewText prints a skew as what dates are to the clock.
func skewText(seconds int) string {
	if seconds < 0 {
		return ticket.DurationText(float64(-seconds)) + " behind"
	}
	return ticket.DurationText(float64(seconds)) + " ahead of"
}

// complaint words a complaint about a source.
func (j *Jail) complaint(c *health.Complaint, source string) string {
	name := j.life.plan.filterName(j.Name)
	lines := fmt.Sprintf("%d lines of %s within %s", c.Lines, shellWord(source), ticket.DurationText(c.Seconds))
	var text string
	switch {
	case c.NoDates:
		text = fmt.Sprintf("The filter %s finds no date in %s; what fails there counts as failing when it is read.", shellWord(name), lines)
	case c.Named:
		text = fmt.Sprintf("The filter %s knows none of %s, though some name its service: has their layout changed?", shellWord(name), lines)
	default:
		text = fmt.Sprintf("The filter %s matches nothing in %s: is it the right log for it?", shellWord(name), lines)
	}
	var shown []string
	for _, s := range c.Samples {
		shown = append(shown, pickle.Repr(s))
	}
	return fmt.Sprintf("%s Look with: fail2ban-regex %s %s. Among the lines: %s", text, shellWord(source), shellWord(name), strings.Join(shown, ", "))
}

// shellWord quotes s for a shell, if need be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
