package jail

import (
	"slices"

	"gaol/internal/failure"
	"gaol/internal/filter"
	"gaol/internal/source"
	"gaol/internal/ticket"
)

// cleanEvery is how many seconds pass at least between two clean-ups of the failure table.
const cleanEvery = 5

// A jury is the jails of a party that count alike, and what they make of what was found. Whoever uses it has locked judging of all of them.
//
// Each jail forgets offenders by its own clock: one may have been asked for its status, which makes it do so. In a table that jails hold
// together all those stay who are remembered by one of them, and where it matters they part.
type jury struct {
	counter  *counter
	jails    []*Jail
	verdicts []verdict // by finding
	uneven   bool      // some jails have forgotten more than others
	parted   []*jury   // those who went another way
}

// A verdict is what a jury makes of a failure.
type verdict struct {
	reason string        // the rule by which it is ignored
	due    []*ticket.Ban // whom it gets banned
}

// admits reports whether j can count with the jails of y.
func (y *jury) admits(j *Jail) bool {
	c, first := j.judging.counter, y.jails[0]
	return c == y.counter ||
		!j.judging.single && !first.judging.single && c.table.Equal(y.counter.table) && j.judging.ignore.Alike(first.judging.ignore)
}

// unite has all of y's jails, and nobody else, hold one counter.
func (y *jury) unite() {
	n, common := 0, y.counter
	for _, j := range y.jails {
		if j.judging.counter == common {
			n++
		}
	}
	y.counter = common.apart(n)
	for _, j := range y.jails {
		if j.judging.counter == common {
			j.judging.counter = y.counter
		} else {
			j.join(y.counter)
		}
	}
	y.settle()
}

// alone returns a jury of j, which then holds its counter alone. The caller holds judging.
func (j *Jail) alone() *jury {
	y := &jury{counter: j.judging.counter, jails: []*Jail{j}}
	y.unite()
	return y
}

// join has j hold c, which counts as its own counter does. The caller holds judging.
func (j *Jail) join(c *counter) {
	own := j.judging.counter
	own.holders.leave()
	c.holders.join(1)
	j.judging.before += own.table.Total() - c.table.Total()
	j.judging.counter, j.judging.copy = c, failure.Copy{}
}

// clean has every jail forget those whose last failure is longer than findtime ago, if it has not just done so.
func (y *jury) clean(now ticket.Unix) {
	for _, j := range y.jails {
		if now-j.judging.cleaned >= cleanEvery {
			j.judging.cleaned = now
		}
	}
	y.settle()
}

// settle forgets those whom all have forgotten.
func (y *jury) settle() {
	least, most := y.jails[0].judging.cleaned, y.jails[0].judging.cleaned
	for _, j := range y.jails[1:] {
		least, most = min(least, j.judging.cleaned), max(most, j.judging.cleaned)
	}
	y.uneven = least != most
	if least != y.counter.cleaned {
		y.counter.cleanUp(least)
	}
}

// deliberate comes to a verdict about each of found. A jail by itself does that as it goes.
func (y *jury) deliberate(found []finding, now ticket.Unix) {
	y.verdicts = y.verdicts[:0]
	if len(y.jails) > 1 {
		y.goOn(found, now)
	}
}

// goOn comes to those verdicts that are left.
func (y *jury) goOn(found []finding, now ticket.Unix) {
	for i := len(y.verdicts); i < len(found); i++ {
		var v verdict
		if f := found[i].failure; f != nil {
			if y.uneven {
				y.part(found, f, now)
			}
			v = y.decide(f, now)
		}
		y.verdicts = append(y.verdicts, v)
	}
}

// part has those go their own way who have forgotten f's offender while others have not.
func (y *jury) part(found []finding, f *ticket.Failure, now ticket.Unix) {
	last, known := y.counter.table.Last(f.ID)
	if !known {
		return
	}
	findTime := ticket.Unix(y.counter.table.Settings().FindTime)
	var forgot, others []*Jail
	for _, j := range y.jails {
		if last <= j.judging.cleaned-findTime {
			forgot = append(forgot, j)
		} else {
			others = append(others, j)
		}
	}
	if len(forgot) == 0 || len(others) == 0 {
		return
	}
	z := &jury{counter: y.counter, jails: forgot, verdicts: slices.Clone(y.verdicts)}
	z.unite()
	z.goOn(found, now)
	y.jails, y.parted = others, append(append(y.parted, z), z.parted...)
	z.parted = nil
	y.settle()
}

// verdict returns what y makes of a finding that is a failure. Bans are for one jail only.
func (y *jury) verdict(found []finding, i int, now ticket.Unix) verdict {
	if len(y.verdicts) == 0 {
		return y.decide(found[i].failure, now)
	}
	v := y.verdicts[i]
	v.due = slices.Clone(v.due)
	for k, b := range v.due {
		own := *b
		v.due[k] = &own
	}
	return v
}

// decide comes to a verdict about one failure.
func (y *jury) decide(f *ticket.Failure, now ticket.Unix) verdict {
	if reason, ignored := y.jails[0].judging.ignore.Check(f, now); ignored {
		return verdict{reason: reason}
	}
	return verdict{due: y.count(f, 1, false, now)}
}

// count adds f to the table as failure.Table.Add does, and returns who is to be banned.
func (y *jury) count(f *ticket.Failure, weight int, observed bool, now ticket.Unix) []*ticket.Ban {
	_, due := y.counter.table.Add(f, weight, observed)
	if due == nil {
		return nil
	}
	all := append([]*ticket.Ban{due}, y.counter.table.Due()...) // of the others maxretry was lowered meanwhile
	y.clean(now)
	return all
}

// try has every jail do what follows from found. With t, which tells what the batch b came to, that is all of it.
func (y *jury) try(found []finding, now ticket.Unix, b *ticket.Batch, t *filter.Tally) {
	source.Each(len(y.jails), len(found), func(i int) { y.jails[i].take(found, y, now) })
	if t == nil {
		return
	}
	y.clean(now)
	source.Each(len(y.jails), len(found), func(i int) {
		y.jails[i].conclude(b, t)
		y.jails[i].judging.Unlock()
	})
}
