package pyre

// mayFollow reports whether a character of set can be what a match going on from pc reads first. Bytes tell that mostly;
// only where the characters beyond ASCII decide, as with \S before \s, are they compared.
func (c *compiler) mayFollow(pc int32, set *charset, leads *byteSet, firsts []byteSet) bool {
	both := firsts[pc]
	both.keep(leads)
	switch {
	case both == byteSet{}:
		return false
	case both[0]|both[1] != 0:
		return true
	}
	seen := map[int32]bool{}
	todo := []int32{pc}
	for len(todo) > 0 {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pc] || !firsts[pc].intersects(leads) {
			continue
		}
		seen[pc] = true
		switch in := c.at(pc); in.op {
		case iMatch, iBackref, iByte, iLit:
			return true
		case iSet, iRunGreedy, iRunLazy, iRunAll:
			if c.prog.sets[in.n].intersects(set) {
				return true
			}
			if in.op != iSet && in.x == 0 {
				todo = append(todo, pc+1)
			}
		case iLook:
			if in.flags&(flagNegative|flagBehind) != 0 {
				todo = append(todo, in.y)
			} else {
				todo = append(todo, in.x) // what it sees is what comes next
			}
		case iAtomic:
			todo = append(todo, in.x)
		default:
			todo = append(todo, c.prog.successors(pc)...)
		}
	}
	return false
}
