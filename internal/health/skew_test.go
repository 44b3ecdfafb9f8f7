package health

import (
	"math/rand/v2"
	"testing"

	"gaol/internal/date"
	"gaol/internal/ticket"
)

// A sample is one line: when it arrives, and how far ahead its date is.
type sample struct{ at, off float64 }

// every returns n lines, one each interval seconds from start on.
func every(n int, start, interval float64, off func(i int) float64) (out []sample) {
	for i := range n {
		out = append(out, sample{start + float64(i)*interval, off(i)})
	}
	return out
}

func always(off float64) func(int) float64 { return func(int) float64 { return off } }

func TestSkew(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	late := func(int) float64 { return -float64(random.IntN(7200)) }
	for name, c := range map[string]struct {
		lines   []sample
		seconds int
		known   bool
		changes int
	}{
		"nothing":                             {nil, 0, false, 0},
		"not enough lines":                    {every(11, 0, 60, always(7200)), 0, false, 0},
		"right":                               {every(20, 0, 60, always(-1)), 0, true, 0},
		"two hours ahead":                     {every(12, 0, 60, always(7198)), 7200, true, 1},
		"five and a half hours behind":        {every(12, 0, 60, always(-19803)), -19800, true, 1},
		"Nepal":                               {every(12, 0, 60, always(20700)), 20700, true, 1},
		"seven minutes are no zone":           {every(50, 0, 60, always(-420)), 0, false, 0},
		"late by chance":                      {every(500, 0, 60, late), 0, false, 0},
		"another day":                         {every(50, 0, 60, always(-3*86400)), 0, false, 0},
		"old lines written in one go":         {append(every(20, 0, 60, always(0)), every(5000, 1200, 0.001, always(-7200))...), 0, true, 0},
		"old lines written first, in one go":  {append(every(5000, 0, 0.001, always(-7200)), every(20, 60, 60, always(0))...), 0, true, 0},
		"one line in five is of another zone": {every(50, 0, 60, func(i int) float64 { return map[bool]float64{true: 3600, false: 0}[i%5 == 0] }), 0, true, 0},
		"half and half is not known":          {every(50, 0, 60, func(i int) float64 { return float64(i % 2 * 3600) }), 0, false, 0},
		"summer ends":                         {append(every(20, 0, 60, always(7200)), every(20, 1200, 60, always(3600))...), 3600, true, 2},
		"mended":                              {append(every(20, 0, 60, always(7200)), every(20, 1200, 60, always(0))...), 0, true, 2},
		"the clock is put back":               {append(every(6, 10000, 60, always(7200)), every(6, 0, 60, always(7200))...), 7200, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var s Skew
			changes := 0
			for _, l := range c.lines {
				if s.Note(ticket.Unix(l.at+l.off), ticket.Unix(l.at)) {
					changes++
				}
			}
			if seconds, known := s.Seconds(); seconds != c.seconds || known != c.known || changes != c.changes {
				t.Errorf("%d, known %v, after %d changes; want %d, %v, %d", seconds, known, changes, c.seconds, c.known, c.changes)
			}
		})
	}
}

// TestZone sees to it that the option takes what is recommended, and that it means the same.
func TestZone(t *testing.T) {
	for seconds := -15 * hour; seconds <= 15*hour; seconds += quarter {
		name, ok := Zone(seconds)
		if want := seconds >= -12*hour && seconds <= 14*hour; ok != want {
			t.Errorf("%d: a zone: %v", seconds, ok)
		}
		if !ok {
			continue
		}
		if got, err := date.ParseZone(name); err != nil || got != seconds {
			t.Errorf("%s for %d means %d, %v", name, seconds, got, err)
		}
	}
	if name, _ := Zone(-12600); name != "UTC-0330" {
		t.Error(name)
	}
}
