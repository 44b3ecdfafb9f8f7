package regextest

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gaol/internal/filter"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// Report writes what the lines came to, after Test. elapsed is how long that took.
func (s *Session) Report(w io.Writer, elapsed time.Duration) error {
	for _, text := range s.window {
		s.lists[filter.Missed].add([]byte(text))
	}
	s.window = nil
	score := s.tester.Score()
	lines := score.Lines
	lines[filter.Missed] -= s.claimed
	lines[filter.Matched] += s.claimed
	for kind := range lines {
		s.lists[kind].count = lines[kind]
	}

	var b strings.Builder
	b.WriteString("\nResults\n=======\n")
	s.writePrefregex(&b)
	s.writeRegexes(&b, "Failregex", s.opt.Failregex, score.Fail, s.shown)
	s.writeRegexes(&b, "Ignoreregex", s.opt.Ignoreregex, score.Ignore, nil)
	if !s.opt.NoDates {
		s.writeDates(&b)
	}
	fmt.Fprintf(&b, "\nLines: %d lines, %d ignored, %d matched, %d missed\n",
		lines[filter.Missed]+lines[filter.Matched]+lines[filter.Ignored], lines[filter.Ignored], lines[filter.Matched], lines[filter.Missed])
	fmt.Fprintf(&b, "[processed in %.2f sec]\n\n", elapsed.Seconds())
	s.writeLines(&b, "matched", &s.lists[filter.Matched], s.program.Failregex(), s.opt.Failregex)
	s.writeLines(&b, "ignored", &s.lists[filter.Ignored], s.program.Ignoreregex(), s.opt.Ignoreregex)
	s.writeLines(&b, "missed", &s.lists[filter.Missed], s.program.Failregex(), s.opt.Failregex)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeBox writes lines in the frame that all parts of a report have.
func writeBox(b *strings.Builder, heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if heading != "" {
		b.WriteString("|- " + heading + "\n")
	}
	b.WriteString("|  " + strings.Join(lines, "\n|  ") + "\n`-\n")
}

func (s *Session) writePrefregex(b *strings.Builder) {
	regex := s.program.Prefregex()
	if regex == "" {
		return
	}
	fmt.Fprintf(b, "\nPrefregex: %d total\n", s.tester.Prefixed())
	lines := []string{regex}
	for i, groups := range s.prefixShown {
		if i == prefixesShown {
			lines = append(lines, "    ...")
			break
		}
		lines = append(lines, "    "+dict(groups))
	}
	writeBox(b, "", lines)
}

// writeRegexes writes how the regexes have fared; shown are lines to be shown of the first of them.
func (s *Session) writeRegexes(b *strings.Builder, title string, texts []string, hits []int, shown [][]string) {
	total := 0
	var lines []string
	for i, n := range hits {
		total += n
		if n > 0 || s.opt.Verbose {
			lines = append(lines, fmt.Sprintf("%2d) [%d] %s", i+1, n, texts[i]))
		}
		if i < len(shown) {
			lines = append(lines, shown[i]...)
		}
	}
	fmt.Fprintf(b, "\n%s: %d total\n", title, total)
	writeBox(b, " #) [# of hits] regular expression", lines)
}

func (s *Session) writeDates(b *strings.Builder) {
	b.WriteString("\nDate template hits:\n")
	var lines []string
	for _, t := range s.tester.Dates() {
		if t.Hits == 0 && !s.opt.Verbose {
			continue
		}
		lines = append(lines, fmt.Sprintf("[%d] %s", t.Hits, t.Name))
		if s.opt.VerboseDates {
			lines = append(lines,
				fmt.Sprintf("    # weight: %.3f (%.3f), pattern: %s", float64(t.Hits)*t.Weight, t.Weight, t.Pattern),
				"    # regex:   "+t.Regex)
		}
	}
	writeBox(b, "[# of hits] date format", lines)
}

// writeLines writes the lines of one kind, or only how many there are. With links every line comes once for each expression
// that was tried on it.
func (s *Session) writeLines(b *strings.Builder, kind string, l *list, expanded, regexes []string) {
	switch {
	case l.when == Never || l.count == 0:
		return
	case l.when == Few && l.count >= l.limit:
		fmt.Fprintf(b, "%s line(s): too many to print.  Use --print-all-%s to print all %d lines\n",
			strings.ToUpper(kind[:1])+kind[1:], kind, l.count)
		return
	}
	var lines []string
	for _, text := range l.lines {
		if !s.opt.Debuggex {
			lines = append(lines, strings.TrimRight(text, " \t\r\n\v\f"))
			continue
		}
		for i, regex := range regexes {
			lines = append(lines, text+" | "+regex+" |  "+s.link(expanded[i], text))
		}
	}
	writeBox(b, strings.ToUpper(kind[:1])+kind[1:]+" line(s):", lines)
}

// dict prints fields as Python prints a dictionary.
func dict(fields ticket.Fields) string { return pickle.Repr(asDict(fields)) }

func asDict(fields ticket.Fields) *pickle.Dict {
	d := pickle.NewDict()
	for _, x := range fields {
		d.Set(x.Name, plain(x.Value))
	}
	return d
}

// plain turns the value of a field into one that prints as in Python.
func plain(v any) any {
	switch v := v.(type) {
	case ticket.Set:
		members := make([]any, 0, len(v))
		for _, m := range v {
			members = append(members, plain(m))
		}
		return pickle.NewSet(members...)
	case ticket.Tuple:
		return pickle.Tuple(v)
	}
	return v
}
