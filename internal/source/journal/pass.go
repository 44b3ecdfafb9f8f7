package journal

import (
	"errors"
	"maps"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"gaol/internal/ticket"
)

// maxEntries bounds how many entries are looked at before those found are handed over.
const (
	maxEntries = 4096
	maxText    = 64 << 10
)

// A pass is one reading of the journal for some subscriptions. Those who come later have a pass of their own until it has come
// as far as another one.
type pass struct {
	subs   []*Subscription
	places map[identity]place
	text   []byte // of the lines not handed over yet
	record record
	takers []*Subscription // of the entry at hand
}

// A head is the next entry of a file.
type head struct {
	*volume
	entry entry
	after place
}

// step reads on for p in order of time over all files and hands over what it found. It returns false when nothing was left.
func (r *Reader) step(p *pass) bool {
	for _, s := range p.subs {
		s.refresh(&r.match)
	}
	heads := map[identity]head{}
	for id := range p.places {
		r.peek(p, id, heads)
	}
	var last uint64
	n := 0
	for ; n < maxEntries && len(p.text) < maxText && len(heads) > 0; n++ {
		h := earliest(heads)
		r.pass(p, h)
		last = max(last, h.entry.realtime)
		r.peek(p, h.id, heads)
	}
	r.flush(p, last)
	if len(heads) == 0 {
		for _, s := range p.subs {
			s.goLive()
			s.from = 0 // what comes now is new, even if the clock is put back
		}
	}
	return n > 0
}

// pass queues the entry h for those who want it, and moves p behind it.
func (r *Reader) pass(p *pass, h head) {
	line, err := r.take(p, h)
	switch {
	case errors.Is(err, errFault):
		r.abandon(h.volume, err)
		return
	case err != nil:
		r.refuse(h.volume, err) // and go on behind the damaged entry
	}
	for _, s := range p.takers {
		r.queue(p, s, line, h.entry.realtime)
	}
	p.places[h.id] = h.after
}

// peek sets the head of a file, or deletes it at the file's end.
func (r *Reader) peek(p *pass, id identity, heads map[identity]head) {
	delete(heads, id)
	v := r.volumes[id]
	if v == nil {
		return // was given up
	}
	r.safely(v, func() error {
		if err := v.grow(); err != nil {
			return err
		}
		e, after, ok, err := v.next(p.places[id])
		if ok {
			heads[id] = head{v, e, after}
		}
		return err
	})
}

// earliest returns the head with the earliest time.
func earliest(heads map[identity]head) head {
	var best head
	for _, h := range heads {
		if best.volume == nil || h.entry.realtime < best.entry.realtime {
			best = h
		}
	}
	return best
}

// take makes a line of an entry and sets p.takers to those who want it.
func (r *Reader) take(p *pass, h head) (line span, err error) {
	p.takers = p.takers[:0]
	err = guard(func() error {
		if err := h.terms(h.entry, &r.match); err != nil {
			return err
		}
		for _, s := range p.subs {
			if h.entry.realtime > s.from && r.match.matches(s.expr) {
				p.takers = append(p.takers, s)
			}
		}
		if len(p.takers) == 0 {
			return nil
		}
		more := len(fieldNames[fieldMessage]) + 1 // so that it shows when a line is too long
		return h.volume.record(h.entry, &p.record, r.lineLimit()+more)
	})
	if err != nil || len(p.takers) == 0 {
		p.takers = p.takers[:0]
		return span{}, err
	}
	return p.line(r.lineLimit()), nil
}

// line appends the text of p's record.
func (p *pass) line(limit int) span {
	start := len(p.text)
	p.text = p.record.appendText(p.text)
	long := len(p.text) > start+limit
	p.text = p.text[:min(len(p.text), start+limit)]
	return span{start, len(p.text), p.record.time(), long}
}

// queue adds a line for s. An entry that is less than a second old tells that s has caught up with the present.
func (r *Reader) queue(p *pass, s *Subscription, line span, realtime uint64) {
	if !s.live() && uint64(r.opt.Now().UnixMicro()) <= realtime+1e6 {
		s.give(&r.batch, p.text, r.opt.Location, r.position(realtime-1), r.opt.Now())
		s.goLive()
	}
	s.lines = append(s.lines, line)
}

// position returns the place behind the entries up to the time at.
func (r *Reader) position(at uint64) ticket.Position {
	return ticket.Position{Offset: int64(at / 1e6), Hash: isoTime(at, r.opt.Location)}
}

// flush hands over the lines of p. last is the time of the last entry looked at, 0 for none.
func (r *Reader) flush(p *pass, last uint64) {
	if last == 0 {
		return
	}
	r.newest = max(r.newest, last)
	end, now := r.position(last), r.opt.Now()
	for _, s := range p.subs {
		if len(s.lines) > 0 || last > s.from {
			s.give(&r.batch, p.text, r.opt.Location, end, now)
		}
	}
	p.text = p.text[:0]
}

// paused reports whether p waits for its subscription.
func (p *pass) paused() bool { return len(p.subs) == 1 && p.subs[0].paused.Load() }

// split gives those who are paused a pass of their own, which keeps their place.
func (r *Reader) split() {
	for _, p := range slices.Clone(r.passes) {
		if len(p.subs) < 2 {
			continue
		}
		p.subs = slices.DeleteFunc(p.subs, func(s *Subscription) bool {
			if !s.paused.Load() {
				return false
			}
			r.passes = append(r.passes, &pass{subs: []*Subscription{s}, places: maps.Clone(p.places)})
			return true
		})
	}
}

// join puts passes together that stand at the same places.
func (r *Reader) join() {
	for i := 1; i < len(r.passes); {
		if maps.Equal(r.passes[0].places, r.passes[i].places) && !r.passes[0].paused() && !r.passes[i].paused() {
			r.passes[0].subs = append(r.passes[0].subs, r.passes[i].subs...)
			r.passes = slices.Delete(r.passes, i, i+1)
			continue
		}
		i++
	}
}

// drop closes the archived files that every pass is through with, and forgets passes without subscriptions.
func (r *Reader) drop() {
	r.passes = slices.DeleteFunc(r.passes, func(p *pass) bool {
		p.subs = slices.DeleteFunc(p.subs, (*Subscription).isClosed)
		return len(p.subs) == 0
	})
	for id, v := range r.volumes {
		var archived bool
		var entries uint64
		if !r.safely(v, func() error { archived, entries = v.archived(), v.word(headEntries); return nil }) {
			continue
		}
		unread := slices.ContainsFunc(r.passes, func(p *pass) bool {
			at, has := p.places[id]
			return has && at.taken < entries
		})
		if (archived || v.gone()) && !unread {
			r.through[v.unique] = true
			r.forget(id)
		}
	}
}

// gone reports whether the file has been removed.
func (v *volume) gone() bool {
	var st unix.Stat_t
	return unix.Fstat(int(v.file.Fd()), &st) == nil && st.Nlink == 0
}

// identify returns the identity of what is at path.
func identify(path string) (identity, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		return identity{}, err
	}
	return identity{uint64(st.Dev), st.Ino}, nil
}
