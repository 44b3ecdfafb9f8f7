package date

// A Line is where a line of a text begins and ends, and where its date begins, if it is of a run.
type Line struct{ From, To, Date int32 }

// Run returns how many of lines of text, side by side from the first on, have a date that means what the last one meant, in the same
// place, and notes where. It sets f to that of the first. Such lines are done with: the Detector has learnt what it would learn in Find. Of
// the others it has learnt nothing. The date is as long in all lines of a run, and stands between the same two bytes; there always is
// one behind it.
func (d *Detector) Run(text []byte, lines []Line, f *Found) (n int) {
	r := &d.repeat
	if !r.ok || !r.means.ok || d.clock() != r.now {
		return 0
	}
	if n = r.run(text, lines); n > 0 {
		last := &lines[n-1]
		d.count(n, text[last.From:last.To], int(last.Date-last.From))
		d.found(int(lines[0].Date-lines[0].From), f)
	}
	return n
}

// run returns how many of lines have the date, and notes where.
func (r *repeat) run(text []byte, lines []Line) int {
	for i := range lines {
		l := &lines[i]
		start, ok := r.in(text[l.From:l.To])
		if !ok {
			return i
		}
		l.Date = l.From + int32(start)
	}
	return len(lines)
}
