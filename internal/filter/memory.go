package filter

import (
	"slices"

	"gaol/internal/ticket"
)

// maxSpareText is how much memory of a text is kept for the next one, in bytes.
const maxSpareText = 1 << 10

// A memory is values that outlive their line: it has copies of the texts. Memory for the texts is used again.
type memory struct {
	values values // spare elements lie behind them, none of which shares the memory of its text
	brief  bool   // they are, and have no texts but those that say who somebody is
}

// naming are the roles that say who somebody is.
const naming = 1<<roleFID | 1<<roleIP4 | 1<<roleIP6 | 1<<roleDNS

// store replaces what is there by told.
func (m *memory) store(told *values) {
	m.values.clear()
	if m.brief && m.note(told) {
		return
	}
	for i := range told.all {
		if x := &told.all[i]; m.keeps(x.role) {
			m.add(x)
		}
	}
}

// overlay puts those of told that took part in place of what is there.
func (m *memory) overlay(told *values) {
	if m.brief && m.note(told) {
		return
	}
	for i := range told.all {
		if x := &told.all[i]; m.keeps(x.role) && x.kind != absent {
			m.put(x)
		}
	}
}

// note has a brief m know what told has, of which all took part, and reports whether that is all, as most often.
func (m *memory) note(told *values) (enough bool) {
	took := told.there &^ roleMLFForget.bit()
	m.values.there |= took
	m.values.full = m.values.full&^took | told.full&took
	return told.among&naming == 0
}

// keeps reports whether values with a role are kept.
func (m *memory) keeps(r role) bool {
	return r != roleMLFForget && (!m.brief || r.bit()&naming != 0)
}

// put makes x, which is to be kept, the value of its name.
func (m *memory) put(x *value) {
	if old := m.values.named(x.of); old != nil {
		old.become(x)
		m.values.note(x)
	} else {
		m.add(x)
	}
}

// add appends x, whose name is a new one.
func (m *memory) add(x *value) {
	all := m.values.all
	n := len(all)
	if n < cap(all) {
		all = all[:n+1]
	} else {
		all = append(all, value{})
	}
	all[n].become(x)
	m.values.all = all
	m.values.note(x)
}

// remove drops the values with some roles, none of which says who somebody is.
func (m *memory) remove(roles roleSet) {
	had := m.values.there & roles
	m.values.there &^= roles
	m.values.full &^= roles
	m.values.among &^= roles
	if had != 0 && !m.brief {
		m.values.all = takeOut(m.values.all, roles)
	}
}

// takeOut takes the values with some roles out of all. They lie behind the others then, where their memory is found again.
func takeOut(all []value, roles roleSet) []value {
	for i := len(all) - 1; i >= 0; i-- {
		if gone := all[i]; gone.role.bit()&roles != 0 {
			last := len(all) - 1
			copy(all[i:], all[i+1:])
			all[last] = gone
			all = all[:last]
		}
	}
	return all
}

// become makes v a copy of x, in v's own memory.
func (v *value) become(x *value) {
	text := v.text[:0]
	if cap(text) > maxSpareText {
		text = nil
	}
	v.of, v.parts, v.kind, v.role = x.of, x.parts, x.kind, x.role
	v.text = append(text, x.text...)
	if x.kind == tuple {
		v.parts = cloneParts(*x.parts)
	}
}

// appendPart appends a copy of x, a text or a tuple.
func appendPart(parts []part, x *value) []part {
	n := len(parts)
	if n < cap(parts) {
		parts = parts[:n+1]
	} else {
		parts = append(parts, part{})
	}
	parts[n] = part{text: append(parts[n].text[:0], x.text...)}
	if x.kind == tuple {
		parts[n].parts = *cloneParts(*x.parts)
	}
	return parts
}

// A sight is the log lines that a match spans.
type sight struct {
	line *line          // the present one, if matches span one line
	more []ticket.Match // else all of them
}

// appendTo appends the lines.
func (s *sight) appendTo(to []ticket.Match) []ticket.Match {
	if s.line != nil {
		return append(to, s.line.match())
	}
	return append(to, s.more...)
}

// A lineStore keeps lines that probably nobody will ask for, as bytes: most connections never fail, and most failures lead to nothing.
type lineStore struct {
	text  []byte      // of all lines, one after the other
	lines []lineParts // their lengths
}

type lineParts struct{ before, date, after int }

// add appends the lines of s and drops the oldest ones when there are too many.
func (k *lineStore) add(s *sight) {
	if ln := s.line; ln != nil {
		k.text = append(append(append(k.text, ln.before()...), ln.date()...), ln.after()...)
		k.lines = append(k.lines, lineParts{len(ln.before()), len(ln.date()), len(ln.after())})
	}
	for _, m := range s.more {
		k.text = append(append(append(k.text, m.Before...), m.Date...), m.After...)
		k.lines = append(k.lines, lineParts{len(m.Before), len(m.Date), len(m.After)})
	}
	for len(k.lines) > maxGathered {
		k.text, k.lines = k.text[k.lines[0].size():], k.lines[1:]
	}
}

// follow puts the lines of o in front.
func (k *lineStore) follow(o *lineStore) {
	k.text, k.lines = slices.Insert(k.text, 0, o.text...), slices.Insert(k.lines, 0, o.lines...)
}

// matches returns the lines.
func (k *lineStore) matches() []ticket.Match {
	if len(k.lines) == 0 {
		return nil
	}
	text, all := string(k.text), make([]ticket.Match, 0, len(k.lines))
	for _, l := range k.lines {
		all = append(all, ticket.Match{
			Before: text[:l.before], Date: text[l.before : l.before+l.date], After: text[l.before+l.date : l.size()],
		})
		text = text[l.size():]
	}
	return all
}

func (l lineParts) size() int { return l.before + l.date + l.after }

// clear drops all lines, and their memory if it is more than a few lines take.
func (k *lineStore) clear() {
	const few = 4 << 10
	k.text, k.lines = k.text[:0], k.lines[:0]
	if cap(k.text) > few {
		k.text = nil
	}
}
