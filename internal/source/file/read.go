package file

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"gaol/internal/ticket"
)

const (
	// maxBatch bounds the lines of a batch, so that a file of blank lines does not blow it up.
	maxBatch = 8192
	// bulk is how many bytes are read at once where many are there, which is enoughForBulk: with so many lines several processors can be
	// set to work, and few enough that whoever waits for the end of a batch need not wait long.
	bulk          = 512 << 10
	enoughForBulk = bulk / 4
)

// A buffer is the memory that one goroutine reads into; it is recycled.
type buffer struct {
	bytes []byte // markSize + the longest line + its end
	large []byte // markSize + bulk; nil before there was so much to read
	limit int    // of a line
	batch ticket.Batch
	group []reading

	joiner joiner
}

// buffer returns memory for the lines of today's limit.
func (r *Reader) buffer() *buffer {
	buf := r.buffers.Get().(*buffer)
	if limit := int(r.maxLine.Load()); limit != buf.limit {
		buf.limit, buf.bytes = limit, make([]byte, markSize+limit+4)
	}
	return buf
}

// A reading is one subscriber with its place in a segment.
type reading struct {
	sub *Subscription
	*cursor
}

// step hands over one batch, to every subscriber that stands at the earliest place with something to read. It returns false
// when there is nothing.
func (f *follow) step(buf *buffer) bool {
	s, ended := f.pick(buf)
	if s == nil {
		return false
	}
	lead := buf.group[0].cursor
	if lead.search {
		f.search(s, buf)
		return true
	}
	f.read(s, buf, buf.window(s, lead), ended)
	return true
}

