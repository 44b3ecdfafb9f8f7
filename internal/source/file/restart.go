package file

import (
	"fmt"
	"os"
	"slices"
)

// overwritten deals with a file that holds something else than what was read of it. A finished copy is beyond help.
func (f *follow) overwritten(s *segment) {
	if s.fixed {
		f.lose(s, reason(errOverwritten))
		return
	}
	f.restarted(s)
}

// restarted deals with a file that was truncated or overwritten in place, and perhaps renamed after that. What was not read of it may be
// in a copy beside it, as copytruncate makes one; the copy then takes the place of old.
func (f *follow) restarted(old *segment) {
	for _, c := range old.cursors {
		if !c.begun {
			*c = cursor{search: c.search} // it may have skipped NUL bytes that were no part of old
		}
	}
	s := f.anew(old)
	switch {
	case s != nil:
	case old == f.current():
		old.idle() // rotated again meanwhile: the next look sees it
		f.poke()
		return
	default:
		f.lose(old, "it was overwritten after it had been rotated")
		return
	}
	f.rotated(old, s)
	copied, _ := f.since(old.copiedTo)
	if copied == nil {
		f.remove(old)
		return
	}
	if i := slices.IndexFunc(f.segs, func(x *segment) bool { return x.id == copied.identity }); i >= 0 {
		copied.Close() // was found when it was made, before the truncation, or by a late subscriber, and has its place already
		f.segs[i].takeOver(old)
		f.remove(old)
		return
	}
	f.shut(old)
	old.body, old.id, old.fixed, old.watched = copied.body, copied.identity, true, false
	for sub, c := range old.cursors {
		if !c.begun { // it may have had the copy already, which was closed then
			f.resume(sub, old, c)
		}
	}
	old.wake()
}

// anew opens the file of old once more, as a segment behind old for what it holds now; nil if there is another one behind the path.
func (f *follow) anew(old *segment) *segment {
	if old == f.current() {
		file, l, err := open(f.path)
		if err == nil && l.identity == old.id {
			return f.add(file, l, f.reader.opt.Now())
		}
		if err == nil {
			file.Close()
		}
		return nil
	}
	file, ok := old.body.(*os.File)
	if !ok {
		return nil
	}
	again, l, err := open(fmt.Sprintf("/proc/self/fd/%d", file.Fd())) // its name, if it has one, is another by now
	if err != nil {
		return nil
	}
	s := f.earlier(rotated{body: again, look: l})
	f.segs = slices.Insert(f.segs, slices.Index(f.segs, old)+1, s)
	return s
}

// idle marks everybody as having nothing to read.
func (s *segment) idle() {
	for _, c := range s.cursors {
		c.idle = true
	}
}

// takeOver gives those who stand in old, of which s is a copy, the same place in s, unless they have one.
func (s *segment) takeOver(old *segment) {
	for sub, c := range old.cursors {
		if s.cursors[sub] == nil {
			s.cursors[sub] = c
			c.idle = false
		}
	}
}
