package jail

import (
	"fmt"
	"strconv"

	"gaol/internal/ban"
	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// cleanEvery is how many seconds pass at least between two clean-ups of the failure table.
const cleanEvery = 5

// take judges what was found in lines, in their order. The caller holds judging.
func (j *Jail) take(found []finding) {
	now := j.env.Now()
	for i := range found {
		if x := &found[i]; x.remark != nil {
			j.say(x)
		} else {
			j.failed(x.failure, now)
		}
	}
	j.judging.finds.flush()
}

// conclude notes that every line of b has been judged, and what they came to. The caller holds judging.
func (j *Jail) conclude(b *ticket.Batch, t *filter.Tally) {
	for _, text := range j.insights.learn(b, *t, j.env.Now()) {
		j.logs.filter.Warn(text)
	}
	j.cleanLocked(false)
	j.passed(b.Source, b.End)
}

// cleanLocked forgets offenders whose last failure is longer than findtime ago.
func (j *Jail) cleanLocked(force bool) {
	now := j.env.Now()
	if force || now-j.judging.cleaned >= cleanEvery {
		j.judging.table.CleanUp(now)
		j.judging.cleaned = now
	}
}

// failed judges one failure that the filter found just now. The caller holds judging.
func (j *Jail) failed(f *ticket.Failure, now ticket.Unix) {
	if reason, ignored := j.judging.ignore.Check(f, now); ignored {
		j.logs.filter.Info("Ignore " + f.ID.String() + " by " + reason)
		return
	}
	j.judging.finds.log(f)
	j.countLocked(f, 1)
}

// countLocked adds f to the table with the given weight, bans when that was one too many, and adds the weight of what is
// known of f's offender from earlier.
func (j *Jail) countLocked(f *ticket.Failure, weight int) {
	if _, due := j.judging.table.Add(f, weight, false); due != nil {
		j.decide(due)
	}
	extra := j.reputation(f)
	if extra <= 0 {
		return
	}
	if _, due := j.judging.table.Add(f, extra, true); due != nil {
		j.decide(due)
	}
}

// decide bans the offender whose failures were too many. The caller holds judging.
func (j *Jail) decide(due *ticket.Ban) {
	j.ban(due)
	for _, other := range j.judging.table.Due() { // maxretry was lowered meanwhile
		j.ban(other)
	}
	j.cleanLocked(false)
}

// reputation returns how many failures more f counts for because its offender was banned before, and logs that.
// (bantime.increment; docs/compatibility.md, "known offenders")
func (j *Jail) reputation(f *ticket.Failure) int {
	if !j.life.plan.Settings.Grows() || j.env.Store == nil {
		return 0
	}
	known, ok := j.env.Store.Known(j.Name, f.ID, false)
	if !ok || f.Time <= known.Last {
		return 0
	}
	maxRetry := j.life.plan.Settings.MaxRetry
	weight := ban.Weight(known.Count, maxRetry)
	if weight <= 1 {
		return 0
	}
	shown, final := strconv.FormatFloat(weight, 'f', 1, 64), ""
	if weight >= float64(maxRetry) {
		shown, final = strconv.Itoa(maxRetry), ", Ban"
	}
	j.logs.observer.Info(fmt.Sprintf("Found %s, bad - %s, %d # -> %s%s", f.ID, f.Time, known.Count, shown, final))
	return int(weight) - 1
}

// Attempt counts a failure of id as if a filter had found it now, with lines as its matches. It reports whether it counted,
// which it does not for ignored ids.
func (j *Jail) Attempt(f *ticket.Failure) bool {
	defer j.settle()
	j.judging.Lock()
	defer j.judging.Unlock()
	defer j.checkpointLocked()
	if reason, ignored := j.judging.ignore.Check(f, j.env.Now()); ignored {
		j.logs.filter.Info("Ignore " + f.ID.String() + " by " + reason)
		return false
	}
	j.logs.filter.Info("Attempt " + f.ID.String() + " - " + f.Time.String())
	j.countLocked(f, max(1, len(f.Matches)))
	return true
}
