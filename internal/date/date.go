// Package date finds the date in a log line and says which moment it means.
//
// In goes the text of the datepattern option, once, and then log lines, one by one; out come the place of the date in
// each line and its time. A Detector learns from the lines of one filter which of its patterns to try first, because
// which date wins in a line with several of them depends on what earlier lines looked like.
//
// It never decides what an odd or missing time means for a line: that is the filter's policy.
package date

import (
	"time"

	"gaol/internal/ticket"
)

// Options are the surroundings of a Detector. The zero Options mean the present time and the system's zone.
type Options struct {
	// Now returns the present. It is asked once a line, so a clock that a whole batch shares saves time.
	// nil means ticket.Now.
	Now func() ticket.Unix
	// Offset is the zone of dates that name none, in seconds east of UTC, as ParseZone gives it. nil means Local, with its
	// daylight saving time.
	Offset *int
	// Local is the system's zone, nil for time.Local. Dates without a year or a day are completed by its wall clock.
	Local *time.Location
}

// A Found is the date in a line.
type Found struct {
	// Start and End enclose the date text in bytes: the part that is cut from the line before it is searched.
	Start, End int
	// Time is the moment; fractions are kept for Unix times only.
	Time ticket.Unix
	// OK is false when the text is no possible date, such as February 30; Time is then zero.
	OK bool
	// Whole says that the time is printed as an integer: a zone was known, or it is a TAI64N label.
	Whole bool
	// Template is the number of the template that matched: its index in the order of the configuration, as in
	// TemplateStat.
	Template int
}

// A TemplateStat says how a template of a Detector has fared.
type TemplateStat struct {
	Template int     // index in the order of the configuration
	Hits     int     // lines whose date it gave
	Name     string  // as reports name it: "{^LN-BEG}Epoch"
	Pattern  string  // as configured or built in; empty for Unix times and TAI64N
	Regex    string  // what is searched
	Weight   float64 // how much a hit counts when templates are reordered
}
