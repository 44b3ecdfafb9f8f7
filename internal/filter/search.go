package filter

import (
	"gaol/internal/ticket"
)

// A Hit is what one failregex made of a line. The daemon only ever sees hits that are neither Quiet nor Pending.
type Hit struct {
	Regex   int32  // index of the failregex
	Timed   bool   // whether Found.Failure.Time means anything
	NoFail  bool   // something of the line or of its connection says that it is no failure by itself
	Quiet   bool   // the line only told something about its connection
	Pending bool   // a failure of somebody not yet known
	Found   *Found // nil where only counts are wanted
}

// A Found is what a Hit is about.
type Found struct {
	Failure *ticket.Failure // of a pending hit, without identity
	Lines   []ticket.Match  // the log lines that the regex matched
}

// search looks for failures in the present line and hands them to f.visit.
func (f *Filter) search() error {
	f.assemble()
	if f.gate != nil && f.program.maxLines == 1 && !f.gate.Open(f.text) {
		return nil
	}
	if f.isBarren(f.text) {
		f.prefixes++
		return nil
	}
	return f.seek()
}

// seek does so in a text that may have some.
func (f *Filter) seek() error {
	p, text := f.program, f.text
	var base *match
	if p.earlyIgnore && f.isIgnored(text) {
		return nil
	}
	if p.prefregex != nil {
		if !f.prefix.find(p.prefregex, text) {
			f.giveUp(&f.prefix)
			return nil
		}
		base = &f.prefix
		f.tally.Heard = f.ear.tells
		f.prefixes++
		if f.prefixed != nil {
			f.prefixed()
		}
		text = f.content(text)
	}
	return f.try(0, base, text)
}

// try searches text for each failregex from the one with index first on, leaving out those that cannot match, until one of them
// ends the line. base is the match of prefregex, if there is one.
func (f *Filter) try(first int, base *match, text []byte) error {
	p := f.program
	f.candidates.Start(p.set, text)
	for i := f.candidates.Next(); i >= 0; i = f.candidates.Next() {
		r := p.failregex[i]
		if i < first {
			continue
		}
		if !f.match.find(r, text) {
			f.giveUp(&f.match)
			continue
		}
		f.tally.Matched++
		var s *share
		if p.maxLines > 1 {
			s = f.span(r, text)
		}
		if len(p.ignoreregex) > 0 && f.isIgnored(f.ignorable(s, text)) {
			f.take(s)
			if !f.all {
				return nil
			}
			return f.try(i+1, base, f.left(s)) // what is ignored cannot match once more
		}
		next, err := f.yield(i, base, s)
		if err != nil || !next && !f.all {
			return err
		}
	}
	return nil
}

// find searches text for r and reports whether it is there.
func (m *match) find(r *pattern, text []byte) bool {
	m.of, m.text = r, text
	return m.m.Find(r.re, text)
}

// giveUp tells if the search of m, which found nothing, was given up.
func (f *Filter) giveUp(m *match) {
	if m.m.Truncated() {
		f.tellGivenUp(m.of)
	}
}

// tellGivenUp tells that a search for r was given up. A searcher leaves that to the Queue's own filter.
func (f *Filter) tellGivenUp(r *pattern) {
	f.counts.gaveUp.Add(1)
	if f.gaveUp != nil {
		f.gaveUp(r)
		return
	}
	if f.recall.warned.due(warnGaveUp+r.expanded, f.now) {
		f.jailLog.Warn("Gave up searching a line that back-references make too costly; it counts as not matching. " +
			"The regular expression is '" + r.expanded + "'")
	}
}

// assemble makes the text to search, f.text: the line without its date, or the last lines without theirs, each with its line feed.
func (f *Filter) assemble() {
	ln := f.line
	switch {
	case f.program.maxLines > 1:
		f.buffer = append(f.buffer, ln.match())
		f.buffer = f.buffer[max(0, len(f.buffer)-f.program.maxLines):]
		f.orig = f.buffer
		f.text = f.joined(f.buffer)
	case ln.from == 0 && isFed(ln.text):
		f.text, f.lent = ln.text[ln.to:len(ln.text)+1], false // most dates stand at the beginning: nothing to put together
	default:
		f.cut = append(append(append(f.cut[:0], ln.before()...), ln.after()...), '\n')
		f.text, f.lent = f.cut, true
	}
}

// isFed reports whether a line feed follows text in its memory, as it does where lines were cut out of a block.
func isFed(text []byte) bool {
	n := len(text)
	return n < cap(text) && text[:n+1][n] == '\n'
}

func (f *Filter) joined(lines []ticket.Match) []byte {
	var b []byte
	for _, m := range lines {
		b = append(append(append(b, m.Before...), m.After...), '\n')
	}
	return b
}

