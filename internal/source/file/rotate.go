package file

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"gaol/internal/source/inotify"
)

// levelMsg is the level, just below info, at which the original tells of rotation.
const levelMsg = slog.LevelInfo - 1

// refresh brings the segments up to date with what is behind the path.
func (f *follow) refresh() {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.reader.opt.Now()
	for _, s := range f.segs {
		_, _ = s.stat(now) // an error shows again when reading
	}
	defer f.unfinished()
	if f.moved.Swap(false) {
		f.watchWay()
	}
	l, err := lookAt(f.path, f.remote)
	if err != nil {
		f.missing(err)
		return
	}
	cur := f.current()
	changed := l != f.seen
	f.seen = l
	switch {
	case cur == nil || cur.id != l.identity:
		f.opened(now)
		return
	case f.firstLineDiffers(cur, now): // other ways of starting over show when reading
		f.restarted(cur)
	case changed:
		cur.wake()
	}
	f.present()
}

// unfinished lets those look again who stand at the end of an earlier file but do not know yet that it is final.
func (f *follow) unfinished() {
	for _, s := range f.segs[:max(0, len(f.segs)-1)] {
		for _, c := range s.cursors {
			if !c.done {
				c.idle = false
			}
		}
	}
}

// missing notes that the path cannot be read now.
func (f *follow) missing(err error) {
	why := reason(err)
	if f.reason != why {
		f.reader.msg(fmt.Sprintf("Log absence detected for file %s: %s", f.path, why))
	}
	f.reason, f.absent = why, errors.Is(err, fs.ErrNotExist)
	f.watchWay() // a directory may have come up
}

// present notes that the path can be read again.
func (f *follow) present() {
	if f.reason != "" {
		f.reader.msg("Log presence detected for file " + f.path)
		f.watchWay()
	}
	f.reason = ""
}

// reason names the cause of err without the path, which the reader of a status knows.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return err.Error()
}

// firstLineDiffers compares the fingerprint, at most every recheck; at once while nothing was read, because then no bytes
// before the place tell that the file is another one.
func (f *follow) firstLineDiffers(s *segment, now time.Time) bool {
	if s.hash == "" || (now.Sub(s.checked) < recheck && s.furthest() > 0) {
		return false
	}
	h, err := firstLine(s.body)
	if err != nil || h == "" {
		return err == nil
	}
	s.checked = now
	return h != s.hash
}

// opened makes what is behind the path now the current segment.
func (f *follow) opened(now time.Time) {
	file, l, err := open(f.path)
	if err != nil {
		f.missing(err)
		return
	}
	old := f.current()
	s := f.add(file, l, now)
	f.present()
	switch {
	case old == nil:
		f.begin(s)
	case continues(old, file):
		s.cursors = old.cursors
		s.wake()
		f.remove(old)
	default:
		f.rotated(old, s)
		f.missed(old)
	}
}

// add appends a segment for file.
func (f *follow) add(file *os.File, l look, now time.Time) *segment {
	s := &segment{body: file, id: l.identity, size: l.size, grown: now, cursors: map[*Subscription]*cursor{}, engine: engineLog(f.path)}
	s.learn(now)
	f.segs = append(f.segs, s)
	f.remote = inotify.IsRemote(file)
	s.watched = f.reader.notify.watchFile(f, file, s.id)
	f.watchWay()
	if now, err := lookAt(f.path, f.remote); err != nil || now != l {
		f.poke() // it was written to or rotated after it was opened and before it was watched
	}
	if f.reader.notify != nil && !s.watched {
		f.reader.complain("No inotify watch is left for " + f.path + ", so that it is polled (see fs.inotify.max_user_watches)")
	}
	return s
}

// rotated tells of the change from old to s, and gives everybody who reads old a place at the start of s.
func (f *follow) rotated(old, s *segment) {
	if old.hash != "" {
		f.reader.msg(fmt.Sprintf("Log rotation detected for %s, reason: (%d, %d, %d, %d, '%s', '%s')",
			f.path, s.size, old.furthest(), s.id.ino, old.id.ino, s.hash, old.hash))
	}
	s.follows(cmp.Or(old.hash, old.former))
	for sub := range old.cursors {
		s.cursors[sub] = &cursor{}
	}
}

// continues reports whether file is a new copy of the same log, as editors and file transfers make them: it begins with the
// same line, and what stands before the place reached is the same. Short logs cannot be told apart this way and count as new.
func continues(old *segment, file *os.File) bool {
	if old.hash == "" || !sameFirstLine(file, old.hash) {
		return false
	}
	for _, c := range old.cursors {
		if len(c.mark) < markSize {
			return false
		}
	}
	return old.within(file)
}

// within reports whether b holds what was read of s last.
func (s *segment) within(b body) bool {
	for _, c := range s.cursors {
		if !(past{s.hash, c.off, c.mark}).in(b) {
			return false
		}
	}
	return true
}

// missed makes segments of the files that were current for a while between old, which was renamed, and now without our seeing them.
func (f *follow) missed(old *segment) {
	found, _ := f.since(func(r rotated) bool { return r.identity == old.id || old.copiedTo(r) })
	if found != nil {
		found.Close() // it is old itself, which is open
	}
}

// copiedTo reports whether r begins with all that was read of s.
func (s *segment) copiedTo(r rotated) bool { return sameFirstLine(r, s.hash) && s.within(r) }

// between looks for what was written into the file of s, copied and truncated away while s was empty. It reports whether there
// was anything.
func (f *follow) between(s *segment) bool {
	former := s.former
	if former == "" || s != f.current() {
		return false
	}
	s.former = ""
	found, fresh := f.since(func(r rotated) bool { return sameFirstLine(r, former) })
	if found != nil {
		found.Close()
	}
	return fresh > 0
}

// since makes segments, to be read whole, of the rotated files that are younger than the first one that is wanted. It returns
// that one, and the number of places that were given in them.
func (f *follow) since(wanted func(rotated) bool) (found *rotated, fresh int) {
	files := f.siblings()
	at := slices.IndexFunc(files, wanted)
	if at < 0 {
		closeAll(files)
		return nil, 0
	}
	closeAll(files[:at])
	for _, s := range f.splice(files[at+1:], 0) {
		for _, sub := range f.subs {
			if s.cursors[sub] == nil { // others may be there already who came when it was there
				s.cursors[sub] = &cursor{}
				f.resume(sub, s, s.cursors[sub])
				fresh++
			}
		}
	}
	return &files[at], fresh
}

// resume moves c, the place of sub at the start of s, a copy, behind what sub has judged of the same text in another file, if it has.
func (f *follow) resume(sub *Subscription, s *segment, c *cursor) {
	places := slices.Clone(sub.past)
	for _, x := range f.segs {
		if other := x.cursors[sub]; other != nil && x != s {
			places = append(places, past{x.hash, other.off, other.mark})
		}
	}
	for _, p := range places {
		if p.hash == s.hash && p.off > c.off && p.in(s.body) {
			s.place(c, p.off)
		}
	}
}

// A past is a place that was reached in a file that is not open any more.
type past struct {
	hash string
	off  int64
	mark []byte
}

// in reports whether what was before the place is in b too.
func (p past) in(b body) bool {
	before := make([]byte, len(p.mark))
	n, _ := b.ReadAt(before, p.off-int64(len(p.mark)))
	return n == len(before) && bytes.Equal(before, p.mark)
}
