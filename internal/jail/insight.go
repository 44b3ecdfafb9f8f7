package jail

import (
	"bytes"
	"cmp"
	"strings"

	"gaol/internal/filter"
	"gaol/internal/health"
	"gaol/internal/ticket"
)

const (
	day  = 24 * 60 * 60 // seconds
	week = 7 * day
)

// An insight is what a jail has learnt of a source from its lines. It is guarded by judging.
type insight struct {
	undecoded, undated, matched uint64
	stated                      ticket.Unix // what the last line with a date said, 0 for none
	judged                      ticket.Unix // when the last line was judged
	skew                        health.Skew
	warned                      ticket.Unix // of the skew; 0 for never
	watch                       health.Watch
}

// insight returns the insight into a source, a new one if there is none.
func (j *Jail) insight(source string) *insight {
	in := j.judging.insights[source]
	if in == nil {
		in = &insight{}
		j.judging.insights[source] = in
	}
	return in
}

// relearn gives up what was concluded about logs with a former filter. The caller holds judging.
func (j *Jail) relearn() {
	for _, in := range j.judging.insights {
		in.skew, in.warned, in.watch = health.Skew{}, 0, health.Watch{}
	}
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

// correction returns by how much dates of a source are to be put back, in seconds.
func (j *Jail) correction(in *insight) ticket.Unix {
	if j.life.plan.Settings.Watch.Skew != SkewCorrect {
		return 0
	}
	seconds, _ := in.skew.Seconds()
	return ticket.Unix(seconds)
}

// manyLines is the size of a batch from which on it was waiting to be read, so that its dates don't show what time it is.
const manyLines = 256

// observe learns what a batch shows about its source.
func (j *Jail) observe(in *insight, b *ticket.Batch, t filter.Tally) {
	now := j.env.Now()
	in.undecoded += uint64(t.Undecoded)
	in.undated += uint64(t.Undated)
	in.matched += uint64(t.Matched)
	in.judged = now
	if t.Stated != 0 {
		in.stated = t.Stated
		if b.Live && t.Lines < manyLines && in.skew.Note(t.Stated, now) {
			j.warnOfSkew(in, b.Source, now)
		}
	}
	if s := j.judging.service; len(s) > 0 && t.Lines > 0 && bytes.Contains(b.Lines[t.Probed].Text, s) {
		t.Named = true
	}
	if c := in.watch.Note(t, func(i int) []byte { return b.Lines[i].Text }, now, j.judging.limits); c != nil {
		j.logs.filter.Warn(j.complaint(c, b.Source))
	}
}
