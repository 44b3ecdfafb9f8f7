package action

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// JailInfo holds the figures of a jail that actions may show.
type JailInfo struct {
	Name                string
	BanTime             float64 // the jail's own, in seconds; ticket.Forever
	Banned, BannedTotal int
	Found, FoundTotal   int
}

// An Event is what an action is told about one ban. The funcs are asked only when an action uses the tag; they may be nil.
type Event struct {
	Ban     *ticket.Ban // nil for what concerns nobody: start, stop, flush, reload
	BanTime float64     // in force, in seconds; ticket.Forever
	Jail    JailInfo
	Family  addr.Family // what <family> says when Ban is nil

	// IPMatches returns the stored lines and the number of failures of the address in all jails, IPJailMatches in this jail.
	IPMatches, IPJailMatches func() (lines string, failures int)
	// HostName returns the name of the address, or "" if it has none.
	HostName func() string
}

// ID returns the address to shut out, or the zero ID when the event concerns nobody.
func (e *Event) ID() addr.ID {
	if e.Ban == nil {
		return addr.ID{}
	}
	return e.Ban.Address()
}

// family returns the address family of the event.
func (e *Event) family() addr.Family {
	if e.Ban == nil {
		return e.Family
	}
	return e.ID().Family()
}

// Tag returns the text of <name>, and whether there is such a tag.
func (e *Event) Tag(name string) (string, bool) {
	switch name {
	case "ip":
		return e.ID().String(), true
	case "family":
		if e.Ban != nil && e.family() == addr.None {
			return "None", true
		}
		return string(e.family()), true
	case "ip-rev":
		return e.ID().Reverse(), true
	case "ip-host":
		return e.hostName(), true
	case "bantime":
		return seconds(e.banTime()), true
	case "ipmatches", "ipfailures":
		return e.stored(e.IPMatches, name == "ipmatches"), true
	case "ipjailmatches", "ipjailfailures":
		return e.stored(e.IPJailMatches, name == "ipjailmatches"), true
	}
	if s, ok := e.Jail.tag(name); ok {
		return s, true
	}
	if field, ok := strings.CutPrefix(name, "F-"); ok && isFieldTag(field) {
		return e.field(field), true
	}
	return e.ticketTag(name)
}

// ticketTag answers the tags that are about the ticket alone. Without a ticket they show what an empty one would.
func (e *Event) ticketTag(name string) (string, bool) {
	b := e.Ban
	if b == nil {
		b = &ticket.Ban{Failure: ticket.Failure{}, BanTime: ticket.Default, Count: 0}
		b.Time = ticket.Now()
	}
	switch name {
	case "fid":
		return b.ID.String(), true
	case "failures":
		return strconv.Itoa(b.Failures), true
	case "time":
		return b.TimeText(), true
	case "bancount":
		return strconv.Itoa(b.Count), true
	case "restored":
		if b.Restored {
			return "1", true
		}
		return "0", true
	case "matches":
		return ticket.JoinMatches(b.Matches), true
	case "raw-ticket":
		return rawTicket(b), true
	}
	return "", false
}

func (j JailInfo) tag(name string) (string, bool) {
	switch name {
	case "jail.name":
		return j.Name, true
	case "jail.banned":
		return strconv.Itoa(j.Banned), true
	case "jail.banned_total":
		return strconv.Itoa(j.BannedTotal), true
	case "jail.found":
		return strconv.Itoa(j.Found), true
	case "jail.found_total":
		return strconv.Itoa(j.FoundTotal), true
	}
	return "", false
}

func (e *Event) banTime() float64 {
	if e.Ban == nil {
		return e.Jail.BanTime
	}
	return e.BanTime
}

func (e *Event) hostName() string {
	if e.HostName != nil {
		if h := e.HostName(); h != "" {
			return h
		}
	}
	return "None"
}

// stored asks the database, and falls back to the ticket's own lines and count where there is none.
func (e *Event) stored(ask func() (string, int), lines bool) string {
	var text string
	var n int
	switch {
	case ask != nil:
		text, n = ask()
	case e.Ban != nil:
		text, n = ticket.JoinMatches(e.Ban.Matches), e.Ban.Failures
	}
	if lines {
		return text
	}
	return strconv.Itoa(n)
}

// isFieldTag reports whether a tag after "F-" names a captured group: upper-case letters, digits, _ and - only.
func isFieldTag(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}) < 0
}

// fieldName returns the name of the captured group behind <F-tag>.
func fieldName(tag string) string {
	switch tag {
	case "ID":
		return "fid"
	case "PORT":
		return "fport"
	}
	return strings.ReplaceAll(strings.ToLower(tag), "-", "_")
}

// field returns what the filter captured as <F-tag>; compound values look as Python prints them.
func (e *Event) field(tag string) string {
	if e.Ban == nil {
		return ""
	}
	v, _ := e.Ban.Fields.Get(fieldName(tag))
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case ticket.Set:
		return "{" + listed(v) + "}"
	default:
		return repr(v)
	}
}

// repr returns a text or a ticket.Tuple as Python prints it.
func repr(v any) string {
	if t, ok := v.(ticket.Tuple); ok {
		return pickle.Repr(pickle.Tuple(t))
	}
	return pickle.Repr(v)
}

func listed(items []any) string {
	var b strings.Builder
	for i, v := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(repr(v))
	}
	return b.String()
}

// rawTicket prints b for <raw-ticket>.
func rawTicket(b *ticket.Ban) string {
	banTime := "None"
	if b.BanTime != ticket.Default {
		banTime = seconds(b.BanTime)
	}
	var matches strings.Builder
	for i, m := range b.Matches {
		if i > 0 {
			matches.WriteString(", ")
		}
		if m.Before == "" && m.Date == "" {
			matches.WriteString(pickle.Repr(m.After))
			continue
		}
		matches.WriteString("(" + listed([]any{m.Before, m.Date, m.After}) + ")")
	}
	return fmt.Sprintf("BanTicket: ip=%s time=%s bantime=%s bancount=%d #attempts=%d matches=[%s]",
		b.ID, b.TimeText(), banTime, b.Count, b.Failures, matches.String())
}

// seconds prints a ban time: whole seconds.
func seconds(s float64) string {
	if math.IsNaN(s) || math.Abs(s) > math.MaxInt64/2 {
		return "0"
	}
	return strconv.FormatInt(int64(s), 10)
}

// String returns e as the log shows it after "info": the tags that say who and why.
func (e *Event) String() string {
	var b strings.Builder
	b.WriteString("ActionInfo({")
	for i, name := range []string{"ip", "family", "fid", "failures", "bantime"} {
		if i > 0 {
			b.WriteString(", ")
		}
		v, _ := e.Tag(name)
		if name != "failures" && name != "bantime" { // which are numbers
			v = pickle.Repr(v)
		}
		fmt.Fprintf(&b, "%s: %s", pickle.Repr(name), v)
	}
	b.WriteString("})")
	return b.String()
}
