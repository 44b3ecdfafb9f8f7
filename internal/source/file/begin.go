package file

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"time"

	"gaol/internal/ticket"
)

// begin gives a place to every subscriber that has none, now that cur is there to be read.
func (f *follow) begin(cur *segment) {
	for _, sub := range f.subs {
		switch {
		case cur.cursors[sub] != nil:
		case f.placed(sub):
			cur.cursors[sub] = &cursor{}
		default:
			f.admit(sub, cur)
		}
	}
}

// placed reports whether sub has a place in any segment.
func (f *follow) placed(sub *Subscription) bool {
	return slices.ContainsFunc(f.segs, func(s *segment) bool { return s.cursors[sub] != nil })
}

// admit finds where sub begins: in cur, in a segment that is still open, or in a rotated file beside the path.
func (f *follow) admit(sub *Subscription, cur *segment) {
	from, fresh := sub.origin()
	if fresh && sub.start.Tail {
		sub.put(cur, cur.size, false)
		return
	}
	search := fresh && sub.start.DateOf != nil
	if s, c := f.holding(from); s != nil {
		f.recall(s, sub.start.Since)
		for _, later := range f.segs[slices.Index(f.segs, s)+1:] {
			sub.put(later, 0, search && !isPacked(later))
		}
		c.search = search
		sub.stand(s, c)
		return
	}
	sub.put(cur, 0, search)
	chain, whole := f.chain(from, sub.start.Since)
	if len(chain) == 0 && fresh {
		chain, whole = f.remains(sub, cur), true
	}
	for i, s := range slices.Backward(chain) {
		off := from.Offset
		if i > 0 || whole {
			off = 0
		}
		sub.put(s, off, search && !isPacked(s))
	}
	cur.follows(from.Hash)
	if len(chain) > 0 {
		cur.follows(chain[len(chain)-1].hash)
		f.reader.opt.Log.Info(fmt.Sprintf("Reading what is left of %d rotated file(s) of %s first", len(chain), f.path))
	}
}

// origin returns where s goes on: what it has judged, or what it came with if it is fresh. A subscriber that had to wait for
// its file is not fresh: all that is in the file has come since.
func (s *Subscription) origin() (p ticket.Position, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh = !s.begun
	s.begun = true
	if fresh {
		return s.start.Stored, true
	}
	return s.pos, false
}

// put gives s a place in seg; the last call for a subscriber says where it stands.
func (s *Subscription) put(seg *segment, off int64, search bool) {
	c := &cursor{search: search}
	seg.place(c, off)
	s.stand(seg, c)
}

// stand is put for a place that is found.
func (s *Subscription) stand(seg *segment, c *cursor) {
	seg.cursors[s] = c
	s.moved(seg.position(c))
}

// holding returns the open segment that p is a place in, and that place. The first line, by which the segment is known, is read last:
// whatever was read before it is of the same file, even if that is overwritten the moment after.
func (f *follow) holding(p ticket.Position) (*segment, *cursor) {
	for _, s := range slices.Backward(f.segs) {
		if !isPacked(s) && (p.Offset > s.size || !s.startsLine(p.Offset, f.newline)) {
			continue
		}
		c := &cursor{}
		if s.place(c, p.Offset); sameFirstLine(s.body, p.Hash) {
			return s, c
		}
	}
	return nil, nil
}

// recall opens again the rotated files between s and the current one that everybody else was through with, so that they were closed.
func (f *follow) recall(s *segment, since ticket.Unix) {
	if s == f.current() {
		return
	}
	files := f.siblings()
	at := slices.IndexFunc(files, func(r rotated) bool { return r.identity == s.id || sameFirstLine(r, s.hash) })
	closeAll(files[:at+1])
	if at < 0 {
		closeAll(files)
		return
	}
	f.splice(files[at+1:], since)
}

