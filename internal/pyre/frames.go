package pyre

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

// push puts a frame on the stack. Frames are written field by field: a whole one would be put
// together elsewhere first, and reading it back from there is slow.
func (m *Matcher) push(kind frameKind, pos, a, b int32) {
	if m.depth >= len(m.stack) {
		m.growStack()
	}
	f := &m.stack[m.depth]
	f.put(kind, pos, a)
	f.b = b
	m.depth++
}

// put makes f a frame that needs no more than this.
func (f *frame) put(kind frameKind, pos, a int32) {
	f.kind, f.level = kind, 0
	f.pos, f.a = pos, a
}

func (m *Matcher) growStack() {
	m.stirred = true
	m.stack = append(m.stack, make([]frame, max(64, len(m.stack)))...)
}

// set changes a slot until the matcher goes back.
func (m *Matcher) set(slot, value int32) {
	m.push(frameUndo, slot, m.slots[slot], 0)
	m.slots[slot] = value
}

// saveAbove sets the slot of a group's bound while depth frames are in use, and returns how many are then.
func (m *Matcher) saveAbove(depth int, slot int32, pos int) int {
	at := &m.slots[slot]
	if depth > 0 || m.bodies > 0 { // else there is nothing to go back to
		m.stack[depth].put(frameUndo, slot, *at)
		depth++
	}
	*at = int32(pos)
	return depth
}

// undoAbove sets back the slots that were set since the last choice above base, and returns how many frames are in use then.
func (m *Matcher) undoAbove(base, depth int) int {
	for depth > base && m.stack[depth-1].kind == frameUndo {
		depth--
		f := &m.stack[depth]
		m.slots[f.pos] = f.a
	}
	return depth
}
