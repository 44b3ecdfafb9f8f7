package pyre

// This file has the instructions that are too rare, or take too long, to stand in stride.

// An outcome is what an instruction came to.
type outcome uint8

const (
	fails   outcome = iota
	goesOn          // at the program counter and position returned with it
	matches         // the text from where run began to the position; if that is negative, it is what run returns then
)

// rare executes the instruction at pc, at which stride has stopped. Where it fails, the position is how far it looked.
func (m *Matcher) rare(pc, pos int) (next, at int, done outcome) {
	in := &m.code[pc]
	ok := false
	switch in.op {
	case iMatch:
		return pc, pos, matches
	case iSet:
		width := m.wide(in, int32(pos))
		pos, ok = pos+int(width), width > 0
	case iSplit:
		return m.split(in, pos)
	case iRunAll, iRunGreedy:
		if end := m.tail(in, pos); end >= 0 {
			m.slots[m.code[pc+1].n] = int32(end)
			return pc, end, matches
		}
		pos, ok = m.runBeyond(in, pc, pos)
	case iRunLazy:
		var end int32
		end, ok = m.runLazy(in, int32(pc), int32(pos))
		pos = int(end)
	case iNeed:
		ok = m.finds(in.n, pos)
	case iTextBegin, iAbsEnd, iLineBegin, iLineEnd, iWordEdge, iNoWordEdge:
		ok = m.holds(in, int32(pos))
	case iBackref:
		var end int32
		if end, ok = m.backref(in, int32(pos)); ok {
			pos = int(end)
		}
	case iCond:
		if start, end := m.slots[2*in.n], m.slots[2*in.n+1]; start >= 0 && end >= start {
			return int(in.x), pos, goesOn
		}
		return int(in.y), pos, goesOn
	case iLook:
		if m.sees(in, pos) {
			return int(in.y), pos, goesOn
		}
	case iAtomic:
		end, known := m.atomic(in, int32(pos))
		return outcomeOf(int(in.y), int(end), known)
	case iSplitNoting:
		next, known := m.splitNoting(in, int32(pc), int32(pos))
		return outcomeOf(int(next), pos, known)
	case iRunNoting:
		end, known := m.runNoting(in, int32(pc), int32(pos))
		if known == failed {
			m.work += int(end-int32(pos)) >> workShift
			end = int32(pos)
		}
		return outcomeOf(pc+1, int(end), known)
	default:
		return m.iterate(in, pc, pos)
	}
	if !ok {
		return pc, pos, fails
	}
	return pc + 1, pos, goesOn
}

// outcomeOf returns what comes of a state that a verdict is known about. If none is, the matcher goes on.
func outcomeOf(pc, pos int, known verdict) (int, int, outcome) {
	switch {
	case known == unknown:
		return pc, pos, goesOn
	case known > 0:
		return pc, -int(known), matches
	}
	return pc, pos, fails
}

// iterate executes an instruction of a loop whose iterations are counted or may be empty.
func (m *Matcher) iterate(in *inst, pc, pos int) (int, int, outcome) {
	switch in.op {
	case iEnter:
		from := int32(pos)
		if in.flags&flagFirst != 0 {
			from = -1
		}
		m.set(in.n, from)
	case iAgain:
		pc = int(in.x)
		if int(m.slots[in.n]) == pos {
			pc = int(in.y)
		}
		if m.depth > m.alarm {
			if m.decide(); m.over {
				return pc, pos, fails
			}
		}
		return pc, pos, goesOn
	case iCountStart:
		m.set(in.n, 0)
		m.set(in.n+1, -1)
	case iCount, iCountNoting:
		if m.step(); m.over {
			return pc, pos, fails
		}
		if m.code[pc].op == iCountNoting {
			if known := m.enter(in.row, int32(pos)); known != unknown {
				return outcomeOf(pc, pos, known)
			}
		}
		return int(m.count(in, int32(pc), int32(pos))), pos, goesOn
	case iCountBody:
		m.countBody(in, int32(pos))
	default:
		return pc, pos, fails // iFail
	}
	return pc + 1, pos, goesOn
}

// split does the split in, of which there are no jumps.
func (m *Matcher) split(in *inst, pos int) (int, int, outcome) {
	next := in.table[endOfText]
	if pos < len(m.text) {
		next = in.table[m.text[pos]]
	}
	first, second := bit(next, in.bitX), bit(next, in.bitY)
	switch {
	case first && second:
		m.push(frameGoto, int32(pos), in.y, 0)
		return int(in.x), pos, goesOn
	case first:
		return int(in.x), pos, goesOn
	case second:
		return int(in.y), pos, goesOn
	}
	return int(in.x), pos, fails
}

// sees reports whether the look-around in allows going on from pos.
func (m *Matcher) sees(in *inst, pos int) bool {
	if in.flags&flagLit != 0 {
		return m.isAhead(in, pos) != (in.flags&flagNegative != 0)
	}
	return m.look(in, int32(pos))
}
