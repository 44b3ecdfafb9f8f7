package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A unit says how a figure is printed, and which way is better. Figures are in seconds, bytes, or as the unit says.
type unit struct {
	name  string
	scale float64 // of the printed figure to the measured one
	more  bool    // more is better
}

var (
	milliseconds = unit{"ms", 1e3, false}
	mebibytes    = unit{"MiB", 1.0 / (1 << 20), false}
	octets       = unit{"B", 1, false}
	percent      = unit{"%", 100, false}
	share        = unit{"%", 100, true}
	perSecond    = unit{"/s", 1, false}
	linesPerSec  = unit{"lines/s", 1, true}
	addresses    = unit{"addresses", 1, false}
)

// A figure is one row of the table: every measurement of both sides.
type figure struct {
	what       string
	unit       unit
	goal       float64 // 0: none
	ours, peer []float64
}

// A report is everything that was measured, in order.
type report struct{ figures []*figure }

// figure returns the row called what, making it on first use. The goal is ours, in the measure of the figures; 0 is none.
func (r *report) figure(what string, u unit, goal float64) *figure {
	for _, f := range r.figures {
		if f.what == what {
			return f
		}
	}
	f := &figure{what: what, unit: u, goal: goal}
	r.figures = append(r.figures, f)
	return f
}

// add notes measurements of one side.
func (f *figure) add(s *side, values ...float64) {
	if s.name == "ours" {
		f.ours = append(f.ours, values...)
	} else {
		f.peer = append(f.peer, values...)
	}
}

// median returns the middle of values, NaN if there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// ratio says how many times better ours is: 2 is half the time, or twice the rate.
func (f *figure) ratio() float64 {
	if f.unit.more {
		return median(f.ours) / median(f.peer)
	}
	return median(f.peer) / median(f.ours)
}

func (f *figure) missed() bool {
	if f.unit.more {
		return median(f.ours) < f.goal
	}
	return f.goal != 0 && median(f.ours) > f.goal
}

// markdown returns the table.
func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("| what | Gaol | Fail2Ban | times better | goal |\n|---|---:|---:|---:|---:|\n")
	for _, f := range r.figures {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", f.what, f.print(f.ours), f.print(f.peer), number(f.ratio()), f.printGoal())
	}
	return b.String()
}

// print returns the median and how many measurements it is of.
func (f *figure) print(values []float64) string {
	if len(values) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s %s (%d)", number(median(values)*f.unit.scale), f.unit.name, len(values))
}

func (f *figure) printGoal() string {
	if f.goal == 0 {
		return ""
	}
	sign, verdict := "≤", "met"
	if f.unit.more {
		sign = "≥"
	}
	if f.missed() {
		verdict = "**missed**"
	}
	return fmt.Sprintf("%s %s %s, %s", sign, number(f.goal*f.unit.scale), f.unit.name, verdict)
}

// number prints three digits, with commas in large numbers.
func number(v float64) string {
	switch {
	case math.IsNaN(v), math.IsInf(v, 0):
		return "–"
	case v == 0:
		return "0"
	case v >= 1000:
		digits := math.Pow10(int(math.Log10(v)) - 2)
		return commas(int64(math.Round(v/digits) * digits))
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(v))))
	return fmt.Sprintf("%.*f", min(decimals, 4), v)
}

func commas(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", commas(n/1000), n%1000)
}
