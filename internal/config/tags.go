package config

import (
	"fmt"
	"strings"

	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// A text is a value on its way to the command stream, and where it was written.
type text struct {
	s    string
	none bool // stands for nothing at all, as do the options of a file without [Definition]
	from source
}

// texts are values by name, in the order in which tags are replaced.
type texts = omap.Map[text]

const (
	// maxReplaced is how often one tag is replaced within one value before it counts as a circle.
	maxReplaced = 25
	// maxExpanded bounds a value's length, because tags that name each other twice double it at every step.
	maxExpanded = 4 << 20
)

// A substitution replaces <tags> in a set of values by each other's texts.
type substitution struct {
	values *texts
	ignore map[string]bool                   // names that are left alone, values and tags
	lookup func(tag string) (*string, error) // finds what values do not hold; nil for an unknown tag, which stays
}

// run replaces until nothing changes. A value that names itself, directly or in a circle, is an error.
func (s *substitution) run() error {
	done := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for name, v := range s.values.All() {
			if done[name] || s.ignore[name] || v.none {
				continue
			}
			out, err := s.expand(name, v.s)
			if err != nil {
				return err
			}
			if out != v.s {
				changed = true
				v.s = out
				s.values.Set(name, v)
			}
			done[name] = !strings.Contains(out, "<")
		}
	}
	return nil
}

// expand replaces the tags in one value, left to right. Every occurrence of a tag goes at once, and the search goes on
// where the first one stood, so that tags within the inserted text are found too.
func (s *substitution) expand(name, value string) (string, error) {
	var counts omap.Map[int]
	for at := 0; ; {
		tag, start, ok := nextTag(value, at)
		if !ok {
			return value, nil
		}
		at = start + len(tag) + 2
		if s.ignore[tag] {
			continue
		}
		n, _ := counts.Get(tag)
		if tag == name || n > maxReplaced {
			return "", circle(name, tag, &counts, value)
		}
		text, err := s.valueOf(tag)
		if err != nil {
			return "", err
		}
		if text == nil {
			continue
		}
		counts.Set(tag, n+1)
		value = strings.ReplaceAll(value, "<"+tag+">", *text)
		at = start
		if len(value) > maxExpanded && len(value) > len(*text) {
			return "", circle(name, tag, &counts, first(value, 1000)+"…")
		}
	}
}

func (s *substitution) valueOf(tag string) (*string, error) {
	if v, ok := s.values.Get(tag); ok && !v.none {
		return &v.s, nil
	}
	return s.lookup(tag)
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
		end := strings.IndexFunc(s[start+1:], func(r rune) bool { return r == '<' || r == '>' || pytext.IsSpace(r) })
		if end < 0 {
			return "", 0, false
		}
		if end > 0 && s[start+1+end] == '>' {
			return s[start+1 : start+1+end], start, true
		}
		at = start + 1
	}
}

// circle is the error for a value that cannot be resolved.
func circle(name, tag string, counts *omap.Map[int], value string) error {
	var seen strings.Builder
	for k, n := range counts.All() {
		if seen.Len() > 0 {
			seen.WriteString(", ")
		}
		fmt.Fprintf(&seen, "%s: %d", pickle.Repr(k), n)
	}
	return &Error{
		Option: name,
		Text: fmt.Sprintf("properties contain self referencing definitions and cannot be resolved, fail tag: %s, found: %s in {%s}, value: %s",
			name, tag, seen.String(), value),
		Hint: fmt.Sprintf("<%s> leads back to itself; to extend a parameter from a jail write <known/%s>", tag, tag),
	}
}
