package date

// A Line is where a line of a text begins and ends. If it is of a run: where its date begins, and how many seconds that is after the one of
// the run's first line.
type Line struct{ From, To, Date, After int32 }

// Run returns how many of lines of text, side by side from the first on, have a date of the same minute as the last one, in the same
// place, and notes what there is to note of them. It sets f to that of the first. Such lines are done with: the Detector has learnt what it
// would learn in Find. Of the others it has learnt nothing. The date is as long in all lines of a run, is possible in all or in none, and
// stands between the same two bytes; there always is one behind it.
func (d *Detector) Run(text []byte, lines []Line, f *Found) (n int) {
	r := &d.repeat
	if !r.ok || !r.means.ok || d.clock() != r.now {
		return 0
	}
	n, first := d.run(text, lines)
	if n > 0 {
		last := &lines[n-1]
		d.count(n, text[last.From:last.To], int(last.Date-last.From))
		d.found(int(lines[0].Date-lines[0].From), first, f)
	}
	return n
}

// run returns how many of lines have the date, or that of another second of the minute, notes where, and returns how many seconds later than
// the date that of the first one is.
func (d *Detector) run(text []byte, lines []Line) (n, first int) {
	r := &d.repeat
	for i := range lines {
		l := &lines[i]
		start, later, ok := r.in(text[l.From:l.To])
		if !ok || later != 0 && !d.isSteady() {
			return i, first
		}
		if i == 0 {
			first = later
		}
		l.Date, l.After = l.From+int32(start), int32(later-first)
	}
	return len(lines), first
}
