package jail

import (
	"slices"
	"strings"

	"gaol/internal/filter"
	"gaol/internal/source"
	"gaol/internal/ticket"
)

// A party is the jails that judge a batch alike.
type party struct {
	batch   *ticket.Batch
	shift   ticket.Unix // of the dates
	witness *witness
	jails   []*Jail
	juries  []*jury // of the jails, once they have taken something; they hold judging until they are through
}

// judge takes a batch through the filters of jails, and lets them judge what is found. It runs on the source's goroutine, from the bytes of
// a line to the decision to ban; only the actions themselves happen elsewhere.
func judge(b *ticket.Batch, jails []*Jail) {
	// In one order everywhere, so that sources that share jails do not wait for each other in a circle. Names are unique.
	slices.SortFunc(jails, func(a, b *Jail) int { return strings.Compare(a.Name, b.Name) })
	for _, j := range jails {
		j.hearing.Lock()
		defer j.hearing.Unlock()
	}
	parties := divide(b, jails)
	source.Each(len(parties), len(b.Lines), func(i int) { parties[i].hear() })
}

// divide puts jails that judge b alike into one party, and has each party hold one witness by itself. The caller holds hearing of all.
func divide(b *ticket.Batch, jails []*Jail) (parties []*party) {
	for _, j := range jails {
		shift := j.insights.correction(b.Source)
		i := slices.IndexFunc(parties, func(p *party) bool { return p.shift == shift && p.witness.like(j.hearing.witness) })
		if i < 0 {
			i = len(parties)
			parties = append(parties, &party{batch: b, shift: shift, witness: j.hearing.witness})
		}
		parties[i].jails = append(parties[i].jails, j)
	}
	for _, p := range parties {
		p.unite()
	}
	return parties
}

// unite has all of p's jails, and nobody else, hold one witness.
func (p *party) unite() {
	holders := 0
	for _, j := range p.jails {
		if j.hearing.witness == p.witness {
			holders++
		} else {
			j.hearing.witness.holders.leave()
		}
	}
	p.witness = p.witness.apart(holders)
	p.witness.holders.join(len(p.jails) - holders)
	for _, j := range p.jails {
		j.hearing.witness = p.witness
	}
}

// hear finds what there is in the batch and has every jail judge it.
func (p *party) hear() {
	t := p.witness.look(p.batch, p.shift, func(found []finding) { p.take(found, nil) })
	p.take(p.witness.found, &t)
	p.witness.forget()
}

// take has every jail judge what has been found. With t, which tells what the batch came to, that is all. Between the first time
// and the last judging stays locked: a checkpoint in the midst of a batch would count lines that are judged once more after a crash.
func (p *party) take(found []finding, t *filter.Tally) {
	if p.juries == nil {
		p.sit()
	}
	if slices.ContainsFunc(p.jails, func(j *Jail) bool { return j.logs.found.Enabled() }) { // it costs as much as to count
		p.witness.scribe.describe(found)
	}
	now := p.jails[0].env.Now()
	p.each(found, func(y *jury) { y.deliberate(found, now) })
	for _, y := range p.juries {
		p.juries, y.parted = append(p.juries, y.parted...), nil
	}
	p.each(found, func(y *jury) { y.try(found, now, p.batch, t) })
}

// each calls do for every jury, which then looks at found.
func (p *party) each(found []finding, do func(*jury)) {
	source.Each(len(p.juries), len(found), func(i int) { do(p.juries[i]) })
}

// sit locks judging of all jails and puts those that count alike into one jury.
func (p *party) sit() {
	for _, j := range p.jails {
		j.judging.Lock()
	}
	for _, j := range p.jails {
		i := slices.IndexFunc(p.juries, func(y *jury) bool { return y.admits(j) })
		if i < 0 {
			i = len(p.juries)
			p.juries = append(p.juries, &jury{counter: j.judging.counter})
		}
		p.juries[i].jails = append(p.juries[i].jails, j)
	}
	for _, y := range p.juries {
		y.unite()
	}
}
