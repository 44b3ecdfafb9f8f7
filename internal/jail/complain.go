package jail

import (
	"fmt"
	"strings"

	"gaol/internal/action/shell"
	"gaol/internal/date"
	"gaol/internal/health"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// warnOfSkew says, once a day at most, that a log lives in another time zone, and what to do about it.
func (s *insights) warnOfSkew(in *insight, source string, now ticket.Unix) []string {
	seconds, _ := in.skew.Seconds()
	if seconds == 0 || in.warned != 0 && now < in.warned+day {
		return nil
	}
	in.warned = now
	text := fmt.Sprintf("The dates in %s are %s the clock", shellWord(source), skewText(seconds))
	zone := s.zone(seconds, now)
	switch {
	case s.correctionOf(in) != 0:
		text += ", and are corrected (logskew = auto)"
	case zone != "":
		text += ". It seems to be written in another time zone: put logtimezone = " + zone + " into the jail, or logskew = auto to have such dates" +
			" corrected. If they name their zone, the clock of whoever writes them is wrong"
	default:
		text += ", which is more than a time zone can make: the clock of whoever writes them is wrong"
	}
	return []string{text}
}

// zone names, as logtimezone takes it, the zone of a log whose dates are that much ahead in the zone in which they are read now; "" where
// there is no such zone.
func (s *insights) zone(skew int, now ticket.Unix) string {
	_, offset := now.Time().Zone()
	if given, err := date.ParseZone(s.plan.Settings.Filter.LogTimeZone); err == nil {
		offset = given
	}
	name, _ := health.Zone(offset + skew)
	return name
}

// skewText prints a skew as what dates are to the clock.
func skewText(seconds int) string {
	if seconds < 0 {
		return ticket.DurationText(float64(-seconds)) + " behind"
	}
	return ticket.DurationText(float64(seconds)) + " ahead of"
}

// complaint words a complaint about a source.
func (s *insights) complaint(c *health.Complaint, source string) string {
	name := s.plan.filterName(s.jail)
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
	for _, line := range c.Samples {
		shown = append(shown, pickle.Repr(line))
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
	return shell.Quote(s)
}
