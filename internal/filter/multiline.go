package filter

import (
	"bytes"
	"slices"
	"strings"

	"gaol/internal/ticket"
)

// A share is that of the lines that were searched which a failregex matched. It is nil where that can only be the present line.
type share struct {
	lines []ticket.Match // those that the match spans, skipped ones taken out
	rest  []ticket.Match // all others, in the order in which they stay in the buffer
}

// span works out which lines the last match of r in text covers.
func (f *Filter) span(r *pattern, text []byte) *share {
	first, last := f.lineSpan(text)
	first, last = min(first, len(f.orig)), min(last, len(f.orig))
	lines, skipped := divide(f.orig[first:last], f.skips(r, text))
	return &share{lines, slices.Concat(f.orig[:first], skipped, f.orig[last:])}
}

// ignorable returns the text that ignoreregex gets to see: that of the lines of s, or all that was searched.
func (f *Filter) ignorable(s *share, searched []byte) []byte {
	if s == nil {
		return searched
	}
	return f.joined(s.lines)
}

// left returns the text of the lines that s leaves.
func (f *Filter) left(s *share) []byte {
	if s == nil {
		return nil
	}
	return f.joined(s.rest)
}

// skips returns the lines that the <SKIPLINES> of r's last match in text stand for.
func (f *Filter) skips(r *pattern, text []byte) (skips []string) {
	for _, g := range r.skips {
		if from, to := f.match.m.Group(g); from >= 0 {
			skips = append(skips, splitLines(string(text[from:to]))...)
		}
	}
	return skips
}

// divide takes those lines out whose text without the date is the next of skips.
func divide(lines []ticket.Match, skips []string) (kept, skipped []ticket.Match) {
	for _, m := range lines {
		if len(skips) > 0 && m.Before+m.After == skips[0] {
			skips = skips[1:]
			skipped = append(skipped, m)
		} else {
			kept = append(kept, m)
		}
	}
	return kept, skipped
}

// lineSpan returns the lines of text that the last match touches, as a half-open range. A line feed at its very start belongs
// to the line before, which does not count as touched.
func (f *Filter) lineSpan(text []byte) (first, last int) {
	from, to := f.match.m.Group(0)
	end := max(from, to-1)
	if from < len(text) && text[from] == '\n' {
		from++
	}
	first = bytes.Count(text[:from], []byte{'\n'})
	last = bytes.Count(text[:end], []byte{'\n'})
	return first, max(first, last) + 1
}

// take takes the lines of s, if it is not nil, out of those that a later match may include.
func (f *Filter) take(s *share) {
	if s != nil {
		f.buffer = s.rest
	}
}

// splitLines splits s at everything that Python takes for a line end, which is much more than the line feed.
func splitLines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var lines []string
	start := 0
	for i, r := range s {
		if strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r) {
			lines = append(lines, s[start:i])
			start = i + len(string(r))
		}
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}
