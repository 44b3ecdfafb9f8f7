package pyre

import "bytes"

// Shapes finds the matches of one expression in lines by what they look like. Many an expression only takes off what stands in front of a
// message, such as ^(?:\S+ )?service(?:\[\d+\])?: (.+)$, and lines in which it finds the same look alike up to the message: they may
// have other digits, or other letters where any will do. Bytes that the expression cannot tell apart are of one class, and
// the classes of those bytes that a match depends on are a shape. Shapes learns the shapes that it meets, with the bounds of
// the groups, and what has a known shape need not be searched. It serves one goroutine.
type Shapes struct {
	re      *Regexp
	begun   int      // searches, until the preface is looked for
	preface *preface // nil: not looked for yet, or there is none
	use     usefulness
	credit  int // what lines of known shape have earned for learning

	// A line is followed from next[0] on: by node and class there is the next node, or the number of a shape, or 0.
	next   []uint16
	shapes []shape
}

// A shape is the bounds of all groups, of which those of the last one end where the line does.
type shape []int32

const (
	shapeWarmup = 64 // searches before learning begins, which few lines would not be worth
	shapePrice  = 4  // lines of known shape that pay for learning one
	shapeCredit = 8 * shapePrice
	shapeWorth  = 50       // percent of lines that must have a known shape
	isShape     = 1 << 15  // flags the number of a shape
	mostShapes  = 16 << 10 // entries of next
)

// NewShapes returns Shapes that have not learnt anything.
func NewShapes(re *Regexp) *Shapes { return &Shapes{re: re} }

// Search does what m.Search does in the whole of text.
func (s *Shapes) Search(m *Matcher, text []byte) bool {
	if s.begun < shapeWarmup {
		if s.begun++; s.begun == shapeWarmup {
			s.preface = prefaceOf(s.re)
			s.forget()
		}
	}
	if s.preface == nil || s.use.rests() || bytes.IndexByte(text, '\n') != len(text)-1 {
		return m.Search(s.re, text, 0, len(text))
	}
	if s.use.tries == 1 {
		s.credit = shapeCredit // a new trial
	}
	known := s.find(text)
	s.use.note(known != nil, shapeWorth)
	if known != nil {
		s.credit = min(s.credit+1, shapeCredit)
		m.recall(s.re.program(), known, s.preface.last, len(text)-1)
		return true
	}
	found := m.Search(s.re, text, 0, len(text))
	if found && s.credit >= shapePrice {
		s.credit -= shapePrice
		s.learn(text)
	}
	return found
}

// find returns the shape of a line, nil if it is not known.
func (s *Shapes) find(line []byte) shape {
	node := 0
	for _, c := range line {
		next := s.next[node+int(s.preface.classes[c])]
		if next&isShape != 0 {
			return s.shapes[next&^isShape]
		}
		if next == 0 {
			return nil
		}
		node = int(next)
	}
	return nil
}

// learn adds the shape of a line, unless it is a long one.
func (s *Shapes) learn(line []byte) {
	bounds, looked := s.preface.trace(line)
	if bounds == nil || looked*s.preface.count > mostShapes/2 {
		return
	}
	if len(s.next)+looked*s.preface.count > mostShapes {
		s.forget()
	}
	node, last := 0, looked-1
	for _, c := range line[:last] {
		at := node + int(s.preface.classes[c])
		if s.next[at] == 0 {
			s.next[at] = uint16(len(s.next))
			s.next = append(s.next, make([]uint16, s.preface.count)...)
		}
		node = int(s.next[at])
	}
	s.next[node+int(s.preface.classes[line[last]])] = isShape | uint16(len(s.shapes))
	s.shapes = append(s.shapes, bounds)
}

func (s *Shapes) forget() {
	if s.preface != nil {
		s.next, s.shapes = make([]uint16, s.preface.count), nil
	}
}

// recall has m say that it has found a match with the given bounds of groups, of which the one called last ends where the match does.
func (m *Matcher) recall(p *program, bounds shape, last, end int) {
	m.prog, m.found, m.gaveUp = p, true, false
	if cap(m.slots) < p.slots {
		m.slots = make([]int32, p.slots)
	}
	m.slots = m.slots[:p.slots]
	copy(m.slots, bounds)
	m.slots[2*last+1] = int32(end)
	m.start, m.end = 0, end
}
