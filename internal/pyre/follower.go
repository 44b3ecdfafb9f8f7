package pyre

import "slices"

// A follower goes along ways through a program, from one byte to the next.
type follower struct {
	prog      *program
	alphabet  *alphabet
	spotOf    []int32  // by instruction: the first of its places
	looksBack []bool   // by instruction: whether what is before the byte can matter from there on
	asksFor   []uint64 // by instruction: the groups, of conditions, that a condition from there on asks for
	groups    []int32  // those of the conditions
	endsFor   []uint64 // by instruction: the loops of which an iteration can end from there on
	loops     []int32  // the slots of those whose iterations can be empty

	// Of the step under way:
	class   uint8 // of the next byte
	before  uint8 // of the one before, or end if there is none
	answers []answer
	asked   string // what an answer is wanted for
	over    bool   // what comes after the last way is of no account
	ways    []way  // so far, behind the byte
	bounds  []byte // of all ways, the memory
	noted   bool   // whether now may be among them
	round   uint16
	passed  visits // before the byte
	arrived visits // behind it

	steps int // places passed in all rounds
}

// An answer says whether text stands in front of the byte.
type answer struct {
	text   string
	stands bool
}

// Visits say by place in which round, and in which of the conditions, a way has come there. One that comes later is not preferred, and can
// do nothing else from there.
type visits []visit

type visit struct{ round, with uint16 }

// mostPlaces limits the programs that are followed.
const mostPlaces = 8 << 10

const mostConditions = 4 // groups and loops, of which with says whether they are set, or have read nothing so far

// init prepares f for p. It reports whether p is made of nothing but what f knows.
func (f *follower) init(p *program, letters *alphabet) bool {
	f.prog, f.alphabet = p, letters
	if p.begin != atTextBegin || p.possessive {
		return false
	}
	spots := int32(0)
	f.spotOf = make([]int32, len(p.code))
	for pc := range p.code {
		if !p.canFollow(int32(pc)) {
			return false
		}
		f.spotOf[pc] = spots
		if spots += p.placesOf(&p.code[pc]); spots > mostPlaces {
			return false
		}
	}
	f.passed, f.arrived = make(visits, spots), make(visits, spots)
	f.findLooksBack()
	conds, loops := true, true
	if p.has(iCond) {
		f.asksFor, f.groups, conds = p.reach(iCond)
	}
	if p.has(iAgain) {
		f.endsFor, f.loops, loops = p.reach(iAgain)
	}
	return conds && loops && len(f.groups)+len(f.loops) <= mostConditions && !slices.ContainsFunc(f.groups, p.reopens)
}

// findLooksBack works out where it matters what is before the byte.
func (f *follower) findLooksBack() {
	code := f.prog.code
	f.looksBack = make([]bool, len(code))
	for changed := true; changed; {
		changed = false
		for pc := int32(len(code)) - 1; pc >= 0; pc-- {
			in := &code[pc]
			looks := false
			switch in.op {
			case iWordEdge, iNoWordEdge:
				looks = true
			case iLook:
				looks = in.flags&flagBehind != 0 || f.looksBack[in.y]
			case iByte, iLit, iSet:
			default:
				looks = slices.ContainsFunc(f.prog.successors(pc), func(next int32) bool { return f.looksBack[next] })
			}
			changed = changed || looks != f.looksBack[pc]
			f.looksBack[pc] = looks
		}
	}
}

// lookBack reports whether for one of the ways it matters what is before the byte.
func (f *follower) lookBack(ways []way) bool {
	return slices.ContainsFunc(ways, func(w way) bool { return w.at.pc != matched && f.looksBack[w.at.pc] })
}

// follow returns the ways behind a byte of the class, valid until the next step. If an answer is asked for, they cannot be told without it.
func (f *follower) follow(s state, class uint8, answers []answer) (ways []way, asked string) {
	f.class, f.before, f.answers, f.asked = class, s[0], answers, ""
	f.ways, f.bounds, f.noted, f.over = f.ways[:0], f.bounds[:0], false, false
	if f.round++; f.round == 0 { // those of long ago are not to be taken for those of this one
		clear(f.passed)
		clear(f.arrived)
		f.round = 1
	}
	var bounds []uint8
	for i := 1; i < len(s) && !f.over; {
		at, same := s.place(i)
		if i += placeSize; !same {
			bounds = own(f, s[i:i+f.prog.slots])
			i += f.prog.slots
		}
		if at.pc == matched {
			f.match(bounds)
		} else {
			f.from(at, bounds)
		}
	}
	return f.ways, f.asked
}

// own returns a copy of bounds that is valid until the next step.
func own[bytes state | []uint8](f *follower, bounds bytes) []uint8 {
	first := len(f.bounds)
	f.bounds = append(f.bounds, bounds...)
	return f.bounds[first:len(f.bounds):len(f.bounds)]
}

// match adds the way that has matched. No other is preferred to it but those before.
func (f *follower) match(bounds []uint8) {
	f.ways = append(f.ways, way{place{matched, 0}, bounds})
	f.over = true
}

// from goes along all ways from a place that lead behind the byte.
func (f *follower) from(at place, bounds []uint8) {
	if f.over || f.comesLate(f.passed, at, bounds) {
		return
	}
	f.steps++
	switch in := &f.prog.code[at.pc]; in.op {
	case iMatch:
		f.match(f.with(now, f.behind(bounds), 1))
	case iByte:
		f.readIf(f.alphabet.is(f.class, in.c), place{at.pc + 1, 0}, bounds)
	case iSet:
		f.readIf(f.alphabet.in(f.class, f.prog.sets[in.n]), place{at.pc + 1, 0}, bounds)
	case iLit:
		next := place{at.pc, at.off + 1}
		text := f.prog.lits[in.n].text
		if int(next.off) == len(text) {
			next = place{at.pc + 1, 0}
		}
		f.readIf(f.alphabet.is(f.class, text[at.off]), next, bounds)
	case iRunGreedy, iRunAll:
		f.readMore(in, at, bounds)
		f.leaveRun(in, at, bounds)
	case iRunLazy:
		f.leaveRun(in, at, bounds)
		f.readMore(in, at, bounds)
	default:
		f.goOn(in, at.pc, bounds)
	}
}

