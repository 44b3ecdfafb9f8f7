package file

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"gaol/internal/ticket"
)

// markSize is how many bytes before a position are remembered, to notice that a file was overwritten in place. It is long
// enough to hold the time stamp of a usual line, which makes two different places differ.
const markSize = 256

// A cursor is where one subscriber stands in one segment.
type cursor struct {
	off     int64 // the first byte not judged; always the start of a line
	scanned int64 // known: no line end in [off, scanned)
	mark    []byte
	begun   bool    // past the first line
	search  bool    // the search by date is still to be done
	cut     streams // in a log with envelopes: whose present line was handed over cut, so that its rest is left out
	idle    bool    // nothing more to hand over until the file changes
	done    bool    // everything was handed over at a moment when a successor had begun
}

// A segment is one file that a log was, or is: the current one behind the path, or a predecessor that was renamed away or
// copied. Its subscribers read it in order; they go on to the next one when they have reached its end.
type segment struct {
	body    body
	id      identity
	fixed   bool // a finished copy: it cannot grow, and is closed as soon as it is read
	hash    string
	former  string    // while s is blank: fingerprint of what was read before it
	checked time.Time // when hash was last compared with the file
	size    int64     // as last seen
	grown   time.Time // when size last changed
	cursors map[*Subscription]*cursor
	watched bool
	again   [2 * markSize]byte // what unchanged reads, in the goroutine that reads s
	// engine tells that a container engine may have written the file, and envelope what it put around the lines.
	engine   bool
	envelope envelope
}

var errOverwritten = errors.New("file was overwritten in place")

// furthest returns the end of what was read of s.
func (s *segment) furthest() int64 {
	var far int64
	for _, c := range s.cursors {
		far = max(far, c.off)
	}
	return far
}

// stat refreshes the size and returns how many links the file has; a compressed file has no size.
func (s *segment) stat(now time.Time) (links uint64, err error) {
	f, ok := s.body.(*os.File)
	if !ok {
		return 1, nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, err
	}
	if st.Size != s.size {
		s.size, s.grown = st.Size, now
		s.wake()
	}
	return uint64(st.Nlink), nil
}

// wake lets every subscriber look at s again.
func (s *segment) wake() {
	for _, c := range s.cursors {
		c.idle = false
	}
}

// fill reads what follows c into buf and returns it. The bytes before c are read with it, in the same call, and compared with
// what they were: if they differ the file is another one by now, and the error is errOverwritten.
func (s *segment) fill(c *cursor, buf []byte) (data []byte, end bool, err error) {
	m := len(c.mark)
	n, err := s.body.ReadAt(buf, c.off-int64(m))
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	switch {
	case m == 0 && c.off > 0 && !isPacked(s): // it was too short by then for place to learn the mark
	case n < m || string(buf[:m]) != string(c.mark):
	case !c.begun && !s.beginsWith(buf[m:n]):
	case !s.unchanged(c.off-int64(m), buf[:n]):
	default:
		return buf[m:n], n < len(buf), nil
	}
	return nil, false, errOverwritten
}

// unchanged reports whether data, which was read at off, is there still. A read is not atomic: while a file is truncated and written
// anew, it can give what stood there before and go on with what came after. If the first text of data has not changed since, all
// of it was read before that. NUL bytes in front of it tell nothing, since a hole of the same size may be there again.
func (s *segment) unchanged(off int64, data []byte) bool {
	if isPacked(s) {
		return true
	}
	skip := leadingNULs(data)
	text := data[skip:min(len(data), skip+len(s.again))]
	n, _ := s.body.ReadAt(s.again[:len(text)], off+int64(skip))
	return bytes.Equal(s.again[:n], text)
}

// beginsWith reports whether data, in which nothing but NUL bytes may stand before the first line, agrees with the fingerprint, as far as it shows.
func (s *segment) beginsWith(data []byte) bool {
	data = data[leadingNULs(data):]
	end := bytes.IndexByte(data, '\n')
	if s.hash == "" || end < 0 {
		return true
	}
	sum := sha1.Sum(data[:end+1])
	return hex.EncodeToString(sum[:]) == s.hash
}

// advance moves c past the first n bytes of data, which fill has returned for it from buf.
func (c *cursor) advance(buf []byte, n int) {
	m := len(c.mark)
	from := max(0, m+n-markSize)
	c.mark = append(c.mark[:0], buf[from:m+n]...)
	c.off += int64(n)
	c.begun = c.begun || n > 0
}

// place puts c at off and learns the bytes before it.
func (s *segment) place(c *cursor, off int64) {
	c.off, c.mark, c.scanned, c.begun = off, c.mark[:0], 0, off > 0
	n := min(off, markSize)
	if n <= 0 {
		return
	}
	if _, ok := s.body.(*compressed); ok {
		return // would cost a second pass, and a finished file is not overwritten
	}
	before := make([]byte, n)
	if got, _ := s.body.ReadAt(before, off-n); int64(got) == n {
		c.mark = before
	}
}

// move is place for a cursor that has a place. It reports whether s still holds what that was in; if not c stays where it was, since
// what stands before off is another file's.
func (s *segment) move(c *cursor, off int64) bool {
	before := *c
	s.place(c, off)
	if isPacked(s) || s.standsFor(before) {
		return true
	}
	*c = before
	return false
}

// standsFor reports whether what was before c is there still, and the first line if c is not past that.
func (s *segment) standsFor(c cursor) bool {
	return past{s.hash, c.off, c.mark}.in(s.body) && (c.begun || s.hash == "" || sameFirstLine(s.body, s.hash))
}

// startsLine reports whether a line can begin at off: at the start, or behind a line end.
func (s *segment) startsLine(off int64, nl Newline) bool {
	w := int64(nl.width())
	if off < w {
		return off == 0
	}
	last := make([]byte, w)
	n, _ := s.body.ReadAt(last, off-w)
	return int64(n) == w && nl.is(last, '\n')
}

// follows notes, while s is blank, what was read before it.
func (s *segment) follows(hash string) {
	if s.hash == "" {
		s.former = hash
	}
}

// learn computes the fingerprint of s if it is not known yet, and reports whether it is new.
func (s *segment) learn(now time.Time) bool {
	if s.hash != "" {
		return false
	}
	if h, err := firstLine(s.body); err == nil && h != "" {
		s.hash, s.checked = h, now
		if s.engine {
			s.envelope = envelopeIn(s.body)
		}
	}
	return s.hash != ""
}

// position returns c's place in the form that is stored. A hole that was skipped does not count before a line behind it was judged: it
// may have come after the first line that s is known by, with another file.
func (s *segment) position(c *cursor) ticket.Position {
	if !c.begun {
		return ticket.Position{Hash: s.hash}
	}
	return ticket.Position{Offset: c.off, Hash: s.hash}
}
