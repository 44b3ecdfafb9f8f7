package date

import (
	"errors"
	"math"

	"gaol/internal/ticket"
)

// parts are what the text of a date says. The zero parts say nothing.
type parts struct {
	year, month, day     int // 0 for what is not said; year 0 can be said too, see hasYear
	hour, minute, second int
	yearday              int
	week, weekday        int // weekday: 0 for Monday
	offset               int // seconds east of UTC

	hasYear, hasDay, hasMonth, hasYearday bool
	hasWeek, mondayWeek, hasWeekday       bool
	hasOffset                             bool
}

var errPartialDate = errors.New("the date pattern gives a day without a month, or a month without a day")

const longestYear = 9999

// A resolver turns parts into a moment. What a date leaves open it completes from the present.
type resolver struct {
	now    ticket.Unix // the present
	offset *int        // of dates without a zone; nil: the wall's
	wall   wall
}

// A moment is a resolved date.
type moment struct {
	time  ticket.Unix
	whole bool
	ok    bool // false: there is no such date
}

// resolve returns the moment that p means. The error is for patterns that cannot give a date.
func (r *resolver) resolve(p *parts) (moment, error) {
	guess := !p.hasYear || !p.hasMonth || !p.hasDay
	var wallNow int64
	if guess {
		wallNow = r.wall.at(int64(math.Floor(float64(r.now))))
	}
	year := p.year
	if !p.hasYear {
		year, _, _ = dateOf(floorDiv(wallNow, daySeconds))
	}
	year, month, day, assumed, err := p.calendar(year, wallNow)
	if err != nil || !p.possible(year, month, day) {
		return moment{}, err
	}
	civil := days(year, month, day)*daySeconds + int64(p.hour*3600+p.minute*60+p.second)

	offset, zoned := p.offset, p.hasOffset
	if !zoned && r.offset != nil {
		offset, zoned = *r.offset, true
	}
	civil -= int64(offset)
	if guess {
		// The wall clock is what a guess is compared with, even if civil is in UTC already.
		clock := float64(wallNow) + float64(r.now) - math.Floor(float64(r.now))
		if assumed && float64(civil) > clock {
			civil -= daySeconds
		}
		if !p.hasYear && float64(civil) > clock+daySeconds {
			if day > monthDays(year-1, month) {
				return moment{}, nil
			}
			civil = days(year-1, month, day)*daySeconds + floorMod(civil, daySeconds)
		}
	}
	if zoned {
		return moment{ticket.Unix(civil), true, true}, nil
	}
	return moment{ticket.Unix(r.wall.unix(civil, int64(r.now))), false, true}, nil
}

// calendar completes the day in the given year. assumed says that it is today's, for want of another.
func (p *parts) calendar(year int, wallNow int64) (y, month, day int, assumed bool, err error) {
	switch {
	case p.hasMonth && p.hasDay:
		return year, p.month, p.day, false, nil
	case p.hasYearday:
		y, month, day = dateOf(days(year, 1, 1) + int64(p.yearday-1))
		return y, month, day, false, nil
	case p.hasWeek && p.hasWeekday:
		y, month, day = dateOf(p.weekDate(year))
		return y, month, day, false, nil
	case p.hasMonth || p.hasDay:
		return 0, 0, 0, false, errPartialDate
	}
	_, month, day = dateOf(floorDiv(wallNow, daySeconds))
	return year, month, day, true, nil
}

// weekDate returns the day number of a weekday in a week of year. Week 1 begins with the first Sunday or Monday of the
// year, week 0 is what lies before.
func (p *parts) weekDate(year int) int64 {
	first := days(year, 1, 1)
	begin, day := weekday(first), p.weekday
	if !p.mondayWeek {
		begin, day = (begin+1)%7, (day+1)%7
	}
	if p.week == 0 {
		return first + int64(day-begin)
	}
	return first + int64((7-begin)%7+7*(p.week-1)+day)
}

// possible reports whether date and time of day exist.
func (p *parts) possible(year, month, day int) bool {
	return 1 <= year && year <= longestYear && 1 <= month && month <= 12 && 1 <= day && day <= monthDays(year, month) &&
		p.hour < 24 && p.minute < 60 && p.second < 60
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
