package pyre

// run executes the program from pc, with the text from pos, up to the next iMatch.
// It returns where the match ends. A negative end, of an enclosed body, says that the
// state it has come to is sure in so many levels. On success the frames of the choices
// made remain on the stack; on failure the stack is as it was.
//
// It calls itself for look-arounds and atomic groups only, so that recursion is as
// deep as these are nested in the pattern.
func (m *Matcher) run(begin, from int32) (end int32, matched bool) {
	base := m.depth
	pc, pos := int(begin), int(from)
	for {
		why := haltRare
		if m.code[pc].op < iMatch {
			pc, pos, why = m.stride(pc, pos, base)
		}
		switch why {
		case haltRoom:
			m.growStack()
			continue
		case haltAlarm:
			if m.decide(); m.over {
				return 0, false
			}
			continue
		case haltRare:
			var done outcome
			pc, pos, done = m.rare(pc, pos)
			switch done {
			case goesOn:
				continue
			case matches:
				return int32(pos), true
			}
		}
		if m.over {
			return 0, false
		}
		reached := pos
		if pc, pos = m.retreat(base); pc < 0 {
			m.work += max(0, reached-int(from)) >> workShift
			return 0, false
		}
		m.work += max(0, reached-pos) >> workShift // will be read again
	}
}

// workShift says how many bytes read straight on count as one step.
const workShift = 6

// retreat counts a way that has failed and goes back to the last choice above base. It returns where to go on; pc is negative
// when no choice is left, or the search is over.
func (m *Matcher) retreat(base int) (pc, pos int) {
	m.work++
	if m.work > m.pause {
		if m.decide(); m.over {
			return -1, 0
		}
	}
	next, at := m.back(base)
	return int(next), int(at)
}

// back goes back to the last choice above base and returns where to go on; pc is
// negative when no choice is left.
func (m *Matcher) back(base int) (pc, pos int32) {
	for m.depth > base {
		f := &m.stack[m.depth-1]
		switch f.kind {
		case frameGoto:
			m.depth--
			return f.a, f.pos
		case frameUndo:
			m.slots[f.pos] = f.a
			m.depth--
		case frameGreedy:
			if pos, ok := m.giveBack(f); ok {
				return f.b + 1, pos
			}
		case frameLazy:
			if pos, ok := m.takeMore(f); ok {
				return f.b + 1, pos
			}
		case frameSplit:
			split := &m.prog.code[f.a]
			*f = frame{frameNote, 0, f.pos, f.b, split.row}
			return split.y, f.pos
		default:
			m.note(f)
			m.depth--
		}
	}
	return -1, 0
}
