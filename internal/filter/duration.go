package filter

import (
	"fmt"
	"math"
	"strings"
)

// spans say what durations below a limit are rounded to, in seconds, and which units show them.
var spans = []struct {
	below, step float64
	units       string
}{
	{3595, 1, "ms"}, {86400, 10, "hm"}, {604800, 60, "dhm"}, {31536000, 3600, "wdh"}, {math.Inf(1), 86400, "ywd"},
}

var unitSeconds = map[rune]float64{'y': 31536000, 'w': 604800, 'd': 86400, 'h': 3600, 'm': 60, 's': 1}

// durationText prints seconds as messages do, the longer the coarser: "33m 20s", "2h 46m", "1y 14w".
func durationText(seconds float64) string {
	var parts []string
	for _, s := range spans {
		if seconds >= s.below {
			continue
		}
		rest := math.RoundToEven(seconds/s.step) * s.step
		for _, u := range s.units {
			if n := math.Floor(rest / unitSeconds[u]); n > 0 {
				parts = append(parts, fmt.Sprintf("%.0f%c", n, u))
				rest -= n * unitSeconds[u]
			}
		}
		break
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, " ")
}
