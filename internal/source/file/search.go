package file

import "gaol/internal/ticket"

// nearEnough is the stretch that a search by date does not halve any more.
const nearEnough = 64 << 10

// search moves the first of the group forward in s, past lines that are older than it wants.
func (f *follow) search(s *segment, buf *buffer) {
	g := buf.group[0]
	off := f.bisect(s, g.off, g.sub.start, buf.bytes)
	f.mu.Lock()
	defer f.mu.Unlock()
	g.search = false
	switch {
	case off == g.off:
	case s.move(g.cursor, off):
		g.sub.moved(s.position(g.cursor))
	default:
		f.overwritten(s)
	}
}

// bisect returns the start of a line at or after lo before which all lines are older than st.Since, in a file that is in order
// of time. It stops where it finds no dates.
func (f *follow) bisect(s *segment, lo int64, st Start, buf []byte) int64 {
	hi := s.size
	for hi-lo > nearEnough {
		mid := (lo + hi) / 2
		mid -= mid % int64(f.newline.width())
		at, t, ok := f.probe(s, mid, st, buf)
		switch {
		case !ok:
			return lo
		case t < st.Since:
			lo = at
		default:
			hi = mid
		}
	}
	return lo
}

// probe looks at the first five whole lines after off for one with a date, and returns where that begins.
func (f *follow) probe(s *segment, off int64, st Start, buf []byte) (at int64, t ticket.Unix, ok bool) {
	n, _ := s.body.ReadAt(buf, off)
	data := buf[:n]
	_, used := f.newline.next(data) // the rest of a line
	for range 5 {
		text, size := f.newline.next(data[used:])
		if size == 0 || used == 0 {
			break
		}
		if t, ok := s.dateOf(text, st); ok {
			return off + int64(used), t, true
		}
		used += size
	}
	return 0, 0, false
}

// dateOf returns the time of a line: that of its envelope, if it is in one.
func (s *segment) dateOf(line []byte, st Start) (t ticket.Unix, ok bool) {
	if s.envelope == bare {
		return st.DateOf(line)
	}
	p, ok := s.envelope.open(line, nil)
	return p.time, ok
}
