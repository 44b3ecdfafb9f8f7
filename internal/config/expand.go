package config

import (
	"bytes"
	"strings"
)

// expand does what replace does, mostly in one go: replace copies the value for every tag, and values are read by the hundred. Where
// the outcome might not be the same it leaves the value to replace, which also knows the words for what is wrong. Settled reports
// that another pass would change nothing.
func (s *substitution) expand(name, value string) (out string, settled bool, err error) {
	if strings.IndexByte(value, '<') < 0 {
		return value, true, nil
	}
	x := &s.room
	x.begin(s, name)
	good := x.insert(value, 0)
	switch {
	case !good:
		out, err = s.replace(name, value)
		return out, false, err
	case x.events == 0:
		return value, true, nil
	}
	return s.paper.Keep(x.out), !x.joined, nil
}

// An expansion is the expansion of one value. It replaces each occurrence of a tag when it comes to it. Since replace lets all
// occurrences that it can see go with the first one, and counts them as one, an expansion numbers those events and knows for each
// text since when it has been there.
type expansion struct {
	*substitution
	name   string
	out    []byte
	left   int // bytes that may still be inserted
	events int // so far, the latest one's number
	seen   []occurrences
	joined bool // a text was inserted where it may have become part of a tag

	open   bool // an angle bracket that is no tag's was appended, and up to looked nothing behind it that ends a tag
	looked int
}

// occurrences are the events of one tag: their numbers, ascending.
type occurrences struct {
	tag   string
	first int
	later []int
}

// begin makes x ready for another value. The memory of the last one serves again.
func (x *expansion) begin(s *substitution, name string) {
	*x = expansion{substitution: s, name: name, out: x.out[:0], left: s.most, seen: x.seen[:0]}
}

// insert appends a text, there since event number born, with its tags expanded. It reports false when it cannot tell what replace
// would do.
func (x *expansion) insert(text string, born int) bool {
	if x.left -= len(text); x.left < 0 {
		return false
	}
	inner := born > 0
	for {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			x.out = append(x.out, text...)
			return true
		}
		end := start + 1 + tagLength(text[start+1:])
		switch {
		case end == len(text): // and what follows an inner text might make it a tag
			x.out = append(x.out, text...)
			return !inner
		case text[end] == '<':
			if spliced, ok := x.splice(text[start:], end-start, born); ok {
				x.out = append(x.out, text[:start]...)
				text = spliced
				continue
			}
			fallthrough
		case end == start+1 || text[end] != '>':
			x.out = append(x.out, text[:start+1]...)
			x.open, x.looked = true, len(x.out)
			text = text[start+1:]
			continue
		}
		x.out = append(x.out, text[:start]...)
		if !x.tag(text[start:end+1], born) {
			return false
		}
		text = text[end+1:]
	}
}

// splice puts the meaning of the tag that begins at inner into text, which is about to be read as the beginning of another tag. It does
// that if replace did it before it came here, so that it sees <m-normal> where <m-<mode>> is written.
func (x *expansion) splice(text string, inner, born int) (string, bool) {
	end := inner + 1 + tagLength(text[inner+1:])
	if end == inner+1 || end == len(text) || text[end] != '>' {
		return "", false
	}
	tag := text[inner+1 : end]
	if x.ignore[tag] || !x.replaced(tag, born) {
		return "", false
	}
	meaning, known, err := x.valueOf(tag)
	if x.left -= len(text); x.left < 0 || err != nil || !known || strings.IndexByte(meaning, '<') >= 0 {
		return "", false // and tag will not know what to do, either
	}
	return text[:inner] + meaning + text[end+1:], true
}

// replaced reports whether replace has seen to a tag in a text that has been there since born.
func (x *expansion) replaced(tag string, born int) bool {
	for _, o := range x.seen {
		if o.tag == tag {
			return o.first > born || len(o.later) > 0 && o.later[len(o.later)-1] > born
		}
	}
	return false
}

// tag appends what a tag, as written, stands for.
func (x *expansion) tag(written string, born int) bool {
	tag := written[1 : len(written)-1]
	if x.ignore[tag] {
		x.out = append(x.out, written...)
		return true
	}
	meaning, known, err := x.valueOf(tag)
	if err != nil || tag == x.name {
		return false
	}
	if !known {
		x.out = append(x.out, written...)
		return true
	}
	before := x.events
	event, ok := x.event(tag, born)
	if !ok || x.joined && (len(x.out) > maxJoined || bytes.Contains(x.out, []byte(written))) {
		return false
	}
	if x.insideTag() {
		if event <= before { // so replace has put the tag together before it comes here
			return false
		}
		x.joined = true
	}
	return x.insert(meaning, event)
}

// event returns the number of the event in which replace replaces the tag in a text that has been there since born: the first one
// after that, or else a new one.
func (x *expansion) event(tag string, born int) (number int, ok bool) {
	for i := range x.seen {
		o := &x.seen[i]
		switch {
		case o.tag != tag:
			continue
		case o.first > born:
			return o.first, true
		}
		for _, n := range o.later {
			if n > born {
				return n, true
			}
		}
		x.events++
		o.later = append(o.later, x.events)
		return x.events, len(o.later) < maxReplaced
	}
	x.events++
	x.seen = append(x.seen, occurrences{tag: tag, first: x.events})
	return x.events, true
}

// insideTag reports whether what is appended next may complete a tag.
func (x *expansion) insideTag() bool {
	x.open = x.open && !bytes.ContainsAny(x.out[x.looked:], "<> \t\n\r\v\f")
	x.looked = len(x.out)
	return x.open
}

// maxJoined bounds what is searched for tags that have been put together; replace copes with more.
const maxJoined = 64 << 10
