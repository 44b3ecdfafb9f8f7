package jail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gaol/internal/ban"
	"gaol/internal/logging"
	"gaol/internal/ticket"
)

// lengthen gives a known offender a longer ban, where bantime.increment is on: the ban has been carried out with the plain
// time, only its end moves, and actions that keep an end of their own are told to prolong it. The caller holds banning.
func (j *Jail) lengthen(b *ticket.Ban) {
	base := b.Duration(j.banning.banTime)
	if b.Restored || j.banning.increment == nil || j.env.Store == nil {
		return
	}
	known, ok := j.env.Store.Known(j.Name, b.ID, j.banning.overAll)
	if !ok {
		return
	}
	b.Count = known.Count + 1
	if base == ticket.Forever || b.BanTime != ticket.Default {
		return
	}
	longer, err := j.banning.increment.Next(base, known.Count, rand.Float64)
	if err != nil {
		j.logs.observer.Error(fmt.Sprintf("bantime.formula for %s: %v; the plain ban time holds", b.ID, err))
		return
	}
	j.logs.observer.Info(fmt.Sprintf("IP %s is bad: %d # last %s - incr %s to %s",
		b.ID, known.Count, known.Last, ban.DurationText(base), ban.DurationText(longer)))
	if longer == base {
		return
	}
	j.prolong(b, base, longer)
}

// prolong moves the end of b's ban.
func (j *Jail) prolong(b *ticket.Ban, base, longer float64) {
	j.book.Prolong(b.ID, longer, b.Count)
	b.BanTime = longer
	end, _ := b.End(longer)
	logging.Notice(j.logs.observer, fmt.Sprintf("Increase Ban %s (%d # %s -> %s)", b.ID, b.Count, ban.DurationText(longer), end))
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
