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
	if s := f.holding(from); s != nil {
		for _, later := range f.segs[slices.Index(f.segs, s)+1:] {
			sub.put(later, 0, search)
		}
		sub.put(s, from.Offset, search)
		return
	}
	sub.put(cur, 0, search)
	chain, whole := f.chain(from, sub.start.Since)
	for i, s := range slices.Backward(chain) {
		off := from.Offset
		if i > 0 || whole {
			off = 0
		}
		sub.put(s, off, search && !isPacked(s))
	}
	if len(chain) > 0 {
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
	seg.cursors[s] = c
	s.moved(seg.position(c))
}

// holding returns the open segment that p is a place in.
func (f *follow) holding(p ticket.Position) *segment {
	for _, s := range slices.Backward(f.segs) {
		if sameFirstLine(s.body, p.Hash) && (isPacked(s) || p.Offset <= s.size && s.startsLine(p.Offset, f.newline)) {
			return s
		}
	}
	return nil
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
	return segs, len(segs) == 0 || segs[0].id != files[at].identity
}

// splice makes rotated files segments, in the order given, just before the current one; one that is open already keeps its
// place. It closes those last written before since.
func (f *follow) splice(files []rotated, since ticket.Unix) []*segment {
	var segs []*segment
	for _, r := range files {
		i := slices.IndexFunc(f.segs, func(s *segment) bool { return s.id == r.identity })
		switch {
		case i >= 0:
			r.Close()
			if f.segs[i] != f.current() {
				segs = append(segs, f.segs[i])
			}
		case ticket.Unix(float64(r.mtime)/1e9) < since, f.copiesCurrent(r):
			r.Close()
		default:
			s := f.earlier(r)
			f.segs = slices.Insert(f.segs, f.behind(segs), s)
			segs = append(segs, s)
		}
	}
	return segs
}

// copiesCurrent reports whether r is a copy of the current file, which is about to be truncated. A file without a whole line
// counts too: the copy has just begun.
func (f *follow) copiesCurrent(r rotated) bool {
	if h, err := firstLine(r); err == nil && h == "" {
		return true
	}
	cur := f.current()
	if cur == nil || !sameFirstLine(r, cur.hash) {
		return false
	}
	a, b := make([]byte, 4096), make([]byte, 4096)
	n, _ := r.ReadAt(a, 0)
	m, _ := cur.body.ReadAt(b, 0)
	return m >= n && bytes.Equal(a[:n], b[:n])
}

// earlier makes r a segment. A plain file may still be written to, by a writer that has not noticed the rotation.
func (f *follow) earlier(r rotated) *segment {
	s := &segment{body: r.body, id: r.identity, size: r.size, grown: time.Unix(0, r.mtime), cursors: map[*Subscription]*cursor{}}
	if file, plain := r.body.(*os.File); plain {
		s.watched = f.reader.notify.watchFile(f, file, s.id)
	} else {
		s.fixed = true
	}
	s.learn(f.reader.opt.Now())
	return s
}

// behind returns the index for a segment that comes after all of segs and, if there are none, before the current one.
func (f *follow) behind(segs []*segment) int {
	if len(segs) > 0 {
		return slices.Index(f.segs, segs[len(segs)-1]) + 1
	}
	if cur := f.current(); cur != nil {
		return len(f.segs) - 1
	}
	return len(f.segs)
}

// isPacked reports whether s is a compressed file, which cannot be searched.
func isPacked(s *segment) bool {
	_, plain := s.body.(*os.File)
	return !plain
}
