package health

import (
	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// Limits say for how many seconds a filter may be silent on a busy log before that is worth a complaint; 0 is for ever.
type Limits struct {
	Dates float64 // finding no dates
	// Named is for knowing no line although the log names the service that prefregex is for; Unnamed is for where nothing tells whether
	// there was anything to know.
	Named, Unnamed float64
}

// How many lines make a log busy, whatever time they take, and how sure a verdict must be.
const (
	busyDates   = 20
	busyMatches = 100
	fewDates    = 100 // fewer than one date in so many lines is as good as none
	enoughNames = 10  // lines that name the service, among those that are looked at more closely in the time Named; a few may do so by chance
)

// A Watch looks for silence on one source.
//
// Dates are simple: a filter that finds hardly any is wrong about the log, whatever is in it. Logs with lines that go on from the one
// before, such as traces, have a date now and then.
//
// No matches may also mean a peaceful day, and it is no help to warn of those. What tells the two apart:
//
//   - Matches of any kind, of good lines and those that ignoreregex takes back too, prove that the filter hears. Filters that follow connections, sshd's above
//     all, match the lines of every login, so that they are never silent while their service is used.
//   - A prefregex that matches proves it too, because it is made for every line of the service, or of a part of it. That does not
//     hold for those that match any line at all and only take off its beginning; the tally leaves them out.
//   - Otherwise, lines that hold what prefregex demands, or the name of a service that such a filter follows, are lines that should
//     have been known: the service speaks, in a layout that the filter does not know. This is what an upgrade of the service or of
//     the logger does. The limit is Named. A line may hold a name by chance, so it takes ten in that time.
//   - Where neither is so, nothing can be told: the service may be silent, the filter may know nothing but failures, read the wrong
//     log, or have been wrong from the start. Only much time makes that suspicious: Unnamed.
//
// A single expression that no longer fits its message goes unnoticed while others match: its lines cannot be told from lines
// that never meant anything.
type Watch struct{ dates, matches silence }

// A Complaint is what is wrong.
type Complaint struct {
	NoDates bool // else no matches
	Named   bool // the lines name the filter's service
	Lines   int  // that were there to be understood
	Seconds float64
	Samples []string // two lines, as they stand in the log but for their length
}

// Note takes the tally of a batch that was judged at now; line returns the text of one of its lines. It returns a complaint
// when one is due, else nil. A complaint is not repeated until the filter has been heard of again.
func (w *Watch) Note(t filter.Tally, line func(i int) []byte, now ticket.Unix, l Limits) *Complaint {
	if t.Lines == 0 {
		return nil
	}
	c := w.noteDates(t, line, now, l.Dates)
	if w.dates.said { // is enough to do
		w.matches = silence{}
		return c
	}
	return w.noteMatches(t, line, now, l)
}

func (w *Watch) noteDates(t filter.Tally, line func(i int) []byte, now ticket.Unix, limit float64) *Complaint {
	s := &w.dates
	s.add(t.Lines, now)
	s.dated += t.Lines - t.Undated
	switch {
	case t.Undated > 1:
		s.sample(line(t.Odd[0]))
		fallthrough
	case t.Undated > 0:
		s.sample(line(t.Odd[1]))
	}
	if s.lines < busyDates || !s.over(now, limit) {
		return nil
	}
	c := s.complain(now)
	c.NoDates = true
	again := s.said
	s.said = s.dated*fewDates < s.lines
	s.startOver(now)
	if again || !s.said {
		return nil
	}
	return c
}

func (w *Watch) noteMatches(t filter.Tally, line func(i int) []byte, now ticket.Unix, l Limits) *Complaint {
	s := &w.matches
	if t.Matched > 0 || t.Heard {
		s.said = false
		s.startOver(now)
		return nil
	}
	if s.said {
		return nil
	}
	s.add(t.Lines, now)
	if t.Named {
		s.named++
	}
	if t.Named || s.named == 0 {
		s.sample(line(t.Probed))
	}
	named, due := s.named >= enoughNames, s.over(now, l.Unnamed)
	if l.Named > 0 && float64(now-s.counted) >= l.Named {
		due = due || named
		s.counted, s.named = now, 0
	}
	if !due || s.lines < busyMatches {
		return nil
	}
	if s.taken == 1 {
		s.sample(line((t.Probed + 1) % t.Lines))
	}
	s.said = true
	c := s.complain(now)
	c.Named = named
	return c
}
