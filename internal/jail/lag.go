package jail

import (
	"slices"

	"gaol/internal/ticket"
)

// A SourceStatus is what a jail tells about one of its sources.
type SourceStatus struct {
	Progress
	State     SourceState
	Seconds   float64 // between the last line judged and now while there is more to judge, else 0; Unknown where no line was judged
	Undecoded uint64  // lines with bytes that are no text in the log's encoding
	Undated   uint64  // lines without a date
	Matched   uint64  // matches of failregex
	Stated    ticket.Unix
	Skew      int    // seconds by which the dates of the log are ahead of the clock
	SkewKnown bool   // enough lines have come to tell
	Corrected bool   // they are put right
	Zone      string // the logtimezone with which there would be no skew, "" where none is needed or would do
}

// A SourceState says how a source fares.
type SourceState string

// The states of a source.
const (
	SourceClosed  SourceState = "not read"    // the jail does not run, or opening it failed, which is in the log
	SourceWaiting SourceState = "waiting"     // the file is not there or cannot be read; Absent says why
	SourceIdle    SourceState = "idle"        // the jail pauses
	SourceBehind  SourceState = "catching up" // there is more to judge than what was written in the last moment
	SourceReading SourceState = "reading"
)

// moment is for how many seconds a line that was written may wait before its source counts as behind.
const moment = 5

// Sources returns the jail's sources in the order of its settings, with what a pattern has found in place of the pattern.
func (j *Jail) Sources() []SourceStatus {
	var all []SourceStatus
	for _, p := range j.progress() {
		all = append(all, j.insights.status(p, j.env.Now()))
	}
	return all
}

// progress asks every source how far it is. Sources may keep whoever asks waiting, so no lock is held meanwhile.
func (j *Jail) progress() (all []Progress) {
	j.life.Lock()
	names := j.sourceNames()
	subs := make([]Subscription, len(names))
	for i, name := range names {
		subs[i] = j.life.subs[name]
	}
	j.life.Unlock()
	for i, sub := range subs {
		if sub == nil {
			all = append(all, Progress{Path: names[i], Behind: Unknown})
			continue
		}
		files := sub.Progress()
		if len(files) == 0 {
			files = []Progress{{Path: names[i], Open: true, Absent: "no file matches"}}
		}
		all = append(all, files...)
	}
	return once(all)
}

// once leaves out what is not read by its name but because of a pattern that matches it.
func once(all []Progress) (out []Progress) {
	for _, p := range all {
		if p.Open || !slices.ContainsFunc(all, func(o Progress) bool { return o.Open && o.Path == p.Path }) {
			out = append(out, p)
		}
	}
	return out
}

// sourceNames returns the sources that the settings want: files, patterns, the journal. The caller holds life.
func (j *Jail) sourceNames() []string {
	s := &j.life.plan.Settings
	if UsesJournal(s.Backend) {
		return []string{JournalSource}
	}
	names := make([]string, len(s.Logs))
	for i, l := range s.Logs {
		names[i] = l.Path
	}
	return names
}

// status adds what was learnt of the lines of a source to how far their reading is.
func (s *insights) status(p Progress, now ticket.Unix) SourceStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := SourceStatus{Progress: p, Seconds: Unknown}
	last := ticket.Unix(0)
	if in := s.sources[p.Path]; in != nil {
		st.Undecoded, st.Undated, st.Matched, st.Stated = in.undecoded, in.undated, in.matched, in.stated
		st.Skew, st.SkewKnown = in.skew.Seconds()
		st.Corrected = s.correctionOf(in) != 0
		if st.Skew != 0 {
			st.Zone = s.zone(st.Skew, now)
		}
		last = in.stated - ticket.Unix(st.Skew)
		if in.stated == 0 {
			last = in.judged
		}
	}
	st.lag(last, now)
	return st
}

// lag fills in how long s is behind, and its state. last is the time of the last line that was judged, 0 for none.
func (s *SourceStatus) lag(last, now ticket.Unix) {
	switch {
	case s.Behind == 0:
		s.Seconds = 0
	case s.Behind > 0 && last != 0:
		s.Seconds = max(0, float64(now-last))
	}
	s.State = s.state()
}

func (s *SourceStatus) state() SourceState {
	switch {
	case !s.Open:
		return SourceClosed
	case s.Paused:
		return SourceIdle
	case s.Absent != "":
		return SourceWaiting
	case !s.Live && s.Behind != 0, s.Behind > 0 && s.Seconds >= moment:
		return SourceBehind
	}
	return SourceReading
}
