package pyre

import (
	"encoding/binary"
	"unicode/utf8"
)

// A halt says why stride stopped.
type halt uint8

const (
	haltRare  halt = iota // the instruction is for rare
	haltFail              // no way leads on from here; the matcher must go back
	haltRoom              // the stack may be too small for what the instruction puts there
	haltAlarm             // so many frames are on the stack that it is time to decide how to go on
)

// mostPushed is how many frames one instruction of stride puts on the stack at most.
const mostPushed = 3

// stride executes the instructions of which nearly all of a search consists, from pc on, with the text from pos, and goes back to
// choices above base when they fail. It returns where it stopped, and why; an instruction that it stopped at has done nothing yet.
//
// It calls nothing, or only what the compiler puts in line, so that its state stays in registers; what takes a call is left to run,
// which comes back here. A run is followed by the runs and the branch behind it without another turn of the switch.
func (m *Matcher) stride(pc, pos, base int) (int, int, halt) {
	code, text, p := m.code, m.text, m.prog
	depth, why := m.depth, haltRare
loop:
	for {
		in := &code[pc]
		switch in.op {
		case iByte:
			if uint(pos) >= uint(len(text)) || text[pos] != in.c {
				goto back
			}
			pos++
			pc++
			continue
		case iLit:
			lit := &p.lits[in.n]
			if !lit.begins(text[pos:]) {
				goto back
			}
			pos += len(lit.text)
			pc++
			continue
		case iSet:
			if uint(pos) >= uint(len(text)) {
				goto back
			}
			c := text[pos]
			if !bit(in.table[c], in.bitX) {
				if c < utf8.RuneSelf {
					goto back
				}
				break loop
			}
			pos++
			pc++
			continue
		case iSave:
			if depth >= len(m.stack) {
				why = haltRoom
				break loop
			}
			depth = m.saveAbove(depth, in.n, pos)
			pc++
			continue
		case iRunAll, iRunGreedy:
			for in.op == iRunAll || in.op == iRunGreedy {
				if in.flags&flagLong != 0 {
					break loop
				}
				end, next := in.plainEnd(text, pos), endOfText
				low := pos + int(in.x)
				if uint(end) < uint(len(text)) {
					next = int(text[end])
					if next >= utf8.RuneSelf && end-pos < int(in.y) {
						break loop
					}
				}
				if in.flags&flagByte != 0 { // the next instruction is done, too
					pos = end
					if end < low || next != int(in.c) {
						goto back
					}
					pos++
					pc += 2
					in = &code[pc]
					continue
				}
				if in.op == iRunGreedy && end > low { // it may also be shorter
					if depth >= len(m.stack) {
						why = haltRoom
						break loop
					}
					m.stack[depth].put(frameGreedy, int32(end), int32(low))
					m.stack[depth].b = int32(pc)
					depth++
				}
				if end < low || !bit(in.table[next], in.bitY) {
					pos = end
					goto back
				}
				pos = end
				pc++
				in = &code[pc]
			}
			if in.op != iBranch && in.op != iHop {
				continue
			}
		case iBranch, iHop:
		case iJump:
			if depth > m.alarm {
				why = haltAlarm
				break loop
			}
			pc = int(in.x)
			continue
		case iTextEnd:
			if pos < len(text)-1 || pos < len(text) && text[pos] != '\n' {
				goto back
			}
			pc++
			continue
		default:
			break loop
		}
		{ // a branch or hop
			if depth+mostPushed > len(m.stack) {
				why = haltRoom
				break loop
			}
			next := p.classes[endOfText]
			if uint(pos) < uint(len(text)) {
				next = p.classes[text[pos]]
			}
			j := &p.jumps[int(in.n)+int(next)]
			if j.before != 0 {
				depth = m.saveAbove(depth, int32(j.before), pos)
			}
			if j.y != noWay {
				m.stack[depth].put(frameGoto, int32(pos), int32(j.y))
				depth++
			}
			if j.x != noWay {
				if j.after != 0 {
					depth = m.saveAbove(depth, int32(j.after), pos)
				}
				if j.skip {
					pos++
				}
				pc = int(j.x)
				continue
			}
		}
	back:
		depth = m.undoAbove(base, depth)
		if depth == base || m.work >= m.pause || m.stack[depth-1].kind != frameGoto {
			why = haltFail
			break loop
		}
		depth--
		m.work++
		f := &m.stack[depth]
		if again := pos - int(f.pos); again > 0 { // will be read again
			m.work += again >> workShift
		}
		pc, pos = int(f.a), int(f.pos)
	}
	m.depth = depth
	return pc, pos, why
}

// begins reports whether text begins with l.
func (l *lit) begins(text []byte) bool {
	k := 0
	if len(text) >= wordSize {
		if (binary.LittleEndian.Uint64(text)^l.head)&l.mask != 0 {
			return false
		}
		k = wordSize
	}
	for k < len(l.text) && k < len(text) && l.text[k] == text[k] {
		k++
	}
	return k >= len(l.text)
}

// plainEnd returns where the run in at pos ends if its characters are single bytes.
func (in *inst) plainEnd(text []byte, pos int) int {
	limit := min(len(text), pos+int(in.y))
	table, own := in.table, uint64(1)<<(in.bitX&63)
	for uint(pos) < uint(limit) && table[text[pos]]&own != 0 {
		pos++
	}
	return pos
}
