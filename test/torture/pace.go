package torture

import "time"

// beat is the pause between two writes.
const beat = 2 * time.Millisecond

// A pace is the rhythm of a writer. What it is late with it does later, so that the rate holds over a longer time.
type pace struct{ owed float64 }

// run calls write with the number of lines that are due, again and again until end or until it returns false.
func (p *pace) run(end time.Time, rate int, write func(n int) bool) {
	for last := time.Now(); last.Before(end); time.Sleep(beat) {
		now := time.Now()
		p.owed += now.Sub(last).Seconds() * float64(rate)
		last = now
		n := int(p.owed)
		p.owed -= float64(n)
		if !write(n) {
			return
		}
	}
}
