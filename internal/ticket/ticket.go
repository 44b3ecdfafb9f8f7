// Package ticket holds the values that travel between the stages: Line and Batch from a source to a filter, Failure
// from a filter to the counting, Ban from the decision to the firewall and the database.
//
// It holds data only. It never reads, matches, counts or bans anything.
package ticket

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gaol/internal/addr"
)

// Unix is a moment in seconds since 1970-01-01 UTC, fractions included. Failures are counted in this unit because the
// find-time arithmetic is defined on it in double precision.
type Unix float64

// Now returns the present moment.
func Now() Unix { return At(time.Now()) }

// At converts t.
func At(t time.Time) Unix { return Unix(float64(t.UnixNano()) / 1e9) }

// Time converts u to local time, rounded to the microsecond.
func (u Unix) Time() time.Time {
	sec, frac := math.Modf(float64(u))
	return time.Unix(int64(sec), int64(math.Round(frac*1e6))*1000)
}

// String prints local time as log lines do, fractions cut.
func (u Unix) String() string { return string(u.Append(nil)) }

// Append appends what String returns.
func (u Unix) Append(to []byte) []byte { return u.Time().AppendFormat(to, "2006-01-02 15:04:05") }

// DefaultMaxLine is the length in bytes at which a line is cut where the configuration (maxlinelength) says nothing else: who writes a
// log must not decide how long we search a line.
const DefaultMaxLine = 64 << 10

// A Line is one log line without its line end. Text is borrowed: it is valid only until the call that handed it over returns.
type Line struct {
	Text []byte
	// Time is the moment the source itself gives, for sources that know it (the journal, container engines); then Date is its text,
	// which only shows in matches, or empty if the text may hold a date of its own, which is cut out and does not count. A zero Time
	// means: find the date in the text.
	Time Unix
	Date string
	// Stream is the output of a container that the line came by, "stdout" or "stderr"; empty for all other sources.
	Stream string
}

// A Batch is a run of consecutive lines of one source.
type Batch struct {
	Source string // path of the log file as configured, or "systemd-journal"
	Lines  []Line
	// Live is false while old lines are read after a start: such lines keep their time and are dropped when older than
	// findtime, while a live line with an odd time counts as happening now.
	Live bool
	// End is where the source stands after these lines; whoever has judged them all may store it.
	End Position
}

// A Position is a place in a source to go on from after a restart.
type Position struct {
	Offset int64  // bytes into a file, or the Unix time of a journal's last entry
	Hash   string // SHA-1 of a file's first line (hex), or a journal entry's time as text
}

// A Match is a log line as it is kept with a ticket: the date, and what stood before and after it. A line whose parts are not
// known stands whole in After.
type Match struct {
	Before, Date, After string
}

// String returns the line.
func (m Match) String() string { return m.Before + m.Date + m.After }

// JoinMatches returns the lines of m joined by newlines, as the tag <matches> shows them.
func JoinMatches(m []Match) string {
	var b strings.Builder
	for i, l := range m {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.Before)
		b.WriteString(l.Date)
		b.WriteString(l.After)
	}
	return b.String()
}

// A Field is something a filter captured, by the lower-case name of its group. Value is a string, nil (the group took no
// part), a Set (user names of one connection) or a Tuple.
type Field struct {
	Name  string
	Value any
}

// Set is a collection of distinct strings and Tuples in order of appearance.
type Set []any

// Tuple is a compound value, put together from several groups: the string of each, nil for one that took no part.
type Tuple []any

// Fields are captured values in the order of the groups; names are unique.
type Fields []Field

// Get returns the value of name and whether it is present.
func (f Fields) Get(name string) (any, bool) {
	for _, x := range f {
		if x.Name == name {
			return x.Value, true
		}
	}
	return nil, false
}

// Text returns the value of name when it is a non-nil string, else "".
func (f Fields) Text(name string) string {
	v, _ := f.Get(name)
	s, _ := v.(string)
	return s
}

// With returns f with name set to value, in place where name is present.
func (f Fields) With(name string, value any) Fields {
	for i := range f {
		if f[i].Name == name {
			f[i].Value = value
			return f
		}
	}
	return append(f, Field{name, value})
}

// Without returns f less the field called name.
func (f Fields) Without(name string) Fields {
	for i := range f {
		if f[i].Name == name {
			return append(f[:i:i], f[i+1:]...)
		}
	}
	return f
}

// A Failure is one recognised attempt of one offender.
type Failure struct {
	ID    addr.ID
	IP    addr.ID // the address, where it differs from the id; else zero
	Time  Unix
	Whole bool // the time's text form is an integer: a zone or TAI64N gave it (docs/compatibility.md, "time as text")
	// Matches are the lines that made this failure, owned by it.
	Matches []Match
	Fields  Fields
	// Packed, if set, holds IP, Matches and Fields, which are empty then, as package packed has them: most failures of a flood lead to
	// nothing, and nobody looks at these. packed.Open unpacks them. Nobody may change it.
	Packed []byte
}

// Address returns the address that the firewall must shut out: IP if set, else the id.
func (f *Failure) Address() addr.ID {
	if !f.IP.IsZero() {
		return f.IP
	}
	return f.ID
}

// Default stands for "the jail's ban time", and Forever for a ban without end.
const (
	Default = math.MinInt64
	Forever = -1
)

// A Ban is an offender shut out, or about to be.
type Ban struct {
	Failure
	BanTime  float64 // own ban time in seconds; Forever, or Default for the jail's
	Count    int     // how often this id was banned, 1 the first time
	Failures int     // honest number of attempts
	Retry    float64 // the count that reached maxretry, scaled and weighted
	Restored bool    // comes from the database: not stored again, and skipped by actions with norestored
}

// Duration returns the ban time in force, given the jail's: seconds, or Forever.
func (b *Ban) Duration(jail float64) float64 {
	if b.BanTime == Default {
		return jail
	}
	return b.BanTime
}

// End returns when the ban ends given the jail's ban time; ok is false for a ban without end.
func (b *Ban) End(jail float64) (end Unix, ok bool) {
	d := b.Duration(jail)
	return b.Time + Unix(d), d != Forever
}

// TimeText prints the failure's time as the tag <time> shows it: as Python prints an int or a float.
func (f *Failure) TimeText() string {
	if f.Whole {
		return strconv.FormatInt(int64(f.Time), 10)
	}
	s := strconv.FormatFloat(float64(f.Time), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
