package filter

import (
	"math"
	"strconv"
	"strings"

	"gaol/internal/date"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// recent is how long, in seconds, the last date serves for lines without one.
const recent = 60

// A moment is the time of a line and the text that told it.
type moment struct {
	time  ticket.Unix
	whole bool // the time prints as an integer
	text  []byte
	known bool
}

// set makes m the time that text told.
func (m *moment) set(time ticket.Unix, whole bool, text []byte) {
	m.time, m.whole, m.known = time, whole, true
	m.text = append(m.text[:0], text...)
}

// A line is the log line being judged. Its text without the date is before + after.
type line struct {
	text     []byte
	from, to int    // where in text the date stands
	told     []byte // the date, if it is not in text: that of an earlier line, or what the source gave
	time     ticket.Unix
	stated   ticket.Unix // what the line itself says, 0 for nothing
	whole    bool        // time prints as an integer
	timed    bool        // there is a time at all
	undated  bool        // the line itself did not tell it
	stream   string      // of a container, else empty
}

func (l *line) before() []byte { return l.text[:l.from] }

func (l *line) after() []byte { return l.text[l.to:] }

func (l *line) date() []byte {
	if l.told != nil {
		return l.told
	}
	return l.text[l.from:l.to]
}

// match returns a copy of the line to keep.
func (l *line) match() ticket.Match {
	var b strings.Builder
	before, date, after := l.before(), l.date(), l.after()
	b.Grow(len(before) + len(date) + len(after))
	b.Write(before)
	b.Write(date)
	b.Write(after)
	s, from, to := b.String(), len(before), len(before)+len(date)
	return ticket.Match{Before: s[:from], Date: s[from:to], After: s[to:]}
}

// at gives the line the time of m.
func (l *line) at(m *moment) {
	l.time, l.whole, l.timed = m.time, m.whole, true
}

// split makes ln the present line: it finds the date and decides which time the line has. keep is false when the line is too old to be
// of interest.
func (f *Filter) split(ln *line, text []byte, l *ticket.Line, live bool) (keep bool, err error) {
	f.line = ln
	*ln = line{text: text, stream: l.Stream}
	if l.Time != 0 {
		f.last = moment{time: l.Time, text: append(f.last.text[:0], l.Date...), known: true}
		ln.told, ln.stated = f.last.text, l.Time
		ln.at(&f.last)
		if l.Date == "" {
			f.cutInnerDate()
		}
	} else if err := f.findDate(live); err != nil {
		return false, err
	}
	if !ln.timed || f.anyTime {
		return true, nil
	}
	if live {
		f.correct()
		return true, nil
	}
	return !f.tooOld(), nil
}

// cutInnerDate cuts a line whose source tells the time at the date that it holds all the same, as lines of containers do, because
// expressions are written for lines without a date.
func (f *Filter) cutInnerDate() {
	ln := f.line
	var found date.Found
	ok, err := f.detector.Find(ln.text, &found)
	if err == nil && ok && found.OK && found.Start < found.End {
		ln.from, ln.to, ln.told = found.Start, found.End, nil
	}
}

// findDate cuts the line at its date. A line without a usable one gets the last date if that is recent, else the present if the
// log is followed live.
func (f *Filter) findDate(live bool) error {
	ln := f.line
	var found date.Found
	ok, err := f.detector.Find(ln.text, &found)
	if err != nil {
		return err
	}
	if ok {
		ln.from, ln.to = found.Start, found.End
	}
	if ok && found.OK && ln.from < ln.to {
		ln.stated = found.Time
		f.last.set(found.Time-f.shift, found.Whole, ln.text[ln.from:ln.to])
		ln.at(&f.last)
		return nil
	}
	continued := ok && ln.from == ln.to // the pattern says: a line that goes on from the last one
	if ok && !continued {
		f.env.Log.Error("findFailure failed to parse timeText: " + string(ln.date()))
	}
	ln.undated = !continued
	switch {
	case f.last.known && f.last.time > f.now-recent:
		ln.from, ln.to, ln.told = 0, 0, f.last.text
		ln.at(&f.last)
	case continued || live:
		ln.time, ln.timed = f.now, true
	}
	return nil
}

// correct makes a line of a live log that is more than a minute off happen now.
func (f *Filter) correct() {
	ln := f.line
	off := math.Trunc(float64(ln.time - f.now))
	if math.Abs(off) <= recent {
		return
	}
	ln.time, ln.whole = f.now, false
	f.last.time, f.last.whole, f.last.known = f.now, false, true
	if !f.warned.due(warnShift, f.now) {
		return
	}
	side, problem := "before", "timezone"
	if off > 0 {
		side = "after"
	} else if off >= -3300 {
		problem = "latency"
	}
	f.jailLog.Warn("Detected a log entry " + ticket.DurationText(math.Abs(off)) + " " + side +
		" the current time in operation mode. This looks like a " + problem +
		" problem. Treating such entries as if they just happened.")
	f.warnTiming()
}

// tooOld reports whether a line read while catching up can no longer count.
func (f *Filter) tooOld() bool {
	if f.env.FindTime == nil {
		return false
	}
	findtime := f.env.FindTime()
	if float64(f.line.time) >= float64(f.now)-findtime {
		return false
	}
	if f.warned.due(warnOld, f.now) {
		f.jailLog.Warn("Ignoring all log entries older than " + strconv.FormatFloat(findtime, 'f', -1, 64) +
			"s; these are probably messages generated while fail2ban was not running.")
		f.warnTiming()
	}
	return true
}

func (f *Filter) warnTiming() {
	f.jailLog.Warn("Please check a jail for a timing issue. Line with odd timestamp: " + string(f.line.text))
}

// warnUndated tells that a failregex matched a line whose time had to be guessed.
func (f *Filter) warnUndated() {
	if !f.recall.warned.due(warnUndated, f.now) {
		return
	}
	f.jailLog.Warn("Found a match but no valid date/time found for " + pickle.Repr(string(f.line.date())) + ".")
	f.jailLog.Warn("Match without a timestamp: " + string(f.line.text))
	f.jailLog.Warn("Please try setting a custom date pattern (see man page jail.conf(5)).")
}

// Keys of warnings that are given once a day.
const (
	warnShift   = "shift"
	warnOld     = "old"
	warnUndated = "undated"
	warnGaveUp  = "gave up " // followed by the regular expression
	warnDecode  = "decode "  // followed by the log's name
)

// warnings remembers which warning was given when.
type warnings map[string]ticket.Unix

// due reports whether it is a day or more since the warning key was given, and if so notes that it is given now.
func (w *warnings) due(key string, now ticket.Unix) bool {
	const day = 24 * 60 * 60
	if next, given := (*w)[key]; given && now < next {
		return false
	}
	if *w == nil {
		*w = make(warnings)
	}
	(*w)[key] = now + day
	return true
}
