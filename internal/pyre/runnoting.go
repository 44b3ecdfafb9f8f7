package pyre

// This file matches runs while failures are remembered.

// runNoting matches the run in at pos. It returns where the run ends if the outcome is
// unknown.
func (m *Matcher) runNoting(in *inst, pc, pos int32) (int32, verdict) {
	if !m.hasBits(in) {
		return m.runBeforeBackref(in, pc, pos)
	}
	low, ok := m.least(in, pos)
	if !ok {
		return pos, failed
	}
	switch m.prog.code[pc].op {
	case iRunAll:
		return m.runAllNoting(in, pc, low)
	case iRunGreedy:
		return m.runGreedyNoting(in, pc, low)
	}
	return m.runLazyNoting(in, pc, low)
}

func (m *Matcher) runBeforeBackref(in *inst, pc, pos int32) (end int32, known verdict) {
	if m.enter(in.row, pos) == failed {
		return pos, failed
	}
	var ok bool
	switch m.prog.code[pc].op {
	case iRunAll:
		end, ok = m.runAll(in, pos)
	case iRunGreedy:
		end, ok = m.runGreedy(in, pc, pos)
	default:
		end, ok = m.runLazy(in, pc, pos)
	}
	if !ok {
		return end, failed
	}
	return end, unknown
}

// mayEnd reports whether the run in at pc may end at pos and lead on.
func (m *Matcher) mayEnd(in *inst, pc, pos int32) bool {
	return m.follows(in, pos) && m.possible(pc+1, pos)
}

// reach goes on with an unlimited run from low to its end, or to where it is known to
// fail. It returns the last position that is worth trying, and whether it stopped
// because going on has failed before; then the last position can be low-1.
func (m *Matcher) reach(in *inst, low int32) (last int32, stopped bool) {
	n := int32(len(m.text))
	pos := low
	for step := int32(16); ; step *= 2 {
		limit := min(n, pos+step)
		end := m.runEnd(in, pos, limit)
		if f := m.firstFailed(in, low, end); f <= end {
			return f - 1, true
		}
		if end < limit || end == n {
			m.work += int(end-low) >> workShift
			return end, false
		}
		pos = end
	}
}

func (m *Matcher) runAllNoting(in *inst, pc, low int32) (int32, verdict) {
	from, end, stopped := low, low, false
	if in.y == manyTimes {
		if known := m.runVerdict(in, low); known != unknown {
			return low, known
		}
		end, stopped = m.reach(in, low)
	} else {
		end = m.most(in, low)
		from = end
		known := m.runVerdict(in, end)
		if known != unknown {
			return end, known
		}
	}
	if stopped || !m.mayEnd(in, pc, end) {
		if end >= from {
			m.noteRun(pc, from, end, failed)
		}
		return low, failed
	}
	m.push(frameNoteRun, end, from, pc)
	return end, unknown
}

func (m *Matcher) runGreedyNoting(in *inst, pc, low int32) (int32, verdict) {
	last := low
	if in.y != manyTimes {
		last = m.most(in, low)
	} else if known := m.runVerdict(in, low); known != unknown {
		return low, known
	} else {
		last, _ = m.reach(in, low)
	}
	m.push(frameGreedy, last, low, pc)
	end, ok := m.shorten(in, last)
	return m.stopped(in, end, ok)
}

// stopped returns the verdict on a run that has just been made to end where it may lead
// on. Its frame is the topmost one if ok.
func (m *Matcher) stopped(in *inst, end int32, ok bool) (int32, verdict) {
	if !ok {
		return end, failed
	}
	if in.y != manyTimes {
		if known := m.runVerdict(in, end); known != unknown {
			m.depth--
			return end, known
		}
	}
	return end, unknown
}

// giveBackNoting shortens the greedy run of the topmost frame f after its end has
// failed. The frame stays until the last position has failed too.
func (m *Matcher) giveBackNoting(in *inst, f *frame) (int32, bool) {
	m.noteRun(f.b, f.pos, f.pos, failed)
	return m.shorten(in, f.pos-1)
}

// shorten ends the greedy run of the topmost frame at the last position up to last
// that may lead on. If there is none it notes the failure and drops the frame.
func (m *Matcher) shorten(in *inst, last int32) (int32, bool) {
	f := &m.stack[m.depth-1]
	low := f.a
	for end := last; ; {
		if in.y != manyTimes && end >= low {
			end = m.lastOpen(in, low, end)
		}
		if end < low {
			m.depth--
			return low, false
		}
		open := end
		for end >= low && !m.mayEnd(in, f.b, end) {
			end--
		}
		if end == open {
			f.pos = end
			return end, true
		}
		m.noteRun(f.b, max(end+1, low), open, failed)
	}
}

func (m *Matcher) runLazyNoting(in *inst, pc, low int32) (int32, verdict) {
	known := m.runVerdict(in, low)
	if known > 0 || known == failed && in.y == manyTimes {
		return low, known
	}
	so := low
	if in.y != manyTimes {
		so = in.x
	}
	m.push(frameLazy, low, so, pc)
	if known == unknown && m.mayEnd(in, pc, low) {
		return low, unknown
	}
	end, ok := m.lengthen(in)
	return m.stopped(in, end, ok)
}

// takeMoreNoting lengthens the lazy run of the topmost frame f after its end has failed.
func (m *Matcher) takeMoreNoting(in *inst, f *frame) (int32, bool) {
	if in.y != manyTimes {
		m.noteRun(f.b, f.pos, f.pos, failed)
	}
	return m.lengthen(in)
}

// lengthen goes on with the lazy run of the topmost frame to where it may lead on. If
// that is nowhere it notes the failure and drops the frame.
func (m *Matcher) lengthen(in *inst) (int32, bool) {
	f := &m.stack[m.depth-1]
	pos, count := f.pos, f.a
	unlimited := in.y == manyTimes
	for unlimited || count < in.y {
		w := m.one(in, pos)
		if w == 0 {
			break
		}
		hasFailed := m.runVerdict(in, pos+w) == failed
		if hasFailed && unlimited {
			break
		}
		pos += w
		count++
		if !hasFailed && m.mayEnd(in, f.b, pos) {
			f.pos = pos
			if !unlimited {
				f.a = count
			}
			return pos, true
		}
	}
	m.depth--
	if unlimited {
		m.noteRun(f.b, f.a, pos, failed)
	}
	return pos, false
}
