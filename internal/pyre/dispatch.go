package pyre

// leading is the number of bytes at the beginning of a text that a Set looks at.
const leading = 6

// A place is a point in a program while it is followed byte by byte: off bytes of
// the string, or characters of the run, at pc have been read.
type place struct{ pc, off int32 }

// leadingBytes returns for each of the first bytes of a text which values a match can
// have there that begins at the beginning of the text. Texts may also be shorter.
func (p *program) leadingBytes() (sets [leading]byteSet) {
	if p.begin != atTextBegin {
		for k := range sets {
			sets[k] = everyByte
		}
		return sets
	}
	w := walker{prog: p, places: map[place]bool{}}
	w.add(0)
	for k := range sets {
		sets[k] = w.step()
	}
	return sets
}

var everyByte = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), 1}

// A walker follows all ways through a program at once.
type walker struct {
	prog   *program
	places map[place]bool // that read a byte next
	lost   bool           // anything may come: a match has ended, or bytes and characters differ
}

// step reads one byte and returns which it may be.
func (w *walker) step() byteSet {
	if w.lost {
		return everyByte
	}
	var set byteSet
	places := w.places
	w.places = map[place]bool{}
	for at := range places {
		w.read(at, &set)
	}
	return set
}

// read adds to set the bytes that may come at a place, and goes behind them.
func (w *walker) read(at place, set *byteSet) {
	in := &w.prog.code[at.pc]
	switch in.op {
	case iByte:
		set.add(in.c)
		w.add(at.pc + 1)
	case iLit:
		lit := w.prog.lits[in.n].text
		set.add(lit[at.off])
		if int(at.off)+1 < len(lit) {
			w.places[place{at.pc, at.off + 1}] = true
		} else {
			w.add(at.pc + 1)
		}
	case iTextEnd, iLineEnd:
		set.add('\n')
		w.lost = true
	case iSet, iRunGreedy, iRunLazy, iRunAll:
		chars := w.prog.sets[in.n]
		first := chars.firstBytes()
		set.or(&first)
		if len(chars.high) > 0 {
			w.lost = true
		}
		if in.op == iSet {
			w.add(at.pc + 1)
		} else {
			w.goOn(place{at.pc, at.off + 1})
		}
	}
}

// goOn adds what can come in or behind the run at a place.
func (w *walker) goOn(at place) {
	in := &w.prog.code[at.pc]
	if at.off < in.y {
		w.places[at] = true
	}
	if at.off >= in.x {
		w.add(at.pc + 1)
	}
}

// add follows all ways from pc to where a byte is read.
func (w *walker) add(pc int32) {
	seen := map[int32]bool{}
	todo := []int32{pc}
	for len(todo) > 0 && !w.lost {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		in := &w.prog.code[pc]
		switch in.op {
		case iMatch, iBackref:
			w.lost = true
		case iFail, iAbsEnd:
		case iByte, iLit, iSet, iTextEnd, iLineEnd:
			w.places[place{pc, 0}] = true
		case iRunGreedy, iRunLazy, iRunAll:
			w.places[place{pc, 0}] = true
			if in.x == 0 {
				todo = append(todo, pc+1)
			}
		case iSplit, iBranch, iAgain, iCond:
			todo = append(todo, in.x, in.y)
		case iCount:
			todo = append(todo, pc+1, in.y)
		case iJump, iHop, iAtomic:
			todo = append(todo, in.x)
		case iLook:
			todo = append(todo, in.y)
		default:
			todo = append(todo, pc+1)
		}
	}
}
