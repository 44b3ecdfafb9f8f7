package ticket

import (
	"fmt"
	"math"
	"strings"
)

// Units of DurationText, in seconds.
const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
	year   = 365 * day
)

type unit struct {
	name    string
	seconds float64
}

// scales say for spans below a limit what they are rounded to and which units show it. Between an hour and a day the
// original rounds to ten seconds and then shows minutes.
var scales = []struct {
	below float64
	step  float64
	units []unit
}{
	{hour - 5, 1, []unit{{"m", minute}, {"s", 1}}},
	{day, 10, []unit{{"h", hour}, {"m", minute}}},
	{week, minute, []unit{{"d", day}, {"h", hour}, {"m", minute}}},
	{year, hour, []unit{{"w", week}, {"d", day}, {"h", hour}}},
	{math.MaxFloat64, day, []unit{{"y", year}, {"w", week}, {"d", day}}},
}

// DurationText prints seconds as log lines show them, the longer the coarser: "59s", "1h 10m", "1y 3w 4d"; "0" for nothing.
// Fractions are rounded away.
func DurationText(seconds float64) string {
	if seconds < 0 {
		return "-" + DurationText(-seconds)
	}
	for _, s := range scales {
		if seconds < s.below {
			return split(math.RoundToEven(seconds/s.step)*s.step, s.units)
		}
	}
	return "infinite"
}

func split(seconds float64, units []unit) string {
	var parts []string
	for _, u := range units {
		if n := math.Floor(seconds / u.seconds); n > 0 {
			parts = append(parts, fmt.Sprintf("%.0f%s", n, u.name))
			seconds -= n * u.seconds
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, " ")
}
