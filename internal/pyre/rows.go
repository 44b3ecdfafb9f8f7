package pyre

// maxStates limits the memo bits that one position of the text may take. Beyond, which
// only counters of large repeats inside each other reach, work is limited instead.
const maxStates = 1 << 22

// numberRows gives every choice its row of the memo.
//
// The outcome of going on from a choice depends on the position and on: the counters
// of the loops around, whether the iteration that is under way has got anywhere yet,
// which of the groups took part that a condition further on asks for, and what text
// those groups hold that a back-reference further on repeats.
func (c *compiler) numberRows() {
	p := c.prog
	conds, condGroups, ok1 := p.reach(iCond)
	refs, refGroups, ok2 := p.reach(iBackref)
	if !ok1 || !ok2 {
		p.limited = true
		return
	}
	width := 0
	p.rows = make([]row, 0, len(c.choices))
	for _, choice := range c.choices {
		pc := choice.at
		r := row{base: int32(width), levels: choice.levels, context: choice.context, groups: members(refGroups, refs[pc])}
		for _, g := range members(condGroups, conds[pc]) {
			r.context = append(r.context, condition{groupSet, 2 * g, 2})
		}
		states := 1
		for _, x := range r.context {
			states *= int(x.count)
			if states > maxStates {
				p.limited, p.rows = true, nil
				return
			}
		}
		r.states = int32(states)
		if len(r.groups) == 0 {
			width += states * int(1+r.levels)
		}
		p.rows = append(p.rows, r)
		p.code[pc].row = int32(len(p.rows) - 1)
	}
	p.memoWidth = width
	if width > maxStates {
		p.limited, p.rows = true, nil
	}
}

// reach returns for each place a set of groups: those of the instructions op that the
// matcher can still come to from there. It fails beyond 64 groups.
func (p *program) reach(op opcode) (sets []uint64, groups []int32, ok bool) {
	number := map[int32]int{}
	for _, in := range p.code {
		if _, seen := number[in.n]; in.op == op && !seen {
			number[in.n] = len(groups)
			groups = append(groups, in.n)
		}
	}
	if len(groups) > 64 {
		return nil, nil, false
	}
	sets = make([]uint64, len(p.code))
	for changed := len(groups) > 0; changed; {
		changed = false
		for pc := len(sets) - 1; pc >= 0; pc-- {
			in := &p.code[pc]
			set := sets[pc]
			if in.op == op {
				set |= 1 << number[in.n]
			}
			for _, next := range p.successors(int32(pc)) {
				set |= sets[next]
			}
			changed = changed || set != sets[pc]
			sets[pc] = set
		}
	}
	return sets, groups, true
}

func members(groups []int32, set uint64) []int32 {
	var out []int32
	for i, g := range groups {
		if set>>i&1 != 0 {
			out = append(out, g)
		}
	}
	return out
}
