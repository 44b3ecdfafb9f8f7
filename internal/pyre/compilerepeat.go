package pyre

import "slices"

// repeat compiles a counted, lazy, greedy or possessive repeat.
func (c *compiler) repeat(n *node) {
	if n.max == 0 {
		return
	}
	body := n.subs[0]
	if set := singleSet(body); set != nil {
		c.run(n, set)
		return
	}
	if n.kind == possessive {
		inner := *n
		inner.kind = greedy
		c.atomic(&inner)
		return
	}
	copies := n.max
	if n.max == unlimited {
		copies = n.min
	}
	limit := unrollSize
	if len(c.prog.code) > longProgram {
		limit = unrollLate
	}
	if copies > 1 && copies*min(sizeOf(body), limit+1) > limit {
		c.counted(n)
		return
	}
	if n.max == unlimited {
		for range n.min - 1 {
			c.node(body)
		}
		c.loop(n, n.min > 0)
		return
	}
	for range n.min {
		c.node(body)
	}
	c.optional(n)
}

// sizeOf estimates how many instructions n takes. It never says more than a few
// thousand.
func sizeOf(n *node) int {
	size := 2
	for _, s := range n.subs {
		size += sizeOf(s)
	}
	if n.op == opRep && singleSet(n.subs[0]) == nil {
		copies := max(n.max, n.min, 1)
		if whole := size * min(copies, unrollSize); whole <= unrollSize {
			size = whole
		}
	}
	return min(size, 10*unrollSize)
}

// run compiles the repeat of a single character.
func (c *compiler) run(n *node, set *charset) {
	if n.min == 1 && n.max == 1 {
		c.node(n.subs[0])
		return
	}
	in := inst{op: iRunGreedy, n: c.setIndex(set), x: int32(min(n.min, manyTimes)), y: manyTimes}
	switch n.kind {
	case lazy:
		in.op = iRunLazy
	case possessive:
		in.op = iRunAll
		c.prog.possessive = true
	}
	if n.max != unlimited && n.max < manyTimes {
		in.y = int32(n.max)
	}
	c.choice(in)
}

// branch makes the split at pc choose between the body, which follows it, and exit,
// in the order that the kind of repeat says.
func (c *compiler) branch(pc, exit int32, kind greed) {
	if kind == lazy {
		c.at(pc).x, c.at(pc).y = exit, pc+1
		return
	}
	c.at(pc).x, c.at(pc).y = pc+1, exit
}

// loop compiles the unlimited part of a repeat, with the last iteration that must be
// if atLeastOne:
//
//	      enter first, if the body can be empty; jump body
//	head: split next, exit
//	next: enter, if the body can be empty
//	body: …
//	      again head, exit / jump head
//	exit:
func (c *compiler) loop(n *node, atLeastOne bool) {
	outer := c.context
	slot, inside := c.iterations(n.subs[0])
	skip := int32(-1)
	if atLeastOne {
		c.enterIteration(slot, flagFirst)
		skip = c.emit(inst{op: iJump})
	}
	head := c.choice(inst{op: iSplit, flags: flagHead})
	c.context = inside
	c.enterIteration(slot, 0)
	if atLeastOne {
		c.at(skip).x = c.here()
	}
	c.loops++
	c.node(n.subs[0])
	c.loops--
	c.context = outer
	end := c.emit(inst{op: iJump, x: head})
	if slot >= 0 {
		*c.at(end) = inst{op: iAgain, n: slot, x: head, y: c.here(), row: -1}
	}
	c.branch(head, c.here(), n.kind)
}

// iterations returns the slot for the beginning of iterations of body and the context
// inside; the slot is -1 if body cannot be empty.
func (c *compiler) iterations(body *node) (slot int32, inside []condition) {
	if !canBeEmpty(body) {
		return -1, c.context
	}
	slot = c.newSlot()
	return slot, append(slices.Clone(c.context), condition{progress, slot, 2})
}

// enterIteration notes where an iteration begins, if slot says that it can be empty.
func (c *compiler) enterIteration(slot int32, flags uint16) {
	if slot >= 0 {
		c.emit(inst{op: iEnter, n: slot, flags: flags})
	}
}

// optional compiles the iterations between min and max: each can be the last, and an
// empty one is.
func (c *compiler) optional(n *node) {
	outer := c.context
	var splits, ends []int32
	for range n.max - n.min {
		splits = append(splits, c.choice(inst{op: iSplit}))
		slot, inside := c.iterations(n.subs[0])
		c.context = inside
		c.enterIteration(slot, 0)
		c.node(n.subs[0])
		c.context = outer
		if slot >= 0 {
			ends = append(ends, c.emit(inst{op: iAgain, n: slot, x: c.here() + 1}))
		}
	}
	exit := c.here()
	for _, at := range splits {
		c.branch(at, exit, n.kind)
	}
	for _, at := range ends {
		c.at(at).y = exit
	}
}

// canBeEmpty reports whether n may match without going on in the text.
func canBeEmpty(n *node) bool {
	switch n.op {
	case opLit, opSet:
		return false
	case opCat:
		for _, s := range n.subs {
			if !canBeEmpty(s) {
				return false
			}
		}
		return true
	case opAlt, opCond:
		for _, s := range n.subs {
			if canBeEmpty(s) {
				return true
			}
		}
		return false
	case opRep:
		return n.min == 0 || canBeEmpty(n.subs[0])
	case opGroup, opAtomic:
		return canBeEmpty(n.subs[0])
	}
	return true
}

// counted compiles a repeat that is too big to be written out. slots[n] counts the
// iterations, slots[n+1] is where the last optional one began: an iteration that was
// empty is the last.
//
//	      countstart
//	head: count body, exit
//	body: countbody
//	      …
//	      jump head
//	exit:
func (c *compiler) counted(n *node) {
	slot := c.newSlot()
	last := c.newSlot()
	low := int32(min(n.min, manyTimes))
	high, endless := low, uint16(flagEndless)
	if n.max != unlimited {
		high, endless = int32(min(n.max, manyTimes)), 0
	}
	var order uint16
	if n.kind == lazy {
		order = flagLazy
	}
	outer := c.context
	c.context = append(slices.Clone(outer), condition{iteration, slot, high + 1})
	if canBeEmpty(n.subs[0]) {
		c.context = append(c.context, condition{progress, last, 2})
	}
	c.emit(inst{op: iCountStart, n: slot})
	head := c.choice(inst{op: iCount, flags: order, n: slot})
	c.emit(inst{op: iCountBody, flags: endless, n: slot, x: low, y: high})
	c.loops++
	c.node(n.subs[0])
	c.loops--
	c.emit(inst{op: iJump, x: head})
	c.at(head).y = c.here()
	c.context = outer
}
