package jail

import (
	"bytes"
	"cmp"
	"strings"
	"sync"

	"gaol/internal/filter"
	"gaol/internal/health"
	"gaol/internal/ticket"
)

const (
	day  = 24 * 60 * 60 // seconds
	week = 7 * day
)

// An insight is what a jail has learnt of a source from its lines.
type insight struct {
	undecoded, undated, matched uint64
	stated                      ticket.Unix // what the last line with a date said, 0 for none
	judged                      ticket.Unix // when the last line was judged
	skew                        health.Skew
	warned                      ticket.Unix // of the skew; 0 for never
	watch                       health.Watch
}

// insights are what a jail has learnt of all of its sources. The lock is held for moments only: who asks how far a jail is behind must not
// wait until it has judged a batch.
type insights struct {
	jail string

	mu      sync.Mutex // guards what follows
	sources map[string]*insight
	plan    *Plan // in force
	limits  health.Limits
	service []byte // the name by which lines of the filter's service can be told, nil where that says nothing
}

// adopt goes by another plan. What was concluded about logs with another filter is given up.
func (s *insights) adopt(p *Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plan == nil || s.plan.program != p.program {
		for _, in := range s.sources {
			in.skew, in.warned, in.watch = health.Skew{}, 0, health.Watch{}
		}
	}
	s.plan, s.limits, s.service = p, p.limits(), p.service(s.jail)
}

// forget drops what was learnt of a source that is not read any more.
func (s *insights) forget(source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sources, source)
}

// of returns the insight into a source, a new one if there is none. The caller holds mu.
func (s *insights) of(source string) *insight {
	in := s.sources[source]
	if in == nil {
		if s.sources == nil {
			s.sources = map[string]*insight{}
		}
		in = new(insight)
		s.sources[source] = in
	}
	return in
}

// limits returns how long a filter may be silent.
func (p *Plan) limits() health.Limits {
	w := &p.Settings.Watch
	l := health.Limits{Dates: w.NoDate.Float64(), Named: day, Unnamed: week}
	if w.NoMatch != nil {
		l.Named, l.Unnamed = w.NoMatch.Float64(), w.NoMatch.Float64()
	}
	return l
}

// filterName returns what fail2ban-regex calls the filter of the jail called name.
func (p *Plan) filterName(name string) string {
	return cmp.Or(p.Settings.FilterName, name) // as configurations have it that name no filter
}

// service returns the name of the filter's service, sshd of sshd[mode=aggressive], if the filter knows what the service says on a good
// day. For a filter that knows failures only it means nothing that there are lines of the service and no matches.
func (p *Plan) service(jail string) []byte {
	if !p.program.KnowsGoodLines() {
		return nil
	}
	name, _, _ := strings.Cut(p.filterName(jail), "[")
	name, _, _ = strings.Cut(name, "-")
	return []byte(name)
}

// correction returns by how many seconds dates of a source are to be put back.
func (s *insights) correction(source string) ticket.Unix {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.correctionOf(s.of(source))
}

func (s *insights) correctionOf(in *insight) ticket.Unix {
	if s.plan.Settings.Watch.Skew != SkewCorrect {
		return 0
	}
	seconds, _ := in.skew.Seconds()
	return ticket.Unix(seconds)
}

// manyLines is the size of a batch from which on it was waiting to be read, so that its dates don't show what time it is.
const manyLines = 256

// learn takes what a batch that was judged at now came to, and returns what is to be warned of.
func (s *insights) learn(b *ticket.Batch, t filter.Tally, now ticket.Unix) (warnings []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.of(b.Source)
	in.undecoded += uint64(t.Undecoded)
	in.undated += uint64(t.Undated)
	in.matched += uint64(t.Matched)
	in.judged = now
	if t.Stated != 0 {
		in.stated = t.Stated
		if b.Live && t.Lines < manyLines && in.skew.Note(t.Stated, now) {
			warnings = s.warnOfSkew(in, b.Source, now)
		}
	}
	if len(s.service) > 0 && t.Lines > 0 && bytes.Contains(b.Lines[t.Probed].Text, s.service) {
		t.Named = true
	}
	if c := in.watch.Note(t, func(i int) []byte { return b.Lines[i].Text }, now, s.limits); c != nil {
		warnings = append(warnings, s.complaint(c, b.Source))
	}
	return warnings
}