// goOn does what the instruction in at pc, which reads nothing, says.
func (f *follower) goOn(in *inst, pc int32, bounds []uint8) {
	ahead := func(pc int32) { f.from(place{pc, 0}, bounds) }
	switch in.op {
	case iSave:
		bounds = f.with(now, bounds, in.n)
		ahead(pc + 1)
	case iJump:
		ahead(in.x)
	case iEnter:
		read := uint8(now)
		if in.flags&flagFirst != 0 {
			read = 0
		}
		bounds = f.with(read, bounds, in.n)
		ahead(pc + 1)
	case iAgain:
		if bounds[in.n] != now {
			ahead(in.x)
		} else {
			ahead(in.y)
		}
	case iSplit:
		ahead(in.x)
		ahead(in.y)
	case iCond:
		if isSet(bounds, in.n) {
			ahead(in.x)
		} else {
			ahead(in.y)
		}
	case iNeed: // only saves the matcher from going a way in vain
		ahead(pc + 1)
	case iLook:
		if f.sees(in) != (in.flags&flagNegative != 0) {
			ahead(in.y)
		}
	case iTextEnd, iAbsEnd, iLineEnd, iWordEdge, iNoWordEdge:
		if f.holds(in.op) {
			ahead(pc + 1)
		}
	}
}

// comesLate reports whether another way has been at a place before in this round, and notes that one is there.
func (f *follower) comesLate(places visits, at place, bounds []uint8) bool {
	v := &places[f.spotOf[at.pc]+at.off]
	if v.round != f.round {
		*v = visit{round: f.round}
	}
	with := uint16(1) << f.setFor(at.pc, bounds)
	late := v.with&with != 0
	v.with |= with
	return late
}

// setFor returns in which of the conditions a way is that matter from pc on.
func (f *follower) setFor(pc int32, bounds []uint8) (set uint) {
	for i, group := range f.groups {
		if f.asksFor[pc]>>i&1 != 0 && isSet(bounds, group) {
			set |= 1 << i
		}
	}
	for i, slot := range f.loops {
		if f.endsFor[pc]>>i&1 != 0 && bounds[slot] == now {
			set |= 1 << (len(f.groups) + i)
		}
	}
	return set
}

// behind returns what becomes of bounds when a byte is read.
func (f *follower) behind(bounds []uint8) []uint8 {
	for _, slot := range f.loops {
		if bounds[slot] == now {
			bounds = f.with(0, bounds, slot)
		}
	}
	return bounds
}

// isSet reports whether the bounds of a group are set.
func isSet(bounds []uint8, group int32) bool { return bounds[2*group] != 0 && bounds[2*group+1] != 0 }

// with returns bounds, but the register for a slot.
func (f *follower) with(register uint8, bounds []uint8, slot int32) []uint8 {
	bounds = own(f, bounds)
	bounds[slot] = register
	f.noted = f.noted || register == now
	return bounds
}

// readIf adds the way to a place behind the byte if that is one to be read.
func (f *follower) readIf(ok bool, next place, bounds []uint8) {
	if !ok || f.over {
		return
	}
	if bounds = f.behind(bounds); !f.comesLate(f.arrived, next, bounds) {
		f.ways = append(f.ways, way{next, bounds})
	}
}

// readMore reads the byte as part of the run in.
func (f *follower) readMore(in *inst, at place, bounds []uint8) {
	switch {
	case in.y == manyTimes:
		f.readIf(f.alphabet.in(f.class, f.prog.sets[in.n]), place{at.pc, min(at.off+1, in.x)}, bounds)
	case at.off < in.y:
		f.readIf(f.alphabet.in(f.class, f.prog.sets[in.n]), place{at.pc, at.off + 1}, bounds)
	}
}

// leaveRun goes on behind the run in.
func (f *follower) leaveRun(in *inst, at place, bounds []uint8) {
	if at.off >= in.x {
		f.from(place{at.pc + 1, 0}, bounds)
	}
}

// holds reports whether an assertion holds between the bytes.
func (f *follower) holds(op opcode) bool {
	a := f.alphabet
	switch op {
	case iAbsEnd:
		return f.class == a.end
	case iTextEnd:
		return f.class == a.end || f.class == a.last
	case iLineEnd:
		return f.class == a.end || a.is(f.class, '\n')
	}
	edge := a.isWord(f.before) != a.isWord(f.class)
	if op == iWordEdge {
		return edge
	}
	empty := f.before == a.end && f.class == a.end
	return !edge && !empty
}

// sees reports whether what the look-around in looks for is there. If the text must be asked for that, what it says is of no account.
func (f *follower) sees(in *inst) bool {
	class := f.class
	if in.flags&flagBehind != 0 {
		class = f.before
	}
	switch body := &f.prog.code[in.x]; body.op {
	case iByte:
		return f.alphabet.is(class, body.c)
	case iSet:
		return f.alphabet.in(class, f.prog.sets[body.n])
	default:
		text := f.prog.lits[body.n].text
		return f.alphabet.is(class, text[0]) && f.stands(text)
	}
}

// stands reports whether text stands in front of the byte, or asks for it.
func (f *follower) stands(text string) bool {
	for _, a := range f.answers {
		if a.text == text {
			return a.stands
		}
	}
	f.asked, f.over = text, true
	return false
}
