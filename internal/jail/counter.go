package jail

import (
	"gaol/internal/failure"
	"gaol/internal/filter/ignore"
	"gaol/internal/ticket"
)

// A counter counts failures. Jails that count alike hold one counter, so that a failure is counted once for all of them; what follows from
// that, a line in the log or a ban, is each jail's own.
//
// The rule is that of a witness: of the jails of a party, those whose counters would come to the same hold one afterwards, and whoever
// changes a counter that others hold makes a copy first. So only those change it who have locked judging of all that hold it, and to look
// at it any of these locks will do.
type counter struct {
	table   *failure.Table
	cleaned ticket.Unix // when the table was cleaned up; its holders may be ahead of that, see jury
	holders holders
}

func newCounter(s failure.Settings) *counter {
	return &counter{table: failure.New(s), holders: holders{n: 1}}
}

// apart returns a counter that only those hold who ask for it: so many of c's holders. It is c itself if there are no others.
func (c *counter) apart(n int) *counter {
	own := c
	c.holders.part(n, func() {
		own = &counter{table: c.table.Clone(), cleaned: c.cleaned, holders: holders{n: n}}
	})
	return own
}

// cleanUp has the table forget whose last failure was longer than findtime ago at a time.
func (c *counter) cleanUp(at ticket.Unix) {
	c.table.CleanUp(at)
	c.cleaned = at
}

// countBy puts the limits of plan and the ignore rules in force. The caller holds judging, or is New.
func (j *Jail) countBy(plan *Plan, rules *ignore.Rules) {
	g := &j.judging
	settings, single := plan.Settings.counting(), plan.Settings.Grows() && j.env.Store != nil || !rules.IsPlain()
	if g.ignore != nil && (single != g.single || settings != g.counter.table.Settings() || !rules.Alike(g.ignore)) {
		j.alone().counter.table.Apply(settings)
	}
	g.ignore, g.single = rules, single
}

// forgetLocked has the jail forget whose last failure is longer than findtime ago. The caller holds judging.
func (j *Jail) forgetLocked() {
	g := &j.judging
	g.cleaned = j.env.Now()
	if g.counter.holders.are(1) {
		g.counter.cleanUp(g.cleaned)
	}
}

// failuresLocked returns how many offenders the jail has in mind, and how many failures it has counted. The caller holds judging.
func (j *Jail) failuresLocked() (pending, total int) {
	g, t := &j.judging, j.judging.counter.table
	if pending = t.Len(); g.cleaned != g.counter.cleaned {
		pending = t.LenAt(g.cleaned)
	}
	return pending, g.before + t.Total()
}
