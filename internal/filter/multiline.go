package filter

import (
	"bytes"
	"slices"
	"strings"

	"gaol/internal/ticket"
)

// matched is the share of the searched lines that a failregex matched.
type matched struct {
	lines     []ticket.Match // those that the match spans, skipped ones taken out; nil where it can only be the present line
	rest      []ticket.Match // all others, in the order in which they stay in the buffer
	ignorable []byte         // the text that ignoreregex gets to see
}

// matched works out which lines the last match of r in text covers.
func (f *Filter) matched(r *pattern, text []byte) matched {
	if f.program.maxLines == 1 {
		return matched{ignorable: text}
	}
	first, last := f.lineSpan(text)
	first, last = min(first, len(f.orig)), min(last, len(f.orig))
	lines := slices.Clone(f.orig[first:last])
	var skipped []ticket.Match
	for _, g := range r.skips {
		from, to := f.match.Group(g)
		if from < 0 {
			continue
		}
		for _, s := range splitLines(string(text[from:to])) {
			lines, skipped = moveLine(lines, skipped, s)
		}
	}
	return matched{
		lines:     lines,
		rest:      slices.Concat(f.orig[:first], skipped, f.orig[last:]),
		ignorable: f.joined(lines),
	}
}

// moveLine moves the first line whose text without date is s from lines to skipped.
func moveLine(lines, skipped []ticket.Match, s string) (left, moved []ticket.Match) {
	i := slices.IndexFunc(lines, func(m ticket.Match) bool { return m.Before+m.After == s })
	if i < 0 {
		return lines, skipped
	}
	skipped = append(skipped, lines[i])
	return slices.Delete(lines, i, i+1), skipped
}

// lineSpan returns the lines of text that the last match touches, as a half-open range. A line feed at its very start belongs
// to the line before, which does not count as touched.
func (f *Filter) lineSpan(text []byte) (first, last int) {
	from, to := f.match.Group(0)
	end := max(from, to-1)
	if from < len(text) && text[from] == '\n' {
		from++
	}
	first = bytes.Count(text[:from], []byte{'\n'})
	last = bytes.Count(text[:end], []byte{'\n'})
	return first, max(first, last) + 1
}

// keep makes lines the buffer of those that a later match may include.
func (f *Filter) keep(lines []ticket.Match) {
	if f.program.maxLines > 1 {
		f.buffer = lines
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
