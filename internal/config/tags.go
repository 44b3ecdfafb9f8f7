package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// A text is a value on its way to the command stream, and where it was written.
type text struct {
	s    string
	none bool // stands for nothing at all, as do the options of a file without [Definition]
	from *layers.Entry
}

// texts are values by name, in the order in which tags are replaced.
type texts = omap.Map[text]

const (
	// maxReplaced is how often one tag is replaced within one value before it counts as a circle.
	maxReplaced = 25
	// maxExpanded bounds a value's length, because tags that name each other twice double it at every step.
	maxExpanded = 4 << 20
)

// A lookup finds the meaning of a tag that is none of the values; false for an unknown tag, which stays.
type lookup func(tag string) (string, bool, error)

// A substitution replaces <tags> in a set of values by each other's texts.
type substitution struct {
	values *texts
	ignore map[string]bool // names that are left alone, values and tags
	lookup lookup
	most   int // bytes that a value may grow to

	paper *layers.Paper // for values

	room expansion // where expand works
	done []bool    // where run does
	late bool      // it took run more than one pass to replace everything
}

// run replaces until nothing changes. A value that names itself, directly or in a circle, is an error. A value that a pass
// leaves as it is stays so for good, since tags that are unknown once are unknown ever.
func (s *substitution) run() error {
	done := slices.Grow(s.done[:0], s.values.Len())[:s.values.Len()]
	s.done = done
	clear(done)
	s.late = false
	for pass, changed := 1, true; changed; pass++ {
		changed = false
		for i := range done {
			name, v := s.values.At(i)
			if done[i] || v.none || s.ignore[name] {
				continue
			}
			out, settled, err := s.expand(name, v.s)
			if err != nil {
				return err
			}
			done[i] = settled || out == v.s
			s.late = s.late || pass > 1 && out != v.s
			changed = changed || !done[i]
			v.s = out
		}
	}
	return nil
}

// replace does one pass over one value, tag by tag, left to right. Every occurrence of a tag goes at once, and the search goes on
// where the first one stood, so that tags within the inserted text are found too.
func (s *substitution) replace(name, value string) (string, error) {
	var counts tally
	for at := 0; ; {
		tag, start, ok := nextTag(value, at)
		if !ok {
			return value, nil
		}
		at = start + len(tag) + 2
		if s.ignore[tag] {
			continue
		}
		if tag == name || counts.of(tag) > maxReplaced {
			return "", circle(name, tag, counts, value)
		}
		text, ok, err := s.valueOf(tag)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		counts.add(tag)
		value = strings.ReplaceAll(value, value[start:start+len(tag)+2], text)
		at = min(start, len(value)) // an occurrence before start, put together by an insertion, has gone, too
		if len(value) > s.most && len(value) > len(text) {
			return "", circle(name, tag, counts, first(value, 1000)+"…")
		}
	}
}

func (s *substitution) valueOf(tag string) (string, bool, error) {
	if v, ok := s.values.Get(tag); ok && !v.none {
		return v.s, true, nil
	}
	return s.lookup(tag)
}

// A tally counts how often each tag was replaced, in order of first replacement. It mostly holds a handful.
type tally []tagCount

type tagCount struct {
	tag string
	n   int
}

func (t tally) of(tag string) int {
	for _, c := range t {
		if c.tag == tag {
			return c.n
		}
	}
	return 0
}

func (t *tally) add(tag string) {
	for i := range *t {
		if (*t)[i].tag == tag {
			(*t)[i].n++
			return
		}
	}
	*t = append(*t, tagCount{tag, 1})
}

// nextTag finds the first tag of s at or behind at: one or more characters between angle brackets, none of them a blank or
// an angle bracket.
func nextTag(s string, at int) (tag string, start int, ok bool) {
	for {
		n := strings.IndexByte(s[at:], '<')
		if n < 0 {
			return "", 0, false
		}
		start = at + n
		n = tagLength(s[start+1:])
		switch end := start + 1 + n; {
		case end == len(s):
			return "", 0, false
		case n > 0 && s[end] == '>':
			return s[start+1 : end], start, true
		}
		at = start + 1
	}
}

// tagLength returns how many bytes at the start of s can be inside a tag.
func tagLength(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<' || c == '>' || c <= ' ' && pytext.IsSpace(rune(c)):
			return i
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if pytext.IsSpace(r) {
				return i
			}
			i += size - 1
		}
	}
	return len(s)
}

// circle is the error for a value that cannot be resolved.
func circle(name, tag string, counts tally, value string) error {
	var seen strings.Builder
	for i, c := range counts {
		if i > 0 {
			seen.WriteString(", ")
		}
		fmt.Fprintf(&seen, "%s: %d", pickle.Repr(c.tag), c.n)
	}
	return &Error{
		Option: name,
		Text: fmt.Sprintf("properties contain self referencing definitions and cannot be resolved, fail tag: %s, found: %s in {%s}, value: %s",
			name, tag, seen.String(), value),
		Hint: fmt.Sprintf("<%s> leads back to itself; to extend a parameter from a jail write <known/%s>", tag, tag),
	}
}
