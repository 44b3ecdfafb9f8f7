package journal

// A place is where somebody stands in the entries of one file. The zero place is before the first entry.
type place struct {
	array uint64 // offset of the entry array; 0: not begun
	index uint64 // of the next entry in that array
	taken uint64 // entries passed
}

// next returns the entry at p and the place behind it. ok is false at the end, for now.
func (m *image) next(p place) (e entry, after place, ok bool, err error) {
	if p.taken >= m.word(headEntries) {
		return entry{}, p, false, nil
	}
	if p.array == 0 {
		p.array = m.word(headEntryArray)
	}
	items, next, err := m.array(p.array)
	if err != nil {
		return entry{}, p, false, err
	}
	for p.index >= uint64(len(items))/m.width() {
		if next == 0 {
			return entry{}, p, false, nil // the array is still being linked in
		}
		p.array, p.index = next, 0
		if items, next, err = m.array(p.array); err != nil {
			return entry{}, p, false, err
		}
	}
	off := m.item(items, p.index)
	if off == 0 {
		return entry{}, p, false, nil // counted but not there yet
	}
	e, err = m.entry(off)
	return e, place{p.array, p.index + 1, p.taken + 1}, err == nil, err
}

// seek returns the place of the first entry later than time, in microseconds. Entries are in order of time but for steps of
// the clock; whoever reads on checks each one.
func (m *image) seek(time uint64) (place, error) {
	var p place
	total := m.word(headEntries)
	for array := m.word(headEntryArray); array != 0 && p.taken < total; {
		items, next, err := m.array(array)
		if err != nil {
			return place{}, err
		}
		n := min(uint64(len(items))/m.width(), total-p.taken)
		p.array, p.index = array, 0
		last, ok := m.timeOf(items, n)
		if !ok || last > time || next == 0 {
			i := m.within(items, n, time)
			return place{array, i, p.taken + i}, nil
		}
		p = place{array, n, p.taken + n}
		array = next
	}
	return p, nil
}

// timeOf returns the time of the n-th of items, counted from 1.
func (m *image) timeOf(items []byte, n uint64) (uint64, bool) {
	if n == 0 {
		return 0, false
	}
	e, err := m.entry(m.item(items, n-1))
	return e.realtime, err == nil
}

// within returns how many of the first n items are not later than time, by halving.
func (m *image) within(items []byte, n, time uint64) uint64 {
	lo, hi := uint64(0), n
	for lo < hi {
		mid := (lo + hi) / 2
		if t, ok := m.timeOf(items, mid+1); ok && t <= time {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
