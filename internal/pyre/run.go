package pyre

import (
	"bytes"
	"unicode/utf8"
)

// run executes the program from pc, with the text from pos, up to the next iMatch.
// It returns where the match ends. A negative end, of an enclosed body, says that the
// state it has come to is sure in so many levels. On success the frames of the choices
// made remain on the stack; on failure the stack is as it was.
//
// It calls itself for look-arounds and atomic groups only, so that recursion is as
// deep as these are nested in the pattern.
//
// It is long because it is the inner loop of everything: what is frequent stands here
// and goes on without a call, what is rare is in methods of its own.
func (m *Matcher) run(begin, from int32) (end int32, matched bool) {
	base := m.depth
	code, text := m.code, m.text
	pc, pos := int(begin), int(from)
	for {
		in := &code[pc]
		switch in.op {
		case iMatch:
			return int32(pos), true
		case iByte:
			if uint(pos) < uint(len(text)) && text[pos] == in.c {
				pos++
				pc++
				continue
			}
		case iLit:
			lit := m.prog.lits[in.n]
			if len(text)-pos >= len(lit) && text[pos] == in.c && string(text[pos:pos+len(lit)]) == lit {
				pos += len(lit)
				pc++
				continue
			}
		case iSet:
			if uint(pos) < uint(len(text)) {
				c := text[pos]
				if bit(in.table[c], in.bitX) {
					pos++
					pc++
					continue
				}
				if c >= utf8.RuneSelf {
					if w := m.wide(in, int32(pos)); w > 0 {
						pos += int(w)
						pc++
						continue
					}
				}
			}
		case iBranch, iHop:
			next := m.prog.classes[endOfText]
			if uint(pos) < uint(len(text)) {
				next = m.prog.classes[text[pos]]
			}
			j := &m.prog.jumps[int(in.n)+int(next)]
			if j.before != 0 {
				m.save(int32(j.before), int32(pos))
			}
			if j.y != noWay {
				m.push(frameGoto, int32(pos), int32(j.y), 0)
			}
			if j.x != noWay {
				if j.after != 0 {
					m.save(int32(j.after), int32(pos))
				}
				pc = int(j.x)
				continue
			}
		case iSplit:
			next := in.table[endOfText]
			if uint(pos) < uint(len(text)) {
				next = in.table[text[pos]]
			}
			if bit(next, in.bitX) {
				if bit(next, in.bitY) {
					m.push(frameGoto, int32(pos), in.y, 0)
				}
				pc = int(in.x)
				continue
			}
			if bit(next, in.bitY) {
				pc = int(in.y)
				continue
			}
		case iJump:
			pc = int(in.x)
			if m.depth > m.alarm {
				if m.decide(); m.over {
					return 0, false
				}
				code = m.code
			}
			continue
		case iEnter:
			at := int32(pos)
			if in.flags&flagFirst != 0 {
				at = -1
			}
			m.set(in.n, at)
			pc++
			continue
		case iSave:
			m.save(in.n, int32(pos))
			pc++
			continue
		case iTextEnd:
			if pos == len(text) || pos == len(text)-1 && text[pos] == '\n' {
				pc++
				continue
			}
		case iNeed:
			if m.finds(in.n, pos) {
				pc++
				continue
			}
		case iTextBegin, iAbsEnd, iLineBegin, iLineEnd, iWordEdge, iNoWordEdge:
			if m.holds(in, int32(pos)) {
				pc++
				continue
			}
		case iRunAll, iRunGreedy:
			// The most frequent runs are done here, without calls: short ones of ASCII.
			rest := text[pos:]
			plain := in.x <= 1 || in.y < manyTimes
			i := 0
			if in.flags&flagStop == 0 {
				if int(in.y) < len(rest) {
					rest = rest[:in.y]
				}
				table, own := in.table, uint64(1)<<(in.bitX&63)
				for i < len(rest) && table[rest[i]]&own != 0 {
					i++
				}
				plain = plain && (i == len(rest) || rest[i] < utf8.RuneSelf)
			} else {
				if i = bytes.IndexByte(rest, in.c); i < 0 {
					i = len(rest)
				}
				if in.flags&flagTail != 0 && i >= int(in.x) && i >= len(rest)-1 && m.bodies == 0 {
					m.slots[code[pc+1].n] = int32(pos + i)
					return int32(pos + i), true
				}
			}
			ok := i >= int(in.x)
			if in.flags&flagByte != 0 && plain { // the next instruction is done, too
				if to := pos + i; ok && uint(to) < uint(len(text)) && text[to] == in.c {
					pos = to + 1
					pc += 2
					continue
				}
				pos += i
				break
			}
			next := in.table[endOfText]
			if uint(pos+i) < uint(len(text)) {
				next = in.table[text[pos+i]]
			}
			switch {
			case !plain:
				i, ok = m.runBeyond(in, pc, pos)
			case !ok:
			case bit(next, in.bitY) && (in.flags&flagFurther == 0 || m.leadsOn(in, int32(pos+i))):
				if in.op == iRunGreedy && i > int(in.x) {
					m.push(frameGreedy, int32(pos+i), int32(pos)+in.x, int32(pc))
				}
			case in.op == iRunAll:
				ok = false
			default:
				i, ok = m.shrink(in, pc, pos, i)
			}
			pos += i
			if ok {
				pc++
				continue
			}
		case iRunLazy:
			end, ok := m.runLazy(in, int32(pc), int32(pos))
			pos = int(end)
			if ok {
				pc++
				continue
			}
		case iCond:
			pc = int(in.y)
			if start, end := m.slots[2*in.n], m.slots[2*in.n+1]; start >= 0 && end >= start {
				pc = int(in.x)
			}
			continue
		case iAgain:
			if int(m.slots[in.n]) == pos {
				pc = int(in.y)
			} else {
				pc = int(in.x)
			}
			if m.depth > m.alarm {
				if m.decide(); m.over {
					return 0, false
				}
				code = m.code
			}
			continue
		case iLook:
			var held bool
			if in.flags&flagLit != 0 {
				held = m.isAhead(in, pos) != (in.flags&flagNegative != 0)
			} else {
				held = m.look(in, int32(pos))
				code = m.code
			}
			if held {
				pc = int(in.y)
				continue
			}
		case iAtomic:
			end, known := m.atomic(in, int32(pos))
			code = m.code
			if known == unknown {
				pos = int(end)
				pc = int(in.y)
				continue
			}
			if known > 0 {
				return -int32(known), true
			}
		case iBackref:
			if end, ok := m.backref(in, int32(pos)); ok {
				pos = int(end)
				pc++
				continue
			}
		case iCountStart:
			m.set(in.n, 0)
			m.set(in.n+1, -1)
			pc++
			continue
		case iCount, iCountNoting:
			if m.step(); m.over {
				return 0, false
			}
			if code = m.code; code[pc].op == iCountNoting {
				known := m.enter(in.row, int32(pos))
				if known > 0 {
					return -int32(known), true
				}
				if known == failed {
					break
				}
			}
			pc = int(m.count(in, int32(pc), int32(pos)))
			continue
		case iCountBody:
			m.countBody(in, int32(pos))
			pc++
			continue
		case iSplitNoting:
			next, known := m.splitNoting(in, int32(pc), int32(pos))
			if known == unknown {
				pc = int(next)
				continue
			}
			if known > 0 {
				return -int32(known), true
			}
		case iRunNoting:
			end, known := m.runNoting(in, int32(pc), int32(pos))
			if known == unknown {
				pos = int(end)
				pc++
				continue
			}
			if known > 0 {
				return -int32(known), true
			}
			m.work += int(end-int32(pos)) >> workShift
		}
		if m.over {
			return 0, false
		}
		m.work++
		if m.work > m.pause {
			if m.decide(); m.over {
				return 0, false
			}
			code = m.code
		}
		for m.depth > base { // the frequent frames here, the others in back
			f := &m.stack[m.depth-1]
			if f.kind != frameUndo {
				break
			}
			m.slots[f.pos] = f.a
			m.depth--
		}
		if m.depth == base {
			m.work += (pos - int(from)) >> workShift
			return 0, false
		}
		reached := pos
		if f := &m.stack[m.depth-1]; f.kind == frameGoto {
			m.depth--
			pc, pos = int(f.a), int(f.pos)
		} else if next, at := m.back(base); next >= 0 {
			pc, pos = int(next), int(at)
		} else {
			m.work += (reached - int(from)) >> workShift
			return 0, false
		}
		if reached > pos { // will be read again
			m.work += (reached - pos) >> workShift
		}
	}
}

// workShift says how many bytes read straight on count as one step.
const workShift = 6

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
