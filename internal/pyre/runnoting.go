package pyre

// This file matches runs while failures are remembered; see memo.go for what the bits
// of a run mean.

// runNoting matches the run in at pos.
func (m *Matcher) runNoting(in *inst, pc, pos int32) (int32, bool) {
	if !m.isUnlimited(in) {
		if !m.enter(in.row, pos) {
			return pos, false
		}
		switch in.op {
		case iRunAll:
			return m.runAll(in, pos)
		case iRunGreedy:
			return m.runGreedy(in, pc, pos)
		}
		return m.runLazy(in, pc, pos)
	}
	low, ok := m.least(in, pos)
	if !ok {
		return pos, false
	}
	switch in.op {
	case iRunAll:
		ok, low = m.runAllNoting(in, pc, low)
	case iRunGreedy:
		ok, low = m.runGreedyNoting(in, pc, low)
	default:
		ok, low = m.runLazyNoting(in, pc, low)
	}
	return low, ok
}

// reach goes on with the run from low. It returns the last position that is worth
// trying, and whether it stopped there because going on has failed before; then the
// last position can be low-1, which means none.
func (m *Matcher) reach(in *inst, low int32) (last int32, known bool) {
	n := int32(len(m.text))
	pos := low
	for step := int32(16); ; step *= 2 {
		limit := min(n, pos+step)
		end := max(m.runEnd(in, pos, limit), pos)
		if failed := m.failedFrom(in, low, end); failed <= end {
			return failed - 1, true
		}
		if end < limit || end == n {
			return end, false
		}
		pos = end
	}
}

func (m *Matcher) runAllNoting(in *inst, pc, low int32) (bool, int32) {
	end, known := m.reach(in, low)
	if known || !m.follows(in, end) {
		if end >= low {
			m.noteRun(pc, low, end)
		}
		return false, low
	}
	m.push(frame{frameNoteRun, end, low, pc})
	return true, end
}

func (m *Matcher) runGreedyNoting(in *inst, pc, low int32) (bool, int32) {
	last, _ := m.reach(in, low)
	end := last
	for end >= low && !m.follows(in, end) {
		end--
	}
	if end < last {
		m.noteRun(pc, max(end+1, low), last)
	}
	if end < low {
		return false, low
	}
	m.push(frame{frameGreedy, end, low, pc})
	return true, end
}

// giveBackNoting is giveBack with notes. Here the frame stays until its last position
// has failed too.
func (m *Matcher) giveBackNoting(in *inst, f *frame) (int32, bool) {
	low, was := f.a, f.pos
	end := was - 1
	for end >= low && !m.follows(in, end) {
		end--
	}
	m.noteRun(f.b, max(end+1, low), was)
	if end < low {
		m.depth--
		return 0, false
	}
	f.pos = end
	return end, true
}

func (m *Matcher) runLazyNoting(in *inst, pc, low int32) (bool, int32) {
	m.push(frame{frameLazy, low, low, pc})
	f := &m.stack[m.depth-1]
	if m.failedFrom(in, low, low) == low {
		m.depth--
		return false, low
	}
	if m.follows(in, low) {
		return true, low
	}
	end, ok := m.takeMoreNoting(in, f)
	return ok, end
}

// takeMoreNoting lengthens the lazy run of the topmost frame f to where it may lead
// on. If that is nowhere, it notes the failure and drops the frame.
func (m *Matcher) takeMoreNoting(in *inst, f *frame) (int32, bool) {
	low, pos := f.a, f.pos
	for {
		w := m.one(in, pos)
		if w == 0 || m.failedFrom(in, pos+w, pos+w) == pos+w {
			break
		}
		pos += w
		if m.follows(in, pos) {
			f.pos = pos
			return pos, true
		}
	}
	m.depth--
	m.noteRun(f.b, low, pos)
	return 0, false
}
