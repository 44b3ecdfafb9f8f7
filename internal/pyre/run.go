package pyre

import "unicode/utf8"

// A frame is something to do when the matcher goes back.
type frame struct {
	kind  frameKind
	level int16 // frameSure, frameSureRun
	pos   int32
	a, b  int32
}

type frameKind uint16

const (
	frameGoto   frameKind = iota // go on at instruction a from pos
	frameUndo                    // slots[pos] was a
	frameGreedy                  // the run at b ended at pos, and may end down to a
	frameLazy                    // the run at b ended at pos: a characters, or from a on

	// These come only while failures are remembered, see memo.go.
	frameSplit     // go on at the other branch of the split at a, the state with bit b
	frameNote      // the state with bit a, of row b, has failed
	frameNoteState // the choice of row a at pos has failed in the present state
	frameNoteRun   // the run at b has failed from a to pos
	frameSure      // the state with bit a, of row b, is sure in so many levels
	frameSureRun   // the run at b is sure from a to pos in so many levels
)

// push puts a frame on the stack. It writes field by field: a whole frame would be put
// together elsewhere first, and reading it back from there is slow.
func (m *Matcher) push(kind frameKind, pos, a, b int32) {
	if m.depth >= len(m.stack) {
		m.growStack()
	}
	f := &m.stack[m.depth]
	f.kind, f.level = kind, 0
	f.pos, f.a, f.b = pos, a, b
	m.depth++
}

func (m *Matcher) growStack() {
	m.stack = append(m.stack, make([]frame, max(64, len(m.stack)))...)
}

// set changes a slot until the matcher goes back.
func (m *Matcher) set(slot, value int32) {
	m.push(frameUndo, slot, m.slots[slot], 0)
	m.slots[slot] = value
}

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
func (m *Matcher) run(pc, pos int32) (int32, bool) {
	base := m.depth
	code := m.prog.code
	text := m.text
	n := int32(len(text))
	from := pos // where this way began
	noting := m.memo.on
	outermost := pc == 0 // not in a body of its own
	for {
		in := &code[pc]
		ok, known := false, unknown
		switch in.op {
		case iMatch:
			return pos, true
		case iByte:
			if pos < n && text[pos] == in.c {
				pos++
				pc++
				continue
			}
		case iLit:
			lit := m.prog.lits[in.n]
			if int(n-pos) >= len(lit) && text[pos] == in.c && string(text[pos:int(pos)+len(lit)]) == lit {
				pos += int32(len(lit))
				pc++
				continue
			}
		case iSet:
			if pos < n {
				if c := text[pos]; bit(in.table[c], in.bitX) {
					pos++
					pc++
					continue
				} else if c >= utf8.RuneSelf {
					if w := m.wide(in, pos); w > 0 {
						pos += w
						ok = true
					}
				}
			}
		case iSplit:
			if noting {
				if pc, known = m.splitNoting(in, pc, pos); known == unknown {
					continue
				}
				break
			}
			var v uint64
			if pos < n {
				v = in.table[text[pos]]
			} else {
				v = in.table[endOfText]
			}
			if bit(v, in.bitX) {
				if bit(v, in.bitY) {
					m.push(frameGoto, pos, in.y, 0)
				}
				pc = in.x
				continue
			}
			if bit(v, in.bitY) {
				pc = in.y
				continue
			}
		case iJump:
			pc = in.x
			continue
		case iEnter:
			begin := pos
			if in.flags&flagFirst != 0 {
				begin = -1
			}
			m.set(in.n, begin)
			ok = true
		case iSave:
			// With no way to go back to there is nothing to restore.
			if m.depth > 0 || !outermost {
				m.push(frameUndo, in.n, m.slots[in.n], 0)
			}
			m.slots[in.n] = pos
			pc++
			continue
		case iTextBegin:
			ok = pos == 0
		case iTextEnd:
			ok = pos == n || pos == n-1 && text[pos] == '\n'
		case iAbsEnd:
			ok = pos == n
		case iLineBegin:
			ok = pos == 0 || text[pos-1] == '\n'
		case iLineEnd:
			ok = pos == n || text[pos] == '\n'
		case iWordEdge:
			ok = m.atWordEdge(pos, in.flags&flagASCII != 0)
		case iNoWordEdge:
			ok = n > 0 && !m.atWordEdge(pos, in.flags&flagASCII != 0)
		case iRunAll, iRunGreedy, iRunLazy:
			end := pos
			if noting {
				end, known = m.runNoting(in, pc, pos)
				ok = known == unknown
			} else {
				// The most frequent runs are done here, without calls: those of no
				// character at all, and possessive ones of ASCII.
				v := in.table[endOfText]
				if pos < n {
					v = in.table[text[pos]]
				}
				switch {
				case !bit(v, in.bitX) && (pos == n || text[pos] < utf8.RuneSelf):
					ok = in.x == 0 && bit(v, in.bitY)
				case in.flags&flagPlain != 0:
					limit := min(int(n), int(pos)+int(in.y))
					end += int32(span(text[pos:limit], in))
					if int(end) < limit && text[end] >= utf8.RuneSelf {
						end, ok = m.runAll(in, pos)
					} else {
						ok = end-pos >= in.x && m.follows(in, end)
					}
				case in.op == iRunAll:
					end, ok = m.runAll(in, pos)
				case in.op == iRunGreedy:
					end, ok = m.runGreedy(in, pc, pos)
				default:
					end, ok = m.runLazy(in, pc, pos)
				}
			}
			if ok {
				pos = end
			} else {
				m.work += int(end-pos) >> workShift
			}
		case iLook:
			held := m.look(in, pos)
			noting = m.memo.on
			if held {
				pc = in.y
				continue
			}
		case iAtomic:
			before := m.depth
			m.step()
			end, matched := m.run(in.x, pos)
			noting = m.memo.on
			if matched {
				m.settle(before)
				if end >= 0 {
					pos = end
					pc = in.y
					continue
				}
				if end < -1 {
					return end + 1, true
				}
			}
		case iBackref:
			var end int32
			if end, ok = m.backref(in, pos); ok {
				pos = end
			}
		case iCond:
			pc = in.y
			if start, end := m.slots[2*in.n], m.slots[2*in.n+1]; start >= 0 && end >= start {
				pc = in.x
			}
			continue
		case iAgain:
			if m.slots[in.n] == pos {
				pc = in.y
			} else {
				pc = in.x
			}
			continue
		case iCountStart:
			m.set(in.n, 0)
			m.set(in.n+1, -1)
			ok = true
		case iCount:
			m.step()
			if m.gaveUp {
				break
			}
			noting = m.memo.on
			if noting {
				if known = m.enter(in.row, pos); known != unknown {
					break
				}
			}
			pc = m.count(in, pc, pos)
			continue
		case iCountBody:
			m.countBody(in, pos)
			ok = true
		}
		if ok {
			pc++
			continue
		}
		if known > 0 {
			return -int32(known), true
		}
		if m.gaveUp {
			return 0, false
		}
		m.work += 1 + int(pos-from)>>workShift
		if m.work > m.pause {
			if m.decide(); m.gaveUp {
				return 0, false
			}
			noting = m.memo.on
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
			return 0, false
		}
		if f := &m.stack[m.depth-1]; f.kind == frameGoto {
			m.depth--
			pc, pos = f.a, f.pos
		} else if pc, pos = m.back(base); pc < 0 {
			return 0, false
		}
		from = pos
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