// chain opens the rotated file that p is a place in, and those that came after it, oldest first. It returns none when there is
// no such file. Files last written before since are left out; whole tells that the one of p is, so that the first one that is
// returned is unread.
func (f *follow) chain(p ticket.Position, since ticket.Unix) (segs []*segment, whole bool) {
	if p.Hash == "" {
		return nil, false
	}
	files := f.siblings()
	at := slices.IndexFunc(files, func(r rotated) bool { return sameFirstLine(r, p.Hash) })
	if at < 0 {
		closeAll(files)
		return nil, false
	}
	closeAll(files[:at])
	segs = f.splice(files[at:], since)
	return segs, len(segs) == 0 || !sameFirstLine(segs[0].body, p.Hash)
}

// remains returns, oldest first, the rotated files that are there when the one that sub had got to is gone, as happens to a log that
// is rotated often and of which few old files are kept. Without a limit of age it would be every old log there is.
func (f *follow) remains(sub *Subscription, cur *segment) []*segment {
	if sub.start.Stored.Hash == "" || sub.start.Since == 0 || sameFirstLine(cur.body, sub.start.Stored.Hash) {
		return nil
	}
	segs := f.splice(f.siblings(), sub.start.Since)
	if len(segs) > 0 {
		sub.missed()
		f.reader.opt.Log.Warn(fmt.Sprintf("The file of %s that was read last is gone, with what was not read of it; %d rotated file(s) are there", f.path, len(segs)))
	}
	return segs
}

// splice makes rotated files, oldest first, segments in this order before the current one; one that is open already keeps its place.
// It closes those last written before since.
func (f *follow) splice(files []rotated, since ticket.Unix) []*segment {
	var segs []*segment
	next := f.current()
	for _, r := range slices.Backward(files) {
		i, blank := f.twin(r)
		switch {
		case i >= 0 && f.segs[i] == f.current(), i < 0 && (blank || ticket.Unix(float64(r.mtime)/1e9) < since):
			r.Close()
			continue
		case i >= 0:
			r.Close()
			next = f.segs[i]
		default:
			s := f.earlier(r)
			f.segs = slices.Insert(f.segs, f.before(next), s)
			next = s
		}
		segs = append(segs, next)
	}
	slices.Reverse(segs)
	return segs
}

// twin returns the index of the segment that r is, or is a copy of, such as the compressed form of a file that we have open still;
// -1 for none. A copy of the current file is made to truncate that soon. A blank one, without a whole line that can be read, has just been
// begun.
func (f *follow) twin(r rotated) (i int, blank bool) {
	if i := slices.IndexFunc(f.segs, func(s *segment) bool { return s.id == r.identity }); i >= 0 {
		return i, false
	}
	h, err := firstLine(r)
	if err != nil { // it is being compressed, or damaged
		f.reader.complain(fmt.Sprintf("Unable to read the rotated log %s: %v", r.path, err))
	}
	if h == "" {
		return -1, true
	}
	return slices.IndexFunc(f.segs, func(s *segment) bool { return s.hash == h && sameStart(r, s.body) }), false
}

// sameStart reports whether the first bytes of a are those of b too: so many that two logs of a busy service which begin in the same
// second, with the same line, differ in them.
func sameStart(a, b body) bool {
	first, second := make([]byte, 64<<10), make([]byte, 64<<10)
	n, _ := a.ReadAt(first, 0)
	m, _ := b.ReadAt(second, 0)
	return m >= n && bytes.Equal(first[:n], second[:n])
}

// earlier makes r a segment. A plain file may still be written to, by a writer that has not noticed the rotation.
func (f *follow) earlier(r rotated) *segment {
	s := &segment{body: r.body, id: r.identity, size: r.size, grown: time.Unix(0, r.mtime), cursors: map[*Subscription]*cursor{}, engine: engineLog(f.path)}
	if file, plain := r.body.(*os.File); plain {
		s.watched = f.reader.notify.watchFile(f, file, s.id)
	} else {
		s.fixed = true
	}
	s.learn(f.reader.opt.Now())
	return s
}

// before returns the index for a segment that comes right before next, nil for at the end.
func (f *follow) before(next *segment) int {
	if next == nil {
		return len(f.segs)
	}
	return slices.Index(f.segs, next)
}

// isPacked reports whether s is a compressed file, which cannot be searched.
func isPacked(s *segment) bool {
	_, plain := s.body.(*os.File)
	return !plain
}
