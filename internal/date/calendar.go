package date

import "time"

const daySeconds = 24 * 60 * 60

// days returns the number of days from 1970-01-01 to a date of the Gregorian calendar. Months run from 1 to 12; any day
// number counts on from the month's first.
func days(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	y := int64(year)
	return 365*y + floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400) + int64((153*(month-3)+2)/5+day) - 719469
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// dateOf is the inverse of days.
func dateOf(n int64) (year, month, day int) {
	n += 719468 // days since 0000-03-01
	era := floorDiv(n, 146097)
	n -= era * 146097
	yoe := (n - n/1460 + n/36524 - n/146096) / 365
	doy := n - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy-(153*mp+2)/5) + 1
	month = int(mp) + 3
	year = int(yoe + era*400)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// monthDays returns how many days a month has.
func monthDays(year, month int) int {
	if month == 2 {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (month+month/8)&1
}

// weekday returns the day of the week of day n since 1970, 0 for Monday.
func weekday(n int64) int { return int(((n+3)%7 + 7) % 7) }

// A wall is the wall clock of a place. Moments on it are counted in seconds from its own 1970-01-01 00:00:00, as if it had
// no time zone. It remembers the zone in force, which saves nearly all look-ups.
type wall struct {
	loc    *time.Location
	offset int64
	// [zoneFrom, zoneTo) are the Unix times at which offset is in force, and [from, to) the wall times that are certain to
	// mean it: they lie a day or more inside.
	zoneFrom, zoneTo int64
	from, to         int64
}

const farAway = 1 << 50 // seconds; no zone change lies there

// at returns the wall time at the Unix time u.
func (w *wall) at(u int64) int64 {
	if u < w.zoneFrom || w.zoneTo <= u {
		w.move(u)
	}
	return u + w.offset
}

// move makes the zone in force at u the remembered one.
func (w *wall) move(u int64) {
	t := time.Unix(u, 0).In(w.loc)
	_, offset := t.Zone()
	w.offset = int64(offset)
	w.zoneFrom, w.zoneTo = -farAway, farAway
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		w.zoneFrom = start.Unix()
	}
	if !end.IsZero() {
		w.zoneTo = end.Unix()
	}
	w.from = w.zoneFrom + w.offset + daySeconds
	w.to = w.zoneTo + w.offset - daySeconds
}

// unix returns the Unix time at the wall time civil. A time that the clock skips in spring is read with the zone before
// the change. Of the two moments that a time has in autumn, the one nearer to now is meant.
func (w *wall) unix(civil, now int64) int64 {
	if w.from <= civil && civil < w.to {
		return civil - w.offset
	}
	w.move(civil - daySeconds)
	before := civil - w.offset
	w.move(civil + daySeconds)
	after := civil - w.offset
	if before == after {
		return after
	}
	okBefore, okAfter := w.at(before) == civil, w.at(after) == civil
	switch {
	case okBefore && okAfter:
		if distance(before, now) < distance(after, now) {
			return before
		}
		return after
	case okAfter:
		return after
	}
	return before
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}
