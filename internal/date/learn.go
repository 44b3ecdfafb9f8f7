package date

// learn records that the date of line is the match s of entry i.
func (d *Detector) learn(line []byte, i int, s span) {
	e := &d.entries[i]
	e.hits++
	e.lastUsed = d.resolver.now
	e.distance = s.startChars
	if d.firstUnused == i {
		d.firstUnused++
	}
	if e.anchored {
		d.place = place{start: s.startChars, end: unknown} // nobody will ask for the rest
	} else {
		d.place = place{
			s.startChars, s.endChars,
			runeBefore(line, s.start), runeAt(line, s.start), runeBefore(line, s.end), runeAt(line, s.end),
		}
	}
	if i > 0 && i != d.last {
		i = d.promote(i)
	}
	d.last = i
}

// overtakeAfter is for how many seconds a template may go unused before one in use gets ahead of it.
const overtakeAfter = 300

// promote moves entry n forward if it has earned it and returns its new index.
func (d *Detector) promote(n int) int {
	to := d.firstUnused
	if to >= n {
		to = n / 2
	}
	if !d.better(n, to) {
		to = n - 1
		if !d.better(n, to) {
			return n
		}
	}
	e := d.entries[n]
	copy(d.entries[to+1:n+1], d.entries[to:n])
	d.entries[to] = e
	for d.firstUnused < len(d.entries) && d.entries[d.firstUnused].hits > 0 {
		d.firstUnused++
	}
	return to
}

// better reports whether entry n should stand before entry m.
func (d *Detector) better(n, m int) bool {
	a, b := &d.entries[n], &d.entries[m]
	return a.merit() > b.merit() || a.lastUsed-overtakeAfter > b.lastUsed
}

// merit is what an entry's hits are worth: less, the further right in the line they stand.
func (e *entry) merit() float64 {
	return float64(e.hits) * e.weight / float64(max(1, e.distance))
}
