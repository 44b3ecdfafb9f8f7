package jail

import (
	"fmt"
	"strconv"

	"gaol/internal/ban"
	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// take does what follows from what was found in lines, in their order, by the verdicts of y, j's jury.
func (j *Jail) take(found []finding, y *jury, now ticket.Unix) {
	for i := range found {
		x := &found[i]
		if x.remark != nil {
			j.say(x)
			continue
		}
		v := y.verdict(found, i, now)
		if v.reason != "" {
			j.ignored(x.failure, v.reason)
			continue
		}
		if x.text != nil {
			j.logs.found.Log(x.text)
		}
		j.follow(x.failure, v.due, y, now)
	}
	j.logs.found.Flush()
}

// conclude notes that every line of b has been judged, and what they came to. The caller holds judging.
func (j *Jail) conclude(b *ticket.Batch, t *filter.Tally) {
	for _, text := range j.insights.learn(b, *t, j.env.Now()) {
		j.logs.filter.Warn(text)
	}
	j.passed(b.Source, b.End)
}

// ignored says why f does not count.
func (j *Jail) ignored(f *ticket.Failure, reason string) {
	j.logs.filter.Info("Ignore " + f.ID.String() + " by " + reason)
}

// follow bans those who are due since f was counted, and adds the weight of what is known of f's offender from earlier. The caller holds
// judging, and y is j's jury.
func (j *Jail) follow(f *ticket.Failure, due []*ticket.Ban, y *jury, now ticket.Unix) {
	if len(due) > 0 {
		j.logs.found.Flush()
	}
	for _, b := range due {
		j.ban(b)
	}
	if extra := j.reputation(f); extra > 0 {
		for _, b := range y.count(f, extra, true, now) {
			j.ban(b)
		}
	}
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
	now := j.env.Now()
	if reason, ignored := j.judging.ignore.Check(f, now); ignored {
		j.ignored(f, reason)
		return false
	}
	j.logs.filter.Info("Attempt " + f.ID.String() + " - " + f.Time.String())
	y := j.alone()
	j.follow(f, y.count(f, max(1, len(f.Matches)), false, now), y, now)
	return true
}