// content returns the text to search after prefregex matched: the group "content" and a line feed if there is such a group with
// text in it, else the text as it was.
func (f *Filter) content(text []byte) []byte {
	g := f.program.prefregex.content
	if g < 0 {
		return text
	}
	groups := f.prefix.m.Groups()
	to, from := int(groups[2*g+1]), int(groups[2*g])
	if from < 0 || from >= to {
		return text
	}
	if f.program.maxLines > 1 {
		// The original searches the content instead of the lines from now on, unless a failregex matches.
		f.buffer = []ticket.Match{{After: string(text[from:to])}}
	}
	if to < len(text) && text[to] == '\n' {
		return text[from : to+1]
	}
	f.inner = append(append(f.inner[:0], text[from:to]...), '\n')
	f.lent = true
	return f.inner
}

// isIgnored reports whether one of the ignoreregex matches text.
func (f *Filter) isIgnored(text []byte) bool {
	for i, r := range f.program.ignoreregex {
		if f.ignoring.find(r, text) {
			if f.ignored != nil {
				f.ignored(i)
			}
			return true
		}
		f.giveUp(&f.ignoring)
	}
	return false
}

// yield makes failures of the last match, that of the failregex with an index. next is true when it turned out to be none, so that the
// next failregex gets its chance.
func (f *Filter) yield(index int, base *match, s *share) (next bool, err error) {
	if f.record != nil {
		f.record(index, base)
		return f.isTimeless(), nil
	}
	return f.settle(index, f.captured.capture(base, &f.match), s)
}

// settle makes failures of what a match told.
func (f *Filter) settle(index int, told *values, s *share) (next bool, err error) {
	ln := f.line
	if ln.undated {
		f.warnUndated()
		if f.isTimeless() {
			return true, nil
		}
	}
	f.take(s)
	seen := f.sight(s)
	id, connected := told.get(roleMLFID)
	if connected {
		return false, f.connect(index, id, told, seen)
	}
	who, found, err := f.identify(told)
	if err != nil {
		return false, err
	}
	if !found {
		f.env.Log.Error("No group found in '" + string(ln.before()) + string(ln.after()) + "' using '" +
			f.program.failregex[index].expanded + "'")
		return false, nil
	}
	h := Hit{Regex: int32(index), Timed: ln.timed, NoFail: told.has(roleNoFail)}
	if f.counting {
		f.count(h, len(who))
		return false, nil
	}
	f.lines.clear()
	f.lines.add(seen)
	if f.loose {
		f.found.Lines = f.lines.matches()
	}
	return false, f.deliver(h, &f.lines, told, who)
}

// isTimeless reports whether the line has no time, so that it cannot be a failure.
func (f *Filter) isTimeless() bool { return f.line.undated && !f.line.timed && !f.anyTime }

// connect joins a match to the connection it belongs to and delivers what comes of that.
func (f *Filter) connect(index int, id []byte, told *values, seen *sight) error {
	c := f.recall.connections.merge(id, told, seen, f.now)
	quiet := c.isQuiet()
	if quiet && !f.all {
		return nil
	}
	who, found, err := f.identify(&c.told.values)
	if err != nil {
		return err
	}
	if !found {
		c.pending = true
		if !f.all {
			return nil
		}
		who = f.somebody()
	}
	h := Hit{Regex: int32(index), Timed: f.line.timed, NoFail: quiet, Quiet: quiet, Pending: !found}
	if f.counting {
		f.count(h, len(who))
		return nil
	}
	f.found.Lines = nil
	if f.all {
		f.found.Lines = seen.appendTo(nil)
	}
	return f.deliver(h, &c.lines, &c.told.values, who)
}

// sight returns the log lines that a match spans, nil where nobody wants them.
func (f *Filter) sight(s *share) *sight {
	switch {
	case f.counting:
		return nil
	case s != nil:
		f.seen = sight{more: s.lines}
	default:
		f.seen = sight{line: f.line}
	}
	return &f.seen
}

// count notes h, once for each of its offenders.
func (f *Filter) count(h Hit, offenders int) {
	for range offenders {
		*f.hits = append(*f.hits, h)
	}
}

// deliver hands out h with its failure, once for each of its offenders.
func (f *Filter) deliver(h Hit, lines *lineStore, told *values, who []offender) error {
	for i := range who {
		switch {
		case f.loose:
			f.found.Failure, h.Found = f.failure(who[i], lines, told), &f.found
		default:
			f.found.Failure, h.Found = f.packed(who[i], lines, told), &f.found
		}
		if err := f.visit(h); err != nil {
			return err
		}
	}
	return nil
}

// failure makes the failure of one offender for a Tester.
func (f *Filter) failure(o offender, lines *lineStore, told *values) *ticket.Failure {
	x := &ticket.Failure{
		ID: o.id, IP: o.ip, Time: f.line.time, Whole: f.line.whole, Matches: lines.matches(), Fields: told.fields(),
	}
	if !o.ip.IsZero() {
		x.Fields = x.Fields.With("ip", o.ip.String())
	}
	if _, captured := x.Fields.Get("stream"); f.line.stream != "" && !captured {
		x.Fields = x.Fields.With("stream", f.line.stream)
	}
	return x
}