// learnsLate reports whether the first line of s was completed between the look at s and a read that gave n bytes; if so another look is
// due, for what came before it. Without its fingerprint nothing may be handed over: the place behind it could not be stored.
func (f *follow) learnsLate(s *segment, n int) bool {
	if n == 0 || s.hash != "" {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !s.learn(f.reader.opt.Now()) {
		return false
	}
	f.between(s)
	return true
}

// window returns memory for what follows c in s and the mark before it.
func (buf *buffer) window(s *segment, c *cursor) []byte {
	m := len(c.mark)
	if s.envelope != bare || s.size-c.off < enoughForBulk || buf.limit >= bulk {
		return buf.bytes[:m+buf.limit+4]
	}
	if buf.large == nil {
		const usual = 96 // bytes of a line
		buf.large = make([]byte, markSize+bulk)
		buf.batch.Lines = make([]ticket.Line, 0, bulk/usual)
	}
	return buf.large[:m+bulk]
}

// read hands over what window has room for, to the group.
func (f *follow) read(s *segment, buf *buffer, window []byte, ended bool) {
	lead := buf.group[0].cursor
	data, end, err := s.fill(lead, window)
	if err != nil {
		f.failed(s, buf.group, err)
		return
	}
	if f.learnsLate(s, len(data)) {
		return
	}
	large := len(window) > maxLetters
	used, long, more, left := f.cut(s, lead, data, buf, large && !end)
	switch {
	case used > 0:
		lead.cut = left
		f.hand(s, buf, used, long)
		f.settle(s, buf, window, used, end && !more, ended)
		if !more {
			f.unended(buf.group, lead.off+int64(len(data)-used))
		}
	case end:
		f.unended(buf.group, lead.off+int64(len(data)))
		f.settle(s, buf, window, 0, true, ended)
	case s.envelope != bare && !large:
		f.read(s, buf, make([]byte, len(lead.mark)+maxLetters+4), ended)
		buf.joiner = joiner{} // it has grown
	default:
		f.overlong(s, buf, data, ended)
	}
}

// pick finds the earliest segment with something to read and gathers into buf.group the subscribers with the smallest offset
// there. ended tells that a successor had begun before anything is read, so that the end of this segment is final for a
// writer that closes the old file before it opens the new one.
func (f *follow) pick(buf *buffer) (s *segment, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := 0; i < len(f.segs); i++ {
		s := f.segs[i]
		if f.gather(s, i, buf); len(buf.group) == 0 {
			continue
		}
		if s.learn(f.reader.opt.Now()) && f.between(s) {
			i--
			continue
		}
		return s, f.begun(i + 1)
	}
	return nil, false
}

// gather puts those who are to read next from s, the i-th segment, into buf.group. Who still has to search by date goes alone.
func (f *follow) gather(s *segment, i int, buf *buffer) {
	buf.group = buf.group[:0]
	for _, sub := range f.subs {
		c := s.cursors[sub]
		if c == nil || c.idle || sub.paused.Load() || !f.reached(sub, i) {
			continue
		}
		if len(buf.group) > 0 && (c.off < buf.group[0].off || c.search) {
			buf.group = buf.group[:0]
		}
		if len(buf.group) == 0 || (c.off == buf.group[0].off && !buf.group[0].search) {
			buf.group = append(buf.group, reading{sub, c})
		}
	}
}

// reached reports whether sub is through with every segment before the i-th.
func (f *follow) reached(sub *Subscription, i int) bool {
	for _, s := range f.segs[:i] {
		if c := s.cursors[sub]; c != nil && !c.done && !(s.fixed && c.idle) {
			return false
		}
	}
	return true
}

// begun reports whether a segment from the i-th on holds anything.
func (f *follow) begun(i int) bool {
	for _, s := range f.segs[min(i, len(f.segs)):] {
		if s.fixed || s.size > 0 {
			return true
		}
	}
	return false
}

// cut fills the batch with the whole lines at the start of data and returns how many bytes they took, how many of them were too long,
// and whether more are there. For lines in envelopes force and left are as for unwrap.
func (f *follow) cut(s *segment, lead *cursor, data []byte, buf *buffer, force bool) (used, long int, more bool, left streams) {
	if s.envelope != bare {
		return buf.unwrap(s.envelope, data, lead.cut, force)
	}
	used, long, more = f.cutBare(data, buf)
	return used, long, more, 0
}

// cutBare is cut for lines without envelopes.
func (f *follow) cutBare(data []byte, buf *buffer) (used, long int, more bool) {
	b := &buf.batch
	b.Lines = b.Lines[:0]
	for {
		text, n := f.newline.next(data[used:])
		if n == 0 {
			return used, long, false
		}
		if len(b.Lines) == maxBatch {
			return used, long, true
		}
		if len(text) > buf.limit {
			text = text[:buf.limit]
			long++
		}
		text = f.newline.trim(text)
		b.Lines = append(b.Lines, ticket.Line{Text: text})
		used += n
	}
}

// hand gives the batch, which takes used bytes of s, to the group.
func (f *follow) hand(s *segment, buf *buffer, used, long int) {
	b := &buf.batch
	b.Source = f.path
	b.End = ticket.Position{Offset: buf.group[0].off + int64(used), Hash: s.hash}
	give(b, buf.group, long, f.reader.opt.Now())
}

// settle moves the group past used bytes, which were read through window. atEnd: nothing else is there now.
func (f *follow) settle(s *segment, buf *buffer, window []byte, used int, atEnd, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := s == f.segs[len(f.segs)-1]
	lead := buf.group[0].cursor
	scanned := lead.scanned
	lead.advance(window, used)
	for _, g := range buf.group {
		if g.cursor != lead {
			g.off, g.begun, g.cut, g.mark = lead.off, lead.begun, lead.cut, append(g.mark[:0], lead.mark...)
		}
		g.scanned = scanned
		g.idle = atEnd
		g.done = g.done || (atEnd && ended)
		if used > 0 && atEnd && last {
			g.sub.goneLive()
		}
	}
}

// overlong deals with a stretch longer than a line may be. NUL bytes are skipped once something follows them (never before: a
// log may be allocated ahead of its text). Of a long line the first part is handed over and the rest skipped, once its end is
// there; until then only what is new is looked through.
func (f *follow) overlong(s *segment, buf *buffer, data []byte, ended bool) {
	lead := buf.group[0].cursor
	nuls := 0
	if f.newline == LF {
		nuls = leadingNULs(data)
	}
	if nuls > 0 && nuls < len(data) {
		f.jump(s, buf, lead.off+int64(nuls), lead.begun)
		return
	}
	from := max(lead.scanned, lead.off+int64(len(data)))
	find := f.newline.index
	if nuls > 0 {
		find = firstText
	}
	at, found, err := scan(s.body, from, f.newline.width(), nuls > 0, find)
	switch {
	case err != nil:
		f.failed(s, buf.group, err)
	case !found:
		f.unended(buf.group, at)
		f.settle(s, buf, buf.bytes, 0, true, ended)
	case nuls > 0:
		f.jump(s, buf, at, lead.begun)
	default:
		buf.batch.Lines = append(buf.batch.Lines[:0], ticket.Line{Text: f.newline.trim(data[:buf.limit])})
		next := at + int64(f.newline.width())
		f.hand(s, buf, int(next-lead.off), 1)
		f.jump(s, buf, next, true)
	}
}

// unended notes that no line ends between the place of the group and to.
func (f *follow) unended(group []reading, to int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range group {
		g.scanned = max(g.scanned, to)
	}
}

// firstText returns where the first byte that is not NUL stands, or -1.
func firstText(data []byte) int {
	if i := leadingNULs(data); i < len(data) {
		return i
	}
	return -1
}

const scanBlock = 64 << 10

// scan looks from off on for what find finds, in blocks of whole code units. Without success at is how far it got.
func scan(r body, off int64, width int, holes bool, find func([]byte) int) (at int64, found bool, err error) {
	block := make([]byte, 4<<10)
	for {
		if holes {
			off = skipHole(r, off)
		}
		n, err := r.ReadAt(block, off)
		if err != nil && err != io.EOF {
			return off, false, err
		}
		if i := find(block[:n]); i >= 0 {
			return off + int64(i), true, nil
		}
		off += int64(n / width * width)
		if n < len(block) {
			return off, false, nil
		}
		if len(block) < scanBlock {
			block = make([]byte, scanBlock)
		}
	}
}

// skipHole returns the first offset from off on that the file system has data for; off itself when it cannot tell.
func skipHole(r body, off int64) int64 {
	f, ok := r.(*os.File)
	if !ok {
		return off
	}
	if data, err := unix.Seek(int(f.Fd()), off, unix.SEEK_DATA); err == nil && data > off {
		return data
	}
	return off
}

// jump moves the group to off without handing anything over. begun tells that the first line is not at or behind off.
func (f *follow) jump(s *segment, buf *buffer, off int64, begun bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lead := buf.group[0].cursor
	if !s.move(lead, off) {
		f.overwritten(s)
		return
	}
	lead.begun = begun
	for _, g := range buf.group {
		if g.cursor != lead {
			g.off, g.mark, g.scanned, g.begun = lead.off, bytes.Clone(lead.mark), lead.scanned, begun
		}
		g.sub.moved(s.position(g.cursor))
	}
}

// failed deals with a read that failed: the file was overwritten, or cannot be read.
func (f *follow) failed(s *segment, group []reading, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == errOverwritten:
		f.overwritten(s)
	case s.fixed, s != f.current():
		f.lose(s, reason(err))
	default:
		for _, g := range group {
			g.idle = true
		}
		f.reader.complain(fmt.Sprintf("Unable to read %s: %v", f.path, err))
	}
}
