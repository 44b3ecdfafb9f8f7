package date

import (
	"errors"

	"gaol/internal/ticket"
)

// parts are what the text of a date says. The zero parts say nothing.
type parts struct {
	ending
	month, day           int
	hour, minute, second int
	yearday              int
	week, weekday        int // weekday: 0 for Monday
}

// An ending is what may also stand behind the seconds, and which parts there are.
type ending struct {
	said   said
	year   int
	offset int // seconds east of UTC
}

// said tells which parts a date has. The time of day needs no mention: it is zero without.
type said uint8

const (
	saidYear said = 1 << iota
	saidMonth
	saidDay
	saidYearday
	saidWeekday
	saidSundayWeek // the week of the year, weeks beginning on Sunday
	saidMondayWeek
	saidOffset

	saidDate = saidYear | saidMonth | saidDay
)

var errPartialDate = errors.New("the date pattern gives a day without a month, or a month without a day")

const longestYear = 9999

// A resolver turns parts into a moment. What a date leaves open it completes from the present.
type resolver struct {
	now    ticket.Unix // the present
	offset *int        // of dates without a zone; nil: the wall's
	wall   wall
	latest civilDate // the latest date that was looked up, since logs have many lines a day
	today  civilDate // on the wall

	wallNow  int64       // what the wall showed
	wallRead ticket.Unix // then
}

// A civilDate is a date of the calendar and its number of days from 1970-01-01. The zero civilDate is none.
type civilDate struct {
	year, month, day int
	number           int64
}

// A moment is a resolved date.
type moment struct {
	time  ticket.Unix
	whole bool
	ok    bool // false: there is no such date
}

// resolve returns the moment that p means. The error is for patterns that cannot give a date.
func (r *resolver) resolve(p *parts) (moment, error) {
	if p.said&saidDate != saidDate {
		return r.guess(p)
	}
	day, ok := r.number(p.year, p.month, p.day)
	if !ok || !p.possibleTime() {
		return moment{}, nil
	}
	offset, zoned := r.zone(p)
	return r.moment(day*daySeconds+p.clock()-offset, zoned), nil
}

// guess resolves a date that leaves something open. What is missing is taken from today, in such a way that the date is
// not far in the future.
func (r *resolver) guess(p *parts) (moment, error) {
	wallNow := r.readWall()
	year := p.year
	if p.said&saidYear == 0 {
		year = r.today.year
	}
	year, month, day, assumed, err := p.calendar(year, r.today)
	if err != nil {
		return moment{}, err
	}
	number, ok := r.number(year, month, day)
	if !ok || !p.possibleTime() {
		return moment{}, nil
	}
	offset, zoned := r.zone(p)
	civil := number*daySeconds + p.clock() - offset
	// civil may be in UTC by now; it is compared with the wall clock all the same. The clock's fraction makes no difference
	// to what is later than it.
	if assumed && civil > wallNow {
		civil -= daySeconds
	}
	if p.said&saidYear == 0 && civil > wallNow+daySeconds {
		if day > monthDays(year-1, month) {
			return moment{}, nil
		}
		civil = days(year-1, month, day)*daySeconds + floorMod(civil, daySeconds)
	}
	return r.moment(civil, zoned), nil
}

// zone returns the offset to subtract from the time of p, and whether that gives UTC.
func (r *resolver) zone(p *parts) (offset int64, zoned bool) {
	if p.said&saidOffset != 0 {
		return int64(p.offset), true
	}
	if r.offset != nil {
		return int64(*r.offset), true
	}
	return 0, false
}

// moment makes a moment of seconds since 1970, in UTC if zoned, on the wall otherwise.
func (r *resolver) moment(civil int64, zoned bool) moment {
	if !zoned {
		civil = r.wall.unix(civil, int64(r.now))
	}
	return moment{ticket.Unix(civil), zoned, true}
}

// number returns the number of days from 1970-01-01, or false for dates that do not exist.
func (r *resolver) number(year, month, day int) (int64, bool) {
	if l := &r.latest; l.day == day && l.month == month && l.year == year && day > 0 {
		return l.number, true
	}
	if year < 1 || year > longestYear || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	r.latest = civilDate{year, month, day, days(year, month, day)}
	return r.latest.number, true
}

// readWall returns the time on the wall and sets today by it. Lines that come at the same time look only once.
func (r *resolver) readWall() int64 {
	if r.now == r.wallRead && r.today.day != 0 {
		return r.wallNow
	}
	r.wallRead, r.wallNow = r.now, r.wall.at(floor(r.now))
	if number := floorDiv(r.wallNow, daySeconds); number != r.today.number || r.today.day == 0 {
		year, month, day := dateOf(number)
		r.today = civilDate{year, month, day, number}
	}
	return r.wallNow
}

// calendar completes the day in the given year. assumed says that it is today's, for want of another.
func (p *parts) calendar(year int, today civilDate) (y, month, day int, assumed bool, err error) {
	switch {
	case p.said&(saidMonth|saidDay) == saidMonth|saidDay:
		return year, p.month, p.day, false, nil
	case p.said&saidYearday != 0:
		y, month, day = dateOf(days(year, 1, 1) + int64(p.yearday-1))
		return y, month, day, false, nil
	case p.said&(saidSundayWeek|saidMondayWeek) != 0 && p.said&saidWeekday != 0:
		y, month, day = dateOf(p.weekDate(year))
		return y, month, day, false, nil
	case p.said&(saidMonth|saidDay) != 0:
		return 0, 0, 0, false, errPartialDate
	}
	return year, today.month, today.day, true, nil
}

// weekDate returns the day number of a weekday in a week of year. Week 1 begins with the first Sunday or Monday of the
// year, week 0 is what lies before.
func (p *parts) weekDate(year int) int64 {
	first := days(year, 1, 1)
	begin, day := weekday(first), p.weekday
	if p.said&saidMondayWeek == 0 {
		begin, day = (begin+1)%7, (day+1)%7
	}
	if p.week == 0 {
		return first + int64(day-begin)
	}
	return first + int64((7-begin)%7+7*(p.week-1)+day)
}

// possibleTime reports whether the time of day exists. Leap seconds do not.
func (p *parts) possibleTime() bool { return p.hour < 24 && p.minute < 60 && p.second < 60 }

// clock returns the time of day in seconds.
func (p *parts) clock() int64 { return int64(p.hour*3600 + p.minute*60 + p.second) }

// floor rounds t down to a whole second.
func floor(t ticket.Unix) int64 {
	n := int64(t)
	if ticket.Unix(n) > t {
		n--
	}
	return n
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
