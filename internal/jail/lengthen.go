package jail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gaol/internal/logging"
	"gaol/internal/store"
	"gaol/internal/ticket"
)

// lengthen gives a known offender a longer ban, where bantime.increment is on: the ban has been carried out with the plain
// time, only its end moves, and actions that keep an end of their own are told to prolong it. The caller holds banning.
func (j *Jail) lengthen(b *ticket.Ban) {
	if b.Restored || j.banning.increment == nil || j.env.Store == nil {
		return
	}
	known, ok := j.env.Store.Known(j.Name, b.ID, j.banning.overAll)
	if !ok {
		return
	}
	// A ticket that is no younger than the last ban is that ban, read once more: it is not stored again.
	b.Restored = b.Time <= known.Last
	b.Count = known.Count + 1
	base, longer := b.Duration(j.banning.banTime), b.Duration(j.banning.banTime)
	if base != ticket.Forever && b.BanTime == ticket.Default {
		longer = j.longer(b, base, known)
	}
	j.book.Prolong(b.ID, longer, b.Count)
	if longer != base || base == ticket.Forever {
		j.prolong(b, base, longer)
	}
}

// longer returns the ban time of a known offender, base where the formula fails.
func (j *Jail) longer(b *ticket.Ban, base float64, known store.Known) float64 {
	longer, err := j.banning.increment.Next(base, known.Count, rand.Float64)
	if err != nil {
		j.logs.observer.Error(fmt.Sprintf("bantime.formula for %s: %v; the plain ban time holds", b.ID, err))
		return base
	}
	j.logs.observer.Info(fmt.Sprintf("IP %s is bad: %d # last %s - incr %s to %s",
		b.ID, known.Count, known.Last, ticket.DurationText(base), ticket.DurationText(longer)))
	return longer
}

// prolong makes the new end of b's ban known.
func (j *Jail) prolong(b *ticket.Ban, base, longer float64) {
	b.BanTime = longer
	duration, until := "permanent", "infinite"
	if end, ends := b.End(longer); ends {
		duration, until = ticket.DurationText(longer), end.String()
	}
	logging.Notice(j.logs.observer, fmt.Sprintf("Increase Ban %s (%d # %s -> %s)", b.ID, b.Count, duration, until))
	if longer == base {
		return
	}
	// Not at once: the ban itself may still be on its way, and an action's own end is base away at least.
	pause := min(10, max(0, longer-base-5))
	j.after(time.Duration(pause*float64(time.Second)), func() { j.tellProlong(b) })
}

// tellProlong passes b's new end on to the actions, if it is still banned.
func (j *Jail) tellProlong(b *ticket.Ban) {
	if !j.book.Has(b.ID) {
		return
	}
	j.banning.Lock()
	defer j.banning.Unlock()
	e := j.event(b)
	for _, r := range j.banning.runners {
		r.do(func(ctx context.Context) { j.report(r, "prolong", e, r.act.Prolong(ctx, e)) })
	}
}
