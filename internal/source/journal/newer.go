package journal

// lookBack bounds how many entries of each file Newer looks at, the newest ones.
const lookBack = 200_000

// Newer reports whether the journal that o chooses has an entry for matches, as for Subscribe, that is later than after, in
// microseconds. In a big journal it looks at the newest entries only.
func Newer(o Options, matches [][]string, after uint64) bool {
	r := NewReader(o)
	defer r.shut()
	expr := r.match.compile(matches)
	for _, f := range r.opt.find() {
		if v, _ := r.volume(f.path); v != nil && v.last > after && r.anyLater(v, expr, after) {
			return true
		}
	}
	return false
}

// anyLater reports whether v has an entry for expr that is later than after.
func (r *Reader) anyLater(v *volume, expr expression, after uint64) (found bool) {
	r.safely(v, func() error {
		at, err := v.seek(after)
		if total := v.word(headEntries); err == nil && total > lookBack && at.taken < total-lookBack {
			at, err = v.skip(total - lookBack)
		}
		for !found && err == nil {
			e, behind, ok, failed := v.next(at)
			if failed != nil || !ok {
				return failed
			}
			at, err = behind, v.terms(e, &r.match)
			found = err == nil && e.realtime > after && r.match.matches(expr)
		}
		return err
	})
	return found
}

// skip returns the place behind the first n entries.
func (m *image) skip(n uint64) (place, error) {
	var p place
	for array := m.word(headEntryArray); array != 0; {
		items, next, err := m.array(array)
		if err != nil {
			return place{}, err
		}
		here := min(uint64(len(items))/m.width(), n-p.taken)
		p = place{array, here, p.taken + here}
		if p.taken == n {
			break
		}
		array = next
	}
	return p, nil
}
