package server

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gaol/internal/jail"
	"gaol/internal/pickle"
	"gaol/internal/source/file"
	"gaol/internal/source/journal"
	"gaol/internal/ticket"
)

// The readers' subscriptions as jails see them.
type (
	fileSource    struct{ *file.Subscription }
	patternSource struct{ *file.Glob }
	journalSource struct{ *journal.Subscription }
)

// Progress implements jail.Subscription.
func (s fileSource) Progress() []jail.Progress {
	st := s.Stats()
	return []jail.Progress{{
		Path: st.Path, Open: true, Absent: st.Reason, Paused: st.State == file.Idle, Live: st.Live, Watch: st.Watch,
		Behind: st.Behind, Lines: st.Lines, Long: st.Long, Lost: st.Lost, Last: st.LastLine,
	}}
}

// Progress implements jail.Subscription.
func (s patternSource) Progress() (all []jail.Progress) {
	for _, f := range s.Files() {
		all = append(all, fileSource{f}.Progress()...)
	}
	refused := s.Refused()
	for _, path := range slices.Sorted(maps.Keys(refused)) {
		all = append(all, jail.Progress{Path: path, Open: true, Absent: refused[path]})
	}
	return all
}

// Progress implements jail.Subscription.
func (s journalSource) Progress() []jail.Progress {
	st := s.Stats()
	p := jail.Progress{
		Path: jail.JournalSource, Open: true, Paused: st.Idle, Live: st.Live,
		Behind: jail.Unknown, Lines: st.Lines, Long: st.Long, Last: st.LastLine,
	}
	switch {
	case st.Fallback:
		p.Watch = "journalctl"
	case st.Files == 0:
		p.Absent = "there is no journal"
	}
	return []jail.Progress{p}
}

// sourcesOf describes how a jail fares with each of its sources, in the form of the other flavours: a list of parts, each a list of
// names with values.
func sourcesOf(j *jail.Jail) any {
	parts := []any{}
	for _, s := range j.Sources() {
		parts = append(parts, pickle.Tuple{s.Path, sourceFacts(&s)})
	}
	return parts
}

func sourceFacts(s *jail.SourceStatus) []any {
	facts := []any{pickle.Tuple{"State", stateText(s)}}
	add := func(name string, value any) { facts = append(facts, pickle.Tuple{name, value}) }
	if s.Watch != "" {
		add("Noticed by", s.Watch)
	}
	if s.Behind != jail.Unknown {
		add("Bytes behind", int(s.Behind))
		add("Seconds behind", secondsText(s.Seconds))
	}
	for _, n := range []struct {
		name  string
		count uint64
	}{
		{"Lines read", s.Lines}, {"Lines too long", s.Long}, {"Lines undecodable", s.Undecoded}, {"Lines without date", s.Undated},
		{"Matches", s.Matched}, {"Stretches lost", s.Lost},
	} {
		add(n.name, int(n.count))
	}
	add("Last line read", timeText(ticket.At(s.Last), s.Last.IsZero()))
	add("Last line's date", timeText(s.Stated, s.Stated == 0))
	add("Clock skew", skewText(s))
	return facts
}

func stateText(s *jail.SourceStatus) string {
	if s.State == jail.SourceWaiting {
		return fmt.Sprintf("%s (%s)", s.State, s.Absent)
	}
	return string(s.State)
}

// secondsText is a number, but where it is not known.
func secondsText(seconds float64) any {
	if seconds == jail.Unknown {
		return "unknown"
	}
	return int(seconds)
}

func timeText(t ticket.Unix, never bool) string {
	if never {
		return "never"
	}
	return t.Time().Format(time.DateTime)
}

func skewText(s *jail.SourceStatus) string {
	switch {
	case !s.SkewKnown:
		return "unknown"
	case s.Skew == 0:
		return "none"
	}
	text := "+" + ticket.DurationText(float64(s.Skew))
	if s.Skew < 0 {
		text = ticket.DurationText(float64(s.Skew))
	}
	switch {
	case s.Corrected:
		text += ", corrected"
	case s.Zone != "":
		text += ", as if logtimezone were " + s.Zone
	}
	return text
}
