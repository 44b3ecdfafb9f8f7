package pyre

import "slices"

// A sweep looks for the literals of a multiScan in long texts. It goes by triples of bytes, of which fewer look like the end of a window
// than of pairs, and through several parts of a text side by side, since a step takes longer to answer than to ask. It does
// not change and may be shared.
type sweep struct {
	scan    *multiScan
	longest int                  // skip
	shift   *[triples]uint8      // bytes that can be skipped; 0: a window may end here
	windows [triples / 64]uint64 // triples that they begin and end with, as windowBit puts them together
}

const (
	triples = 1 << 12 // that are told apart
	streams = 4       // parts of a text
)

func newSweep(m *multiScan) *sweep {
	s := &sweep{scan: m, longest: m.window - 2, shift: new([triples]uint8)}
	for i := range s.shift {
		s.shift[i] = uint8(s.longest)
	}
	for _, p := range m.parts {
		window := p.literal[p.at : p.at+m.window]
		for k := range s.longest {
			end := triple(window[k], window[k+1], window[k+2])
			s.shift[end] = min(s.shift[end], uint8(s.longest-1-k))
		}
		bit := windowBit(window)
		s.windows[bit/64] |= 1 << (bit % 64)
	}
	return s
}

// triple returns the number of three bytes. Some share one.
func triple(x, y, z byte) uint { return (uint(x) ^ uint(y)<<3 ^ uint(z)<<6) % triples }

// windowBit returns a number for the first and the last bytes of a window.
func windowBit(window []byte) uint {
	n := len(window)
	return (triple(window[0], window[1], window[2])*5 ^ triple(window[n-3], window[n-2], window[n-1])) % triples
}

// stride goes on in each of the streams from at on until a window may end in one of them, and returns which; or for a number of steps at
// most.
func (s *sweep) stride(text []byte, at *[streams]int, steps int) (stream int) {
	shift := s.shift
	a, b, c, d := at[0], at[1], at[2], at[3]
	for range steps {
		ja, jb := shift[triple(text[a], text[a+1], text[a+2])], shift[triple(text[b], text[b+1], text[b+2])]
		jc, jd := shift[triple(text[c], text[c+1], text[c+2])], shift[triple(text[d], text[d+1], text[d+2])]
		if ja == 0 || jb == 0 || jc == 0 || jd == 0 {
			stream = slices.Index([]uint8{ja, jb, jc, jd}, 0)
			break
		}
		a, b, c, d = a+int(ja), b+int(jb), c+int(jc), d+int(jd)
	}
	*at = [streams]int{a, b, c, d}
	return stream
}

// endsAt reports whether one of the literals is in text so that its window ends at to.
func (s *sweep) endsAt(text []byte, to int) bool {
	bit := windowBit(text[to-s.scan.window : to])
	return s.windows[bit/64]>>(bit%64)&1 != 0 && s.scan.endsAt(text, to, pair(text[to-2:]))
}

// burst is how many steps are taken between two looks at where the streams are.
const burst = 16

// sweep notes where literals are, all of them in their windows.
func (y *Surveyor) sweep(s *sweep, text []byte) {
	first, last := s.longest-1, len(text)-3 // where the triples stand that windows end with
	part := max(0, last+1-first) / streams
	var at, ends [streams]int
	for k := range streams {
		at[k], ends[k] = first+k*part, first+(k+1)*part
		y.parts[k] = y.parts[k][:0]
	}
	ends[streams-1] = last + 1
	for room := part; room > burst*s.longest; {
		k := s.stride(text, &at, burst)
		at[k] = y.step(s, text, k, at[k])
		room = min(ends[0]-at[0], ends[1]-at[1], ends[2]-at[2], ends[3]-at[3])
	}
	for k := range streams {
		for at[k] < ends[k] {
			at[k] = y.step(s, text, k, at[k])
		}
		y.places = append(y.places, y.parts[k]...)
	}
}

// step takes a step of a stream at at.
func (y *Surveyor) step(s *sweep, text []byte, stream, at int) (next int) {
	if skip := s.shift[triple(text[at], text[at+1], text[at+2])]; skip > 0 {
		return at + int(skip)
	}
	if s.endsAt(text, at+3) {
		y.parts[stream] = append(y.parts[stream], int32(at))
	}
	return at + 1
}
