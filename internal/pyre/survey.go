package pyre

import (
	"bytes"
	"slices"
)

// A Surveyor tells which lines of a text a Gate would let through, all of them at once: that takes half as long as to ask about each.
// It serves one goroutine. The zero Surveyor is ready.
type Surveyor struct {
	places []int32
	parts  [streams][]int32 // of the text: where windows of literals end
	maybe  [mostMaybe]int32 // where they may end
}

// mostMaybe is how many steps are taken before what was met is looked at: a power of two.
const mostMaybe = 512

// streams is the number of parts of a text that are scanned at the same time, since a step of a scan takes longer to answer than to
// ask.
const streams = 4

// Survey returns places in text, in ascending order. A line of text without any of them in it is one that g would refuse; of the others
// some may be. A line of text ends before a line feed. It learns nothing, and ok is false where g has nothing to go by. The
// places are valid until the next call.
func (s *Surveyor) Survey(g *Gate, text []byte) (places []int32, ok bool) {
	if len(g.needs) == 0 || len(text) > maxText {
		return nil, false
	}
	s.places = s.places[:0]
	if d := &g.needs[0]; d.many != nil {
		s.scan(d.many, text)
	} else {
		s.look(d.few, text)
	}
	if len(g.needs) > 1 {
		s.keep(g.needs[1:], text)
	}
	return s.places, true
}

// look notes where lines have one of the literals.
func (s *Surveyor) look(few []literal, text []byte) {
	for i := range few {
		for at := 0; at < len(text); at++ {
			next := few[i].index(text[at:])
			if next < 0 {
				break
			}
			s.places = append(s.places, int32(at+next))
			at = lineEnd(text, at+next)
		}
	}
	if len(few) > 1 {
		slices.Sort(s.places)
	}
}

// keep drops the places whose line does not meet all of needs, and all but one of each line.
func (s *Surveyor) keep(needs []demand, text []byte) {
	kept, done := s.places[:0], 0 // lines that end before done are done with
	for _, at := range s.places {
		if int(at) < done {
			continue
		}
		from := bytes.LastIndexByte(text[:at], '\n') + 1
		done = lineEnd(text, int(at))
		if !slices.ContainsFunc(needs, func(d demand) bool { return !d.met(text[from:done]) }) {
			kept = append(kept, at)
		}
	}
	s.places = kept
}

// lineEnd returns where the line at at ends.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}

// scan notes where windows of literals end. It goes through the parts of text side by side, and past what only looks like the end of a
// window, so that there is nothing in a step that a processor could guess wrong; each of those ends is looked at afterwards.
func (s *Surveyor) scan(m *multiScan, text []byte) {
	first, last := m.window-2, len(text)-2 // where the pairs stand that windows end with
	part := max(0, last-first+1) / streams
	at, ends := [streams]int{}, [streams]int{}
	for k := range streams {
		at[k], ends[k] = first+k*part, first+(k+1)*part
		s.parts[k] = s.parts[k][:0]
	}
	ends[streams-1] = last + 1
	for {
		steps := len(s.maybe) / streams
		for k := range streams {
			steps = min(steps, (ends[k]-at[k])/(m.window-1))
		}
		if steps <= 0 {
			break
		}
		n := m.stride(text, &at, steps, &s.maybe)
		for _, i := range s.maybe[:n] {
			if k := streamOf(&at, i); m.endsAt(text, int(i)+2, pair(text[i:])) {
				s.parts[k] = append(s.parts[k], i)
			}
		}
	}
	for k := range streams {
		s.places = append(s.places, m.rest(s.parts[k], text, at[k], ends[k])...)
	}
}

// streamOf returns the stream that has come past i last.
func streamOf(at *[streams]int, i int32) int {
	k := 0
	for int(i) >= at[k] {
		k++
	}
	return k
}

// stride takes a number of steps in each of the streams from at on, and notes in maybe where a window may end, and returns at how many
// places.
func (s *multiScan) stride(text []byte, at *[streams]int, steps int, maybe *[mostMaybe]int32) (n int) {
	a, b, c, d := at[0], at[1], at[2], at[3]
	shift := s.shift
	for range steps {
		ja, jb, jc, jd := uint64(shift[pair(text[a:])]), uint64(shift[pair(text[b:])]), uint64(shift[pair(text[c:])]), uint64(shift[pair(text[d:])])
		za, zb, zc, zd := (ja-1)>>63, (jb-1)>>63, (jc-1)>>63, (jd-1)>>63 // 1 for nothing to skip
		maybe[n&(mostMaybe-1)] = int32(a)
		n += int(za)
		maybe[n&(mostMaybe-1)] = int32(b)
		n += int(zb)
		maybe[n&(mostMaybe-1)] = int32(c)
		n += int(zc)
		maybe[n&(mostMaybe-1)] = int32(d)
		n += int(zd)
		a, b, c, d = a+int(ja+za), b+int(jb+zb), c+int(jc+zc), d+int(jd+zd)
	}
	*at = [streams]int{a, b, c, d}
	return n
}

// rest appends what there is from i on and before end.
func (s *multiScan) rest(places []int32, text []byte, i, end int) []int32 {
	for i < end {
		at := pair(text[i:])
		skip := int(s.shift[at])
		if skip == 0 {
			skip = 1
			if s.endsAt(text, i+2, at) {
				places = append(places, int32(i))
			}
		}
		i += skip
	}
	return places
}
