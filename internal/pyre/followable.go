package pyre

// This file tells which programs a follower can follow.

// placesOf returns how many places an instruction has.
func (p *program) placesOf(in *inst) int32 {
	switch in.op {
	case iLit:
		return int32(len(p.lits[in.n].text))
	case iRunGreedy, iRunLazy, iRunAll:
		if in.y == manyTimes {
			return min(in.x, mostPlaces) + 1
		}
		return min(in.y, mostPlaces) + 1
	}
	return 1
}

// canFollow reports whether a follower knows the instruction at pc. It knows none of those that count, none that are laid
// for the matcher, and of look-arounds only those for one string, or one character.
func (p *program) canFollow(pc int32) bool {
	switch in := &p.code[pc]; in.op {
	case iMatch, iFail, iByte, iLit, iSet, iRunGreedy, iRunLazy, iRunAll, iSave, iSplit, iJump, iCond, iEnter, iAgain, iNeed, iTextEnd, iAbsEnd, iLineEnd, iWordEdge, iNoWordEdge:
		return true
	case iTextBegin:
		return pc < p.entry
	case iLook:
		if p.code[in.x+1].op != iMatch {
			return false
		}
		switch p.code[in.x].op {
		case iByte, iSet:
			return in.flags&flagBehind == 0 || in.n == 1
		case iLit:
			return in.flags&flagBehind == 0
		}
	}
	return false
}

// reopens reports whether a group can be set again on a way on which it was set.
func (p *program) reopens(group int32) bool {
	sets := func(pc, slot int32) bool {
		in := &p.code[pc]
		return in.op == iSave && in.n == slot
	}
	var todo []int32
	for pc := range int32(len(p.code)) {
		if sets(pc, 2*group+1) {
			todo = append(todo, p.successors(pc)...)
		}
	}
	for seen := make([]bool, len(p.code)); len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case sets(pc, 2*group):
			return true
		case !seen[pc]:
			seen[pc] = true
			todo = append(todo, p.successors(pc)...)
		}
	}
	return false
}
